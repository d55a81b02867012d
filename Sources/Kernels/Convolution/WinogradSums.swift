/// Σ (y − s) and Σ (y − s)² of the outputs of `WinogradTiles.summedTiles` tiles at a time, s the first of them: what batch
/// normalisation needs, taken while the outputs are in registers.
///
/// Groups do not reach over passes. Lies as `TileOutput.sums`: for each group of tiles a row of shifts and two rows of sums.
struct WinogradSums {
    private let place: UnsafeMutablePointer<Float>?
    private let columns: Int
    private var shift = Lanes.zero, total = Lanes.zero, squares = Lanes.zero
    private var isFirst: Bool

    /// Those of the channels from `column` on that `tile` belongs to: its group's sums so far, or anew.
    @inline(__always)
    init(_ output: TileOutput, column: Int, of block: WinogradBlock, tile: Int) {
        let (group, index) = tile.quotientAndRemainder(dividingBy: block.tiles.summedTiles)
        (columns, isFirst) = (output.columns, index == 0)
        place = output.sums.map { $0 + (3 &* (block.firstGroup &+ group) &* output.columns &+ column) }
        if let place, !isFirst {
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
