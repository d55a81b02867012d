import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Winograd's convolution")
struct WinogradTests {
    /// Pictures, rows, columns, inputs, outputs: whole tiles and short ones of four and of six outputs a side, maps smaller than
    /// a tile, several blocks of tiles, several passes, panels that are not full, groups of panels,
    /// parts of the outputs that are cut into different numbers of slices on seven threads.
    static let shapes = [
        (3, 7, 6, 32, 48), (3, 8, 8, 16, 16), (2, 14, 28, 64, 32), (5, 1, 1, 16, 32), (3, 5, 13, 48, 80),
        (3, 4, 3, 32, 16),
        (4, 23, 21, 16, 16), (1, 2, 9, 80, 16), (75, 7, 5, 512, 16), (20, 7, 11, 32, 208), (2, 6, 10, 176, 144),
        (3, 18, 8, 16, 32), (1, 6, 6, 16, 464), (9, 6, 6, 16, 912),
    ]

    private func passes(_ shape: (Int, Int, Int, Int, Int)) -> ConvolutionPasses {
        let (pictures, height, width, inputs, outputs) = shape
        return ConvolutionPasses(
            ConvolutionGeometry(
                inputHeight: height, inputWidth: width, inputChannels: inputs, outputChannels: outputs, kernel: 3,
                padding: 1), pictures: pictures)
    }

    /// Tiles of six outputs a side round twice as much as those of four.
    @Test("All passes agree with those by patches, at odd sizes and borders", arguments: shapes.indices)
    func twin(_ index: Int) {
        let test = passes(Self.shapes[index]), shape = Self.shapes[index]
        let tiles = WinogradTiles(height: shape.1, width: shape.2)
        let bound = tiles.rows.side == .six || tiles.columns.side == .six ? 4e-5 : 2e-5
        for (fast, slow) in zip(test.passes(.winograd, .solo), test.passes(.patches, .solo)) {
            #expect(relativeError(fast.1, slow.1.map(Double.init)) < bound, "\(fast.0)")
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
    @Test(
        "Outputs are within 1e-4 of exact ones, relative to their size",
        arguments: [(8, 64), (4, 256), (7, 512), (12, 512)])
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

    @Test("Each transform's adjoint is its transpose: ⟨T·a, b⟩ = ⟨a, Tᵗ·b⟩", arguments: [WinogradSide.four, .six])
    func adjoints(_ side: WinogradSide) {
        var random = RandomStream(seed: 5, .test)
        func vector(_ count: Int) -> [Lanes] { (0..<count).map { _ in Lanes(repeating: random.normal()) } }
        func dot(_ a: [Lanes], _ b: [Lanes]) -> Float { zip(a, b).reduce(0) { $0 + ($1.0 * $1.1)[0] } }
        func made(_ count: Int, _ body: ((Int, Lanes) -> Void) -> Void) -> [Lanes] {
            var result = [Lanes](repeating: .zero, count: count)
            body { result[$0] = $1 }
            return result
        }
        for _ in 0..<20 {
            let products = vector(side.products), patch = vector(side.products)
            let outputs = vector(side.outputs), kernel = vector(3)
            let pairs = [
                (
                    dot(made(side.products) { side.input({ patch[$0] }, $0) }, products),
                    dot(patch, made(side.products) { side.inputAdjoint({ products[$0] }, $0) })
                ),
                (
                    dot(made(side.outputs) { side.output({ products[$0] }, $0) }, outputs),
                    dot(products, made(side.products) { side.outputAdjoint({ outputs[$0] }, $0) })
                ),
                (
                    dot(made(3) { side.weightsAdjoint({ products[$0] }, $0) }, kernel),
                    dot(products, made(side.products) { side.weights({ kernel[$0] }, $0) })
                ),
            ]
            for (left, right) in pairs { #expect(abs(left - right) < 1e-4 * max(1, abs(left))) }
        }
    }

    @Test("A side's transforms make the outputs of three weights", arguments: [WinogradSide.four, .six])
    func outputs(_ side: WinogradSide) {
        var random = RandomStream(seed: 6, .test)
        let patch = (0..<side.products).map { _ in random.normal() }, kernel = (0..<3).map { _ in random.normal() }
        var transformed = [Lanes](repeating: .zero, count: side.products), products = transformed
        side.input({ Lanes(repeating: patch[$0]) }, { transformed[$0] = $1 })
        side.weights({ Lanes(repeating: kernel[$0]) }, { products[$0] = $1 * transformed[$0] })
        var found = 0
        side.output({ products[$0] }) { index, value in
            let exact = (0..<3).reduce(0) { $0 + patch[index + $1] * kernel[$1] }
            #expect(abs(value[0] - exact) < 1e-5)
            found += 1
        }
        #expect(found == side.outputs)
        // The rows of G, which whole panels of weights are transformed by, say the same.
        side.weights({ Lanes(repeating: kernel[$0]) }) { index, value in
            let row = side.weightRows[index]
            #expect(abs(value[0] - (row.0 * kernel[0] + row.1 * kernel[1] + row.2 * kernel[2])) < 1e-6)
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
