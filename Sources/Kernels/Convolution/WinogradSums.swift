/// Σ (y − s) and Σ (y − s)² of the outputs of `Winograd.summedTiles` tiles at a time, s the first of them: what batch
/// normalisation needs, taken while the outputs are in registers.
///
/// Groups do not reach over passes. Lies as `TileOutput.sums`: for each group of tiles a row of shifts and two rows of sums.
struct WinogradSums {
    private let base: UnsafeMutablePointer<Float>?
    private let columns: Int
    private var place: UnsafeMutablePointer<Float>?
    private var shift = Lanes.zero, total = Lanes.zero, squares = Lanes.zero
    private var isFirst = false

    init(_ output: TileOutput, column: Int) {
        (base, columns) = (output.sums.map { $0 + column }, output.columns)
    }

    /// Begins tile number `tile` of those whose groups begin with number `firstGroup`: with its group's sums so far, or
    /// anew.
    @inline(__always)
    mutating func begin(tile: Int, firstGroup: Int) {
        guard let base else { return }
        let (group, index) = tile.quotientAndRemainder(dividingBy: Winograd.summedTiles)
        let place = base + 3 &* (firstGroup &+ group) &* columns
        self.place = place
        isFirst = index == 0
        if isFirst {
            (total, squares) = (.zero, .zero)
        } else {
            (shift, total, squares) = (place[lanes: 0], place[lanes: columns], place[lanes: 2 &* columns])
        }
    }

    /// Adds one output.
    @inline(__always)
    mutating func add(_ value: Lanes) {
        guard place != nil else { return }
        if isFirst { (shift, isFirst) = (value, false) }
        let difference = value - shift
        total += difference
        squares = difference.timesPlus(difference, squares)
    }

    /// Writes the sums back.
    @inline(__always)
    func end() {
        guard let place else { return }
        (place[lanes: 0], place[lanes: columns], place[lanes: 2 &* columns]) = (shift, total, squares)
    }
}
