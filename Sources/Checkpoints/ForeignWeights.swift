internal import Glibc

/// Weights of a ResNet that others trained, under torchvision's names and in our order of elements: kernels [O, k, k, I].
public protocol ForeignWeights {
    /// What the file is, for messages.
    var kind: String { get }

    /// The settings of a recipe with which the weights do what they did: pixels and the place of the stride.
    var settings: [(key: String, value: String)] { get }

    /// ε of its batch normalisations.
    var epsilon: Double { get }

    /// The extents of a parameter or statistic, in our order; nil where the file lacks it.
    func shape(of name: String) throws(CheckpointError) -> [Int]?

    /// Its elements, in our order; biases of convolutions are taken into the running mean.
    func values(of name: String) throws(CheckpointError) -> [Float]

    /// What the file holds besides the parameters and statistics `names`.
    func unused(besides names: [String]) throws(CheckpointError) -> [String]
}

/// Opens weights by what their file is.
public enum ForeignWeightsFile {
    /// The weights in `path`: Keras's in HDF5, else safetensors.
    public static func open(_ path: String) throws(CheckpointError) -> any ForeignWeights {
        guard let stream = fopen(path, "rbe") else {
            throw CheckpointError(path, "cannot be opened: \(String(cString: strerror(errno))); name another file")
        }
        var start = [UInt8](repeating: 0, count: 8)
        let count = fread(&start, 1, start.count, stream)
        fclose(stream)
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        if count == 8 && start == signature { return try KerasWeights(path) }
        if count >= 4 && start.prefix(4) == [0x50, 0x4B, 0x03, 0x04] {
            throw CheckpointError(
                path, "is a pickled file of PyTorch, which can run any program; save it as safetensors, and take that")
        }
        return try TorchWeights(path)
    }

    /// Kernels of [O, I, k, k] as [O, k, k, I], or back with the extents exchanged; others as they are.
    public static func exchanged(_ values: [Float], outer: Int, rows: Int, columns: Int) -> [Float] {
        // Each of `outer` matrices [rows, columns] becomes [columns, rows].
        [Float](unsafeUninitializedCapacity: values.count) { target, count in
            for block in 0..<outer {
                let first = block * rows * columns
                for row in 0..<rows {
                    for column in 0..<columns {
                        (target.baseAddress! + first + column * rows + row)
                            .initialize(to: values[first + row * columns + column])
                    }
                }
            }
            count = values.count
        }
    }
}
