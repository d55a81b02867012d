public import Layers

/// The shape of a JCM: everything that decides which parameters it has and what forward computes.
///
/// The defaults are the paper's (SPEC to the letter: the `paper` preset).
public struct ModelConfiguration: Codable, Equatable, Sendable {
    /// What stands on the backbone's columns.
    public var form = ModelForm.jcm

    /// Pixels of the input.
    public var inputHeight = 224, inputWidth = 112

    /// Channels of the stem; stage s has bottlenecks of `baseWidth·2^(s−1)`, four times as many at their output.
    public var baseWidth = 64

    /// Bottlenecks of stages 1…4.
    public var blocks = [3, 4, 6, 3]

    /// Stages whose first bottleneck has stride (2, 1): height halved, width kept.
    public var stridedStages = [2, 3, 4]

    /// Which convolution of such a bottleneck has the stride.
    public var strideIn = StridePlace.conv1

    /// How a column of the last map becomes one vector.
    public var columnPooling = ColumnPool.Method.mean

    /// Batch normalisation without γ and β on the column features, before all heads.
    public var columnNorm = false

    /// The cell of the bidirectional layers, and their number.
    public var recurrentCell = RecurrentLayer.Cell.lstm, recurrentLayers = 2

    /// D: the output of the recurrent layers (half of it a direction) and d_model of the Transformer.
    public var width = 1024

    /// Layers of the Transformer's encoder and decoder.
    public var encoderLayers = 6, decoderLayers = 6

    /// Heads of each attention, and the width of the feed-forward networks.
    public var heads = 8, feedForward = 4096

    /// Probability of a zero in the Transformer's dropouts.
    public var dropout: Float = 0.1

    /// Layer normalisation before each sub-layer, and once more behind each stack.
    public var preNorm = false

    /// Where the Transformer's position vectors come from.
    public var positions = Positions.Method.sinusoidal

    /// Outputs of FC0, and batch normalisation between FC0 and its rectifier.
    public var identityWidth = 1024, identityNorm = false

    /// The paper's model.
    public init() {}

    /// Columns T of the last map: the width after the stem and its pooling.
    public var columns: Int { Self.halved(Self.halved(inputWidth)) }

    /// Rows of the last map.
    public var lastRows: Int {
        stridedStages.reduce(Self.halved(Self.halved(inputHeight))) { rows, _ in Self.halved(rows) }
    }

    /// Whether all that stage `stage` does with its input begins with every other row of it.
    func samplesRows(of stage: Int) -> Bool { strideIn == .conv1 && stridedStages.contains(stage) }

    /// Channels of the last map, and of a column.
    public var columnChannels: Int { baseWidth * 32 }

    /// Why the configuration cannot be built, or nil.
    public var problem: String? {
        if inputHeight < 16 || inputWidth < 8 {
            return "model.input_height × input_width: \(inputHeight)×\(inputWidth); at least 16×8 is needed"
        }
        if baseWidth < 1 { return "model.base_width: \(baseWidth); at least 1 is needed" }
        if blocks.count != 4 || blocks.contains(where: { $0 < 1 }) {
            return "model.blocks: \(blocks); four numbers from 1 on are needed"
        }
        if Set(stridedStages).count != stridedStages.count || stridedStages.contains(where: { !(1...4).contains($0) }) {
            return "model.strided_stages: \(stridedStages); different numbers of 1…4 are needed"
        }
        if width < 2 || width % 2 != 0 || width % max(heads, 1) != 0 || heads < 1 {
            return "model.width: \(width); an even multiple of model.heads (\(heads)) is needed"
        }
        if recurrentLayers < 1 || encoderLayers < 1 || decoderLayers < 1 || feedForward < 1 || identityWidth < 1 {
            return "model: layer counts and widths must be at least 1"
        }
        if !(0..<1).contains(dropout) { return "model.dropout: \(dropout); a number in 0 ..< 1 is needed" }
        return nil
    }

    /// ⌈extent / 2⌉: what stride 2 leaves with the paddings used here.
    private static func halved(_ extent: Int) -> Int { (extent + 1) / 2 }
}

/// Where the stride of a bottleneck sits; its projection has it in either case.
public enum StridePlace: String, Codable, Sendable, CaseIterable {
    /// In the first 1×1 convolution: ResNet-v1 (He et al. 2016), as the paper and Keras.
    case conv1

    /// In the 3×3 convolution: "v1.5", as torchvision and timm.
    case conv2
}

/// What the data decide about a JCM.
public struct ModelDimensions: Codable, Equatable, Sendable {
    /// K: labels of the mapping table, numbered from 1 on.
    public var labels: Int

    /// Identities in training: classes of FC1.
    public var identities: Int

    /// The longest label sequence.
    public var longestSequence: Int

    /// Dimensions from their parts.
    public init(labels: Int, identities: Int, longestSequence: Int) {
        (self.labels, self.identities, self.longestSequence) = (labels, identities, longestSequence)
    }

    /// Positions of the decoder in training: the start mark and the longest sequence.
    public var decoderLength: Int { longestSequence + 1 }

    /// The decoder's end mark and padding.
    public static let endToken = 0

    /// The decoder's start mark, a row of its own behind the labels (the paper writes 100, which PETA's labels reach).
    public var startToken: Int { labels + 1 }
}
