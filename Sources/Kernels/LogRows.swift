/// Rows of logarithms, −∞ at first, with room for a register beyond their end and for one before their begin.
final class LogRows {
    private let memory: UnsafeMutablePointer<Double>
    private let stride: Int

    init(_ rows: Int, _ width: Int) {
        let lanes = Doubles.scalarCount
        stride = (width + lanes - 1) / lanes * lanes + lanes
        memory = .allocate(capacity: rows * stride + lanes)
        memory.initialize(repeating: -.infinity, count: rows * stride + lanes)
    }

    deinit { memory.deallocate() }

    private func place(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Double> {
        memory + (row &* stride &+ Doubles.scalarCount &+ column)
    }

    /// An element.
    subscript(row: Int, column: Int) -> Double {
        get { place(row, column).pointee }
        set { place(row, column).pointee = newValue }
    }

    /// Eight elements from `column` on.
    subscript(lanes row: Int, column: Int) -> Doubles {
        get { UnsafeRawPointer(place(row, column)).loadUnaligned(as: Doubles.self) }
        set { UnsafeMutableRawPointer(place(row, column)).storeBytes(of: newValue, as: Doubles.self) }
    }
}
