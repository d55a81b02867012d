import Kernels
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Backward agrees with finite differences")
struct FiniteDifferenceTests {
    private func context(_ microBatch: Int = 3) -> LayerContext {
        LayerContext(microBatch: microBatch, team: WorkerTeam(2, spins: false))
    }

    private func block(_ kernel: Int, _ stride: Int, _ channels: Int, _ context: LayerContext) -> ConvolutionBlock {
        ConvolutionBlock(
            "conv", norm: "bn",
            ConvolutionGeometry(
                inputHeight: 6, inputWidth: 5, inputChannels: channels, outputChannels: 8, kernel: kernel,
                strideHeight: stride, padding: kernel / 2), rectified: false, context)
    }

    @Test("Convolution blocks: 1×1, strided 1×1, 3×3", arguments: [(1, 1), (1, 2), (3, 1)])
    func convolutionBlock(_ kernel: Int, _ stride: Int) {
        let context = context()
        #expect(LayerCheck(block(kernel, stride, 7, context), context).disagreements(input: [3, 6, 5, 7]) == [])
    }

    @Test("Convolution blocks of whose output every second or third row is made", arguments: [2, 3], [false, true])
    func sampledBlock(_ step: Int, _ rectified: Bool) {
        let context = context()
        let geometry = ConvolutionGeometry(
            inputHeight: 6, inputWidth: 5, inputChannels: 7, outputChannels: 8, kernel: 1)
        let block = ConvolutionBlock(
            "conv", norm: "bn", geometry, rectified: rectified, rowStep: step, context)
        #expect(LayerCheck(block, context).disagreements(input: [3, 6, 5, 7], step: 1e-3, bound: 0.05) == [])
    }

    @Test("Rows of maps", arguments: [2, 3])
    func rowSample(_ step: Int) {
        let context = context()
        let layer = RowSample("x", height: 6, width: 5, channels: 7, step: step, context)
        #expect(LayerCheck(layer, context).disagreements(input: [3, 6, 5, 7]) == [])
    }

    @Test("Column pooling and the linear layer")
    func poolingAndLinear() {
        let first = context()
        let pool = LayerCheck(ColumnPool("x", .mean, columns: 5, channels: 4, first), first)
        #expect(pool.disagreements(input: [3, 4, 5, 4]) == [])
        let second = context()
        let linear = LayerCheck(Linear("x", rows: 4, inputs: 9, outputs: 6, second), second)
        #expect(linear.disagreements(input: [3, 4, 9]) == [])
    }

    @Test("Recurrent layers", arguments: RecurrentLayer.Cell.allCases)
    func recurrent(_ cell: RecurrentLayer.Cell) {
        let context = context()
        let layer = RecurrentLayer("x", index: 0, cell: cell, columns: 5, inputs: 6, hidden: 9, context)
        #expect(LayerCheck(layer, context).disagreements(input: [3, 5, 6]) == [])
    }

    @Test("Encoder layers with dropout: the mask of backward is that of forward", arguments: [false, true])
    func encoderLayer(_ isPreNorm: Bool) {
        let context = context()
        let shape = TransformerShape(width: 12, heads: 3, inner: 20, dropout: 0.3, isPreNorm: isPreNorm)
        let check = LayerCheck(EncoderLayer("x", length: 5, shape, context), context)
        #expect(check.disagreements(input: [3, 5, 12], step: 1e-3, bound: 0.05) == [])
    }

    @Test("Decoder layers with dropout, with respect to their memory", arguments: [false, true])
    func decoderLayer(_ isPreNorm: Bool) {
        let context = context()
        let shape = TransformerShape(width: 12, heads: 3, inner: 20, dropout: 0.2, isPreNorm: isPreNorm)
        let layer = DecoderLayer("x", length: 4, memoryLength: 5, shape, context)
        var random = RandomStream(seed: 2, .test)
        let input = TestTensor([3, 4, 12], (0..<144).map { _ in random.normal() })
        let check = LayerCheck(context) {
            layer.forward(input.view, memory: $0, $1)
        } backward: {
            $1.fill(0)
            layer.backward($0, addingToMemory: $1, $2)
        }
        #expect(check.disagreements(input: [3, 5, 12], step: 1e-3, bound: 0.05) == [])
    }

    @Test("Layer normalisation")
    func layerNorm() {
        let context = context()
        let check = LayerCheck(LayerNorm("x", rows: 4, width: 21, context), context)
        #expect(check.disagreements(input: [3, 4, 21]) == [])
    }
}
