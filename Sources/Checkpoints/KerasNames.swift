/// Where Keras keeps what torchvision calls `layer1.0.conv1.weight`.
struct KerasNames {
    /// How a file is laid out.
    enum Layout: CaseIterable {
        /// tf.keras: `conv2_block1_1_conv/conv2_block1_1_conv/kernel:0`.
        case new

        /// keras-applications: `res2a_branch2a/res2a_branch2a_W:0`; what it calls `running_std` is the variance.
        case old
    }

    let layout: Layout

    /// The group of the weights, "" for the whole file.
    let root: String

    init(_ layout: Layout, root: String) { (self.layout, self.root) = (layout, root) }

    var kind: String { layout == .new ? "HDF5 of tf.keras" : "HDF5 of keras-applications" }

    /// The kernel of the stem, by which a layout is told.
    var stem: String { path(of: "conv1.weight") ?? "" }

    /// The data set of a parameter or statistic; nil where Keras has none.
    func path(of name: String) -> String? {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count >= 2, let field = parts.last, let place = layer(of: parts.dropLast()) else { return nil }
        let tensor: String
        if place.isNorm {
            let fields =
                layout == .new
                ? ["weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"]
                : [
                    "weight": "gamma", "bias": "beta", "running_mean": "running_mean", "running_var": "running_std",
                ]
            guard let found = fields[field] else { return nil }
            tensor = found
        } else {
            guard field == "weight" else { return nil }
            tensor = layout == .new ? "kernel" : "W"
        }
        return join(place.layer, tensor)
    }

    /// The bias of the convolution whose output a running mean is of; nil for all else.
    func bias(under name: String) -> String? {
        guard name.hasSuffix(".running_mean") else { return nil }
        var parts = name.split(separator: ".").dropLast().map(String.init)
        guard let last = parts.popLast() else { return nil }
        parts.append(last.hasPrefix("bn") ? "conv" + last.dropFirst(2) : "0")
        guard let place = layer(of: parts[...]), !place.isNorm else { return nil }
        return join(place.layer, layout == .new ? "bias" : "b")
    }

    private func join(_ layer: String, _ tensor: String) -> String {
        "\(root)/\(layer)/" + (layout == .new ? "\(layer)/\(tensor):0" : "\(layer)_\(tensor):0")
    }

    /// Keras's layer of `conv1`, `bn1`, `layer1.0.conv2`, `layer1.0.downsample.1`.
    private func layer(of parts: ArraySlice<String>) -> (layer: String, isNorm: Bool)? {
        let parts = Array(parts)
        if parts == ["conv1"] { return (layout == .new ? "conv1_conv" : "conv1", false) }
        if parts == ["bn1"] { return (layout == .new ? "conv1_bn" : "bn_conv1", true) }
        guard parts.count >= 3, parts[0].hasPrefix("layer"), let stage = Int(parts[0].dropFirst(5)),
            let block = Int(parts[1]), (0..<26).contains(block)
        else { return nil }
        let inner: Int, isNorm: Bool
        switch parts[2...].joined(separator: ".") {
        case "downsample.0": (inner, isNorm) = (0, false)
        case "downsample.1": (inner, isNorm) = (0, true)
        case "conv1": (inner, isNorm) = (1, false)
        case "conv2": (inner, isNorm) = (2, false)
        case "conv3": (inner, isNorm) = (3, false)
        case "bn1": (inner, isNorm) = (1, true)
        case "bn2": (inner, isNorm) = (2, true)
        case "bn3": (inner, isNorm) = (3, true)
        default: return nil
        }
        if layout == .new {
            return ("conv\(stage + 1)_block\(block + 1)_\(inner)_\(isNorm ? "bn" : "conv")", isNorm)
        }
        let letter = Character(Unicode.Scalar(UInt8(ascii: "a") + UInt8(block)))
        let branch = inner == 0 ? "1" : "2" + ["a", "b", "c"][inner - 1]
        return ("\(isNorm ? "bn" : "res")\(stage + 1)\(letter)_branch\(branch)", isNorm)
    }
}
