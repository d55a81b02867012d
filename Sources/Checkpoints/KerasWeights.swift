internal import HDF5

/// A ResNet's weights as Keras keeps them, in either of its layouts (`KerasNames`): kernels [k, k, I, O], the stride in the
/// first 1×1 convolution, convolutions with biases, ε = 1.001e-5; pictures BGR, minus ImageNet's mean, on a scale of 255.
///
/// A bias before a batch normalisation is the same as a mean that is lower by it: γ·(z + b − μ)/σ + β.
struct KerasWeights: ForeignWeights {
    let epsilon = 1.001e-5
    let settings: [(key: String, value: String)] = [
        (key: "data.channel_order", value: "bgr"), ("data.pixel_scale", "1"),
        ("data.pixel_mean", "[103.939, 116.779, 123.68]"), ("data.pixel_deviation", "[1, 1, 1]"),
        ("model.stride_in", "conv1"),
    ]
    private let path: String
    private let file: File
    private let names: KerasNames

    var kind: String { names.kind }

    init(_ path: String) throws(CheckpointError) {
        self.path = path
        do {
            file = try File(reading: path)
            var found: KerasNames?
            // A saved model keeps its weights in a group of their own.
            for root in ["", "/model_weights"] {
                for layout in KerasNames.Layout.allCases {
                    let names = KerasNames(layout, root: root)
                    if found == nil, try file.exists(names.stem) { found = names }
                }
            }
            guard let found else {
                throw CheckpointError(
                    path,
                    "holds no ResNet of Keras: neither \(KerasNames(.new, root: "").stem) nor "
                        + "\(KerasNames(.old, root: "").stem) is there")
            }
            names = found
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(path, "\(error); take the weights from where they came once more")
        }
    }

    func shape(of name: String) throws(CheckpointError) -> [Int]? {
        guard let stored = names.path(of: name) else { return nil }
        return try reading { () throws(HDF5Error) -> [Int]? in
            guard try file.exists(stored), try !file.isGroup(stored) else { return nil }
            let shape = try file.shape(of: stored)
            return shape.count == 4 ? [shape[3], shape[0], shape[1], shape[2]] : shape
        }
    }

    func values(of name: String) throws(CheckpointError) -> [Float] {
        guard let stored = names.path(of: name) else { throw CheckpointError(path, "has no \(name)") }
        var values = try floats(stored)
        if let bias = names.bias(under: name) {
            let extents = try reading { () throws(HDF5Error) in try file.shape(of: bias) }
            guard extents == [values.count] else {
                let found = extents.map(String.init).joined(separator: "×")
                throw CheckpointError(path, "\(bias) is \(found), its normalisation has \(values.count) channels")
            }
            let biases = try floats(bias)
            for channel in values.indices { values[channel] -= biases[channel] }
        }
        let shape = try reading { () throws(HDF5Error) in try file.shape(of: stored) }
        guard shape.count == 4 else { return values }
        let outputs = shape[3]
        return ForeignWeightsFile.exchanged(values, outer: 1, rows: values.count / max(outputs, 1), columns: outputs)
    }

    func unused(besides names: [String]) throws(CheckpointError) -> [String] {
        let used = Set(names.flatMap { [self.names.path(of: $0), self.names.bias(under: $0)].compactMap { $0 } })
        return try reading { () throws(HDF5Error) in
            try file.datasets(below: self.names.root.isEmpty ? "/" : self.names.root).filter { !used.contains($0) }
        }
    }

    private func floats(_ stored: String) throws(CheckpointError) -> [Float] {
        try reading { () throws(HDF5Error) -> [Float] in
            let type = try file.dataset(stored).storedType()
            guard type == .float || type == .double else {
                throw HDF5Error(file: path, object: stored, reason: "holds no floats; float32 or float64 is expected")
            }
            return try file.read(stored)
        }
    }

    private func reading<Result>(_ body: () throws(HDF5Error) -> Result) throws(CheckpointError) -> Result {
        do { return try body() } catch {
            throw CheckpointError(
                path, "\(error.object): \(error.reason); take the weights from where they came once more")
        }
    }
}
