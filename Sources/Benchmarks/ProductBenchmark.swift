internal import Kernels
public import Tensors

/// Matrix products of the model's shapes: register tiles beside OpenBLAS.
public struct ProductBenchmark {
    /// A product's extents, [M, K]·[K, N], and which factor is transposed where it lies.
    public struct Shape: Sendable {
        /// What the model needs it for.
        public let name: String

        /// Extents.
        public let m: Int, n: Int, k: Int

        /// Whether A lies as [K, M] (a weight's gradient), or B as [N, K] (a layer's forward).
        public let transposedA: Bool, transposedB: Bool

        /// A shape from its parts.
        public init(name: String, m: Int, n: Int, k: Int, transposedA: Bool = false, transposedB: Bool = false) {
            (self.name, self.m, self.n, self.k) = (name, m, n, k)
            (self.transposedA, self.transposedB) = (transposedA, transposedB)
        }
    }

    /// A row of the result.
    public struct Row: Sendable, Encodable {
        /// What the model needs it for.
        public let name: String

        /// Extents.
        public let m: Int, n: Int, k: Int

        /// Of ours and of OpenBLAS.
        public let tiles: Timing, blas: Timing

        /// 10⁹ floating-point operations a second: 2·M·N·K a product.
        public let tilesGflops: Double, blasGflops: Double
    }

    /// Pictures of the micro-batch whose shapes are measured.
    private static let pictures = 8

    /// The shapes of the paper's model at micro-batch 8.
    public static let shapes: [Shape] = {
        var result: [Shape] = []
        for (name, m, outputs, inputs) in [
            ("64→64", 12544, 64, 64), ("256→64", 12544, 64, 256), ("64→256", 12544, 256, 64),
            ("512→128", 6272, 128, 512), ("128→512", 6272, 512, 128), ("1024→256", 3136, 256, 1024),
            ("256→1024", 3136, 1024, 256), ("2048→512", 1568, 512, 2048), ("512→2048", 1568, 2048, 512),
            ("attention", 224, 1024, 1024), ("feed-forward 1", 224, 4096, 1024),
            ("feed-forward 2", 224, 1024, 4096), ("decoder", 88, 1024, 1024), ("LSTM step", 8, 2048, 512),
            ("BiLSTM input", 224, 2048, 2048), ("FC0", 8, 1024, 57344),
        ] {
            result += [
                Shape(name: name + " forward", m: m, n: outputs, k: inputs, transposedA: false, transposedB: true),
                Shape(
                    name: name + " input gradient", m: m, n: inputs, k: outputs, transposedA: false, transposedB: false),
                Shape(
                    name: name + " weight gradient", m: outputs, n: inputs, k: m, transposedA: true, transposedB: false),
            ]
        }
        return result
    }()

    /// Times one shape by both, in turn.
    public static func run(_ shape: Shape, runs: Int, team: WorkerTeam) -> Row {
        let arena = Arena("products")
        let scratch = Scratch()
        let (a, b) = (arena.reserve(.init(shape.m * shape.k)), arena.reserve(.init(shape.k * shape.n)))
        let c = arena.reserve(.init(shape.m * shape.n))
        arena.commit()
        a.tensor.fillForMeasuring()
        b.tensor.fillForMeasuring()
        func operand(_ tensor: Tensor, _ rows: Int, _ columns: Int, _ isTransposed: Bool) -> Operand {
            isTransposed
                ? Matrix(tensor.pointer, rows: columns, columns: rows, stride: rows).transposed
                : Operand(
                    Matrix(
                        tensor.pointer, rows: rows, columns: columns, stride: columns,
                        rowsPerPicture: max(1, rows / pictures)))
        }
        let left = operand(a.tensor, shape.m, shape.k, shape.transposedA)
        let right = operand(b.tensor, shape.k, shape.n, shape.transposedB)
        let result = Matrix(c.tensor.pointer, rows: shape.m, columns: shape.n, stride: shape.n)
        let timings = Timing.measureInTurn(
            runs: runs, lasting: 0.02,
            [
                { multiply(left, right, into: result, scratch: scratch, team: team) },
                { multiply(left, right, into: result, team: team) },
            ])
        let operations = 2 * Double(shape.m) * Double(shape.n) * Double(shape.k)
        return Row(
            name: shape.name, m: shape.m, n: shape.n, k: shape.k, tiles: timings[0], blas: timings[1],
            tilesGflops: timings[0].gigaRate(operations), blasGflops: timings[1].gigaRate(operations))
    }
}
