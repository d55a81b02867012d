import Images
import Synthesis
import Testing

@Suite struct CanvasTests {
    private static let white = Colour(gray: 1)

    /// The sum of what was painted, in pixels.
    private static func area(_ paint: (inout Canvas) -> Void) -> Float {
        var canvas = Canvas(height: 100, width: 80)
        paint(&canvas)
        return canvas.pixels.reduce(0) { $0 + $1.x }
    }

    @Test func `edges are smooth: areas are those of the shapes`() {
        let flat = Light(side: 0, ambient: 1, strength: 0)
        let disc = Self.area { $0.ellipse(SIMD2(40.3, 50.2), 20, 20) { _, _ in (Self.white, 1) } }
        #expect(abs(disc - 400 * .pi) < 0.01 * disc)
        let box = Self.area { $0.box(SIMD2(40.3, 50.2), 10, 20, corner: 0.5) { _, _ in Self.white } }
        #expect(abs(box - 800) < 8)
        let round = Self.area {
            $0.limb(SIMD2(40, 20), SIMD2(40, 60), 8, 8, light: flat) { _, _ in Self.white }
        }
        #expect(abs(round - (40 * 16 + 64 * .pi)) < 0.02 * round)
        let cut = Self.area {
            $0.limb(SIMD2(40, 20), SIMD2(40, 60), 8, 8, light: flat, cut: true) { _, _ in Self.white }
        }
        #expect(abs(round - cut - 32 * .pi) < 4)
        let trapezium = Self.area { canvas in
            canvas.loft(top: 10, bottom: 50) { v in
                (40, 10 + 10 * v, ())
            } _: { _, _, _ in
                Self.white
            }
        }
        #expect(abs(trapezium - 40 * 30) < 12)
    }

    @Test func `shapes beyond the canvas do no harm`() {
        let outside = Self.area { canvas in
            canvas.ellipse(SIMD2(-50, 500), 20, 20) { _, _ in (Self.white, 1) }
            canvas.line(SIMD2(-500, -900), SIMD2(-400, 900), 3, Self.white)
            canvas.box(SIMD2(900, 40), 10, 10, corner: 2) { _, _ in Self.white }
            canvas.loft(top: 200, bottom: 300) { _ in
                (40, 10, ())
            } _: { _, _, _ in
                Self.white
            }
        }
        #expect(outside == 0)
    }

    @Test func `a body turned by a half shows its back, by a quarter its right side`() {
        let middle = { (yaw: Float) in
            FigureView(yaw: yaw, tilt: 0, scale: 1, origin: .zero).section(1, 0.6).place(0)
        }
        #expect(middle(0).z > 0.99 && middle(0.5).z < -0.99)
        // A person who walks to the right of the picture turns the right side to the camera.
        #expect(middle(0.25).x < -0.99 && middle(0.75).x > 0.99)
        let nose = FigureView(yaw: 0.25, tilt: 0, scale: 10, origin: .zero).place(SIMD3(0, 0, 1))
        #expect(nose.x > 9.9)
    }

    @Test func `sine is sine to a thousandth`() {
        for step in 0..<1000 {
            let turns = Float(step) / 250 - 2
            // The series, in double precision, after reduction to ±½ turn.
            let reduced = Double(turns - turns.rounded()) * 2 * Double.pi
            var term = reduced
            var sum = reduced
            for order in 1..<12 {
                term *= -reduced * reduced / Double(2 * order * (2 * order + 1))
                sum += term
            }
            #expect(abs(Double(Noise.sine(turns: turns)) - sum) < 0.0012)
        }
    }

    @Test func `a sheet puts pictures row by row`() {
        let pictures = [UInt8(1), 2, 3].map { Picture(height: 1, width: 1, pixels: [UInt8]($0...($0 + 2))) }
        let sheet = Sheet.grid(pictures, columns: 2)
        #expect(sheet == Picture(height: 2, width: 2, pixels: [1, 2, 3, 2, 3, 4, 3, 4, 5, 0, 0, 0]))
    }
}
