import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Winograd's convolution")
struct WinogradTests {
    /// Pictures, rows, columns, inputs, outputs: whole tiles, short tiles, maps smaller than a tile, several blocks of tiles,
    /// several passes, panels that are not full, groups of panels.
    static let shapes = [
        (3, 7, 6, 32, 48), (3, 8, 8, 16, 16), (2, 14, 28, 64, 32), (5, 1, 1, 16, 32), (3, 5, 13, 48, 80),
        (3, 4, 3, 32, 16),
        (4, 23, 21, 16, 16), (1, 2, 9, 80, 16), (75, 7, 5, 512, 16), (20, 7, 11, 32, 208), (2, 6, 10, 176, 144),
    ]

    private func passes(_ shape: (Int, Int, Int, Int, Int)) -> ConvolutionPasses {
        let (pictures, height, width, inputs, outputs) = shape
        return ConvolutionPasses(
            ConvolutionGeometry(
                inputHeight: height, inputWidth: width, inputChannels: inputs, outputChannels: outputs, kernel: 3,
                padding: 1), pictures: pictures)
    }

    @Test("All passes agree with those by patches, at odd sizes and borders", arguments: shapes.indices)
    func twin(_ index: Int) {
        let test = passes(Self.shapes[index])
        for (fast, slow) in zip(test.passes(.winograd, .solo), test.passes(.patches, .solo)) {
            #expect(relativeError(fast.1, slow.1.map(Double.init)) < 2e-5, "\(fast.0)")
        }
    }

    @Test("The same bits on any team", arguments: shapes.indices)
    func teams(_ index: Int) {
        let test = passes(Self.shapes[index])
        let alone = test.passes(.winograd, .solo)
        for threads in [2, 3, 7] {
            for (one, other) in zip(alone, test.passes(.winograd, team(threads))) {
                #expect(one.1.map(\.bitPattern) == other.1.map(\.bitPattern), "\(one.0) on \(threads) threads")
            }
        }
    }

    /// The bound that is promised: 1e-4 of the output's size, for the widths of the paper's stages.
    @Test("Outputs are within 1e-4 of exact ones, relative to their size", arguments: [(8, 64), (4, 256), (7, 512)])
    func accuracy(_ extent: Int, _ channels: Int) {
        let test = passes((1, extent, extent, channels, 16))
        let found = test.passes(.winograd, .solo)[0].1
        let (x, w) = (test.input.doubles, test.weights.doubles)
        var exact = [Double](repeating: 0, count: found.count)
        for y in 0..<extent {
            for column in 0..<extent {
                for ky in max(0, 1 - y)..<min(3, extent + 1 - y) {
                    for kx in max(0, 1 - column)..<min(3, extent + 1 - column) {
                        let pixel = ((y + ky - 1) * extent + column + kx - 1) * channels
                        for o in 0..<16 {
                            let weight = ((o * 3 + ky) * 3 + kx) * channels
                            var sum = 0.0
                            for c in 0..<channels { sum += x[pixel + c] * w[weight + c] }
                            exact[(y * extent + column) * 16 + o] += sum
                        }
                    }
                }
            }
        }
        let size = (exact.reduce(0) { $0 + $1 * $1 } / Double(exact.count)).squareRoot()
        let worst = zip(found, exact).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst < 1e-4 * size, "\(worst / size) of the outputs' deviation")
    }

    @Test("Each transform's adjoint is its transpose: ⟨T·a, b⟩ = ⟨a, Tᵗ·b⟩")
    func adjoints() {
        var random = RandomStream(seed: 5, .test)
        func lanes() -> Lanes { Lanes(repeating: random.normal()) }
        func dot(_ a: [Lanes], _ b: [Lanes]) -> Float { zip(a, b).reduce(0) { $0 + ($1.0 * $1.1)[0] } }
        typealias T = WinogradTransforms
        for _ in 0..<20 {
            let six = (0..<6).map { _ in lanes() }, other = (0..<6).map { _ in lanes() }
            let four = (0..<4).map { _ in lanes() }, three = (0..<3).map { _ in lanes() }
            func tuple(_ x: [Lanes]) -> T.Six { (x[0], x[1], x[2], x[3], x[4], x[5]) }
            func array(_ x: T.Six) -> [Lanes] { [x.0, x.1, x.2, x.3, x.4, x.5] }
            let y = T.output(tuple(six)), g = T.weightsAdjoint(tuple(six))
            let pairs = [
                (dot(array(T.input(tuple(six))), other), dot(six, array(T.inputAdjoint(tuple(other))))),
                (
                    dot([y.0, y.1, y.2, y.3], four),
                    dot(six, array(T.outputAdjoint((four[0], four[1], four[2], four[3]))))
                ),
                (dot([g.0, g.1, g.2], three), dot(six, array(T.weights((three[0], three[1], three[2]))))),
            ]
            for (left, right) in pairs { #expect(abs(left - right) < 1e-4 * max(1, abs(left))) }
        }
    }

    @Test("Geometries that it does not fit go by patches")
    func choice() {
        func method(_ kernel: Int, _ inputs: Int, stride: Int = 1, padding: Int = 1) -> Convolution.Method {
            let g = ConvolutionGeometry(
                inputHeight: 8, inputWidth: 8, inputChannels: inputs, outputChannels: 32, kernel: kernel,
                strideHeight: stride, padding: padding)
            return Convolution(g, scratch: Scratch(), team: .solo).method
        }
        #expect(method(3, 32) == .winograd)
        #expect(method(3, 20) == .patches)
        #expect(method(1, 32, padding: 0) == .patches)
        #expect(method(3, 32, stride: 2) == .patches)
        #expect(method(3, 32, padding: 0) == .patches)
    }
}
