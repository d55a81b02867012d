/// A ResNet's weights as torchvision and timm keep them (He et al. 2016, the stride in the 3×3 convolution): safetensors,
/// kernels [O, I, k, k], ε = 1e-5; pictures RGB / 255, by ImageNet's mean and deviation.
///
/// Files of `jcm weights export` are read the same way; their metadata says which pixels and stride they want.
struct TorchWeights: ForeignWeights {
    let kind = "safetensors with PyTorch's names"
    let epsilon = 1e-5
    let settings: [(key: String, value: String)]
    private let file: SafetensorsFile
    private let prefix: String

    init(_ path: String) throws(CheckpointError) {
        let file = try SafetensorsFile(path)
        self.file = file
        // A backbone may be a part of a larger module: `cnn.conv1.weight`, `module.conv1.weight`.
        let stem = "bn1.running_mean"
        let stems = file.names.filter { name in
            name == stem || name.hasSuffix(".\(stem)") && !name.hasSuffix(".0.\(stem)")
        }.filter { file.shape(of: $0.dropLast(stem.count) + "conv1.weight")?.count == 4 }
        guard let first = stems.min(by: { $0.utf8.count < $1.utf8.count }) else {
            throw CheckpointError(
                path,
                "holds no ResNet: conv1.weight with bn1.running_mean is missing; name weights of torchvision or timm")
        }
        prefix = String(first.dropLast(stem.count))
        settings = Self.published.map { key, value in (key, file.metadata[key] ?? value) }
    }

    /// As torchvision documents its weights.
    static let published: [(key: String, value: String)] = [
        (key: "data.channel_order", value: "rgb"), ("data.pixel_scale", "255"),
        ("data.pixel_mean", "[0.485, 0.456, 0.406]"), ("data.pixel_deviation", "[0.229, 0.224, 0.225]"),
        ("model.stride_in", "conv2"),
    ]

    func shape(of name: String) -> [Int]? {
        guard let shape = file.shape(of: prefix + name) else { return nil }
        return shape.count == 4 ? [shape[0], shape[2], shape[3], shape[1]] : shape
    }

    func values(of name: String) throws(CheckpointError) -> [Float] {
        let values = try file.values(of: prefix + name)
        guard let shape = file.shape(of: prefix + name), shape.count == 4 else { return values }
        return ForeignWeightsFile.exchanged(values, outer: shape[0], rows: shape[1], columns: shape[2] * shape[3])
    }

    func unused(besides names: [String]) -> [String] {
        let used = Set(names.map { prefix + $0 })
        // A count of batches, which only a running mean without momentum needs.
        return file.names.filter { !used.contains($0) && !$0.hasSuffix("num_batches_tracked") }
    }
}
