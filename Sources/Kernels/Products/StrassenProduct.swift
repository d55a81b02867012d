internal import Tensors

/// C = A·B with seven products of halves instead of eight: Winograd's form of Strassen's method, one level deep.
///
/// With A [M, K], B [K, N] and C [M, N] cut into quarters,
///
///     S₁ = A₂₁ + A₂₂   S₂ = S₁ − A₁₁   S₃ = A₁₁ − A₂₁   S₄ = A₁₂ − S₂
///     T₁ = B₁₂ − B₁₁   T₂ = B₂₂ − T₁   T₃ = B₂₂ − B₁₂   T₄ = B₂₁ − T₂
///     V = S₁T₁   U = A₁₁B₁₁   C₁₁ = U + A₁₂B₂₁
///     U′ = U + S₂T₂   C₁₂ = U′ + V + S₄B₂₂
///     U″ = U′ + S₃T₃   C₂₂ = U″ + V   C₂₁ = U″ + A₂₂T₄
///
/// The upper half of A are its even rows and the lower half its odd ones, so that a picture's result depends on its own rows
/// alone where each picture has an even number of them; the columns are cut in the middle. Sums of A are made strip by strip,
/// sums of B where it is packed, and the tiles of U, V and U′ + V stay in the core's caches: C is written once, and all
/// that `TileOutput` can do is done on the way. Rounding errors are those of a product a few times as long.
///
/// Source: S. Winograd, On multiplication of 2×2 matrices, Linear Algebra and its Applications 4 (1971); V. Strassen,
/// Gaussian elimination is not optimal, Numerische Mathematik 13 (1969).
struct StrassenProduct {
    let scratch: Scratch
    let team: WorkerTeam

    /// Products of halves.
    static let count = 7

    /// Depth from which the multiplications that are saved outweigh the sums: where tiles are small, more of their time
    /// goes into what is beside the multiplications.
    #if JCM_LEVEL_V4
        static let leastDepth = 256
    #else
        static let leastDepth = 512
    #endif

    /// Columns from which they do.
    static let leastColumns = 256

    /// Elements of a left factor's strip of rows that stays in the second cache while its panel passes by (352 KB).
    private static let strip = 88 << 10

    /// Elements of A whose left factors all stay in the third cache (7 MB): they pass by each panel then, not panels by them.
    private static let sharedElements = 1 << 20

    /// Whether a product is made this way; the number of pictures does not matter.
    static func fits(_ a: TileProduct.LeftRows, _ b: Operand) -> Bool {
        a.isPaired && a.depth >= leastDepth && a.depth % (2 * Lanes.scalarCount) == 0 && b.columns >= leastColumns
            && b.columns % (2 * Panels.width) == 0
    }

    /// output = a·b.
    func multiply(_ a: TileProduct.LeftRows, _ b: Operand, _ output: TileOutput) {
        precondition(a.count % 2 == 0, "\(a.count) rows in pairs")
        // With few panels for a thread, rows are what they share.
        let isSmall =
            a.count * a.depth <= Self.sharedElements
            && b.columns / 2 >= TileProduct.unitsPerThread * Panels.width * team.count
        if a.count <= TileProduct.fewRows || isSmall {
            multiplyByColumns(a, b, output)
        } else {
            multiplyByRows(a, b, output)
        }
    }

    /// Many rows: B is packed whole, then threads share the chunks of rows, and the panels of a chunk where these are what is
    /// left. With few chunks several threads need the same left factors, which are made before.
    private func multiplyByRows(_ a: TileProduct.LeftRows, _ b: Operand, _ output: TileOutput) {
        let half = a.depth / 2, panels = Panels.count(b.columns / 2), pairs = Self.pairsOfStrip(half)
        let isShared = a.chunks < TileProduct.unitsPerThread * team.count
        let right = StrassenRight(depth: half, panels: panels)
        let left = StrassenLeft(depth: half, pairs: isShared ? a.count / 2 : pairs)
        let factors = left.size(filling: a)
        let work = StrassenSums.size(pairs) + (isShared ? 0 : factors)
        scratch.with(Shape(right.size), Shape(team.count, work)) { packed, works in
            team.ranges(panels) { right.pack(b, panels: $0, into: packed.pointer, at: $0.lowerBound) }
            scratch.with(Shape(isShared ? factors : 1)) { shared in
                if isShared { left.makeAll(of: a, into: shared.pointer, team) }
                team.pieces(a.chunks * panels, grain: panels) { thread, piece in
                    let ahead = Ahead(elements: a.count * a.depth)
                    TileProduct.forEachChunk(of: piece, panels: panels) { chunk, some in
                        multiplyChunk(
                            chunk, of: a, isShared ? shared.pointer : nil, left, packed.pointer, right, panels: some,
                            pairs, output, works.pointer + thread * work, ahead)
                    }
                }
            }
        }
    }

    /// The rows of a chunk times some panels, strip by strip; left factors that are not `shared` are made for each strip.
    private func multiplyChunk(
        _ chunk: Int, of a: TileProduct.LeftRows, _ shared: UnsafeMutablePointer<Float>?, _ left: StrassenLeft,
        _ packed: UnsafeMutablePointer<Float>, _ right: StrassenRight, panels: Range<Int>, _ pairs: Int,
        _ output: TileOutput, _ work: UnsafeMutablePointer<Float>, _ ahead: Ahead?
    ) {
        let sums = StrassenSums(work, pairs: pairs)
        let first = chunk * TileProduct.chunkRows, last = min(first + TileProduct.chunkRows, a.count)
        for low in stride(from: first, to: last, by: 2 * pairs) {
            let rows = low..<min(low + 2 * pairs, last)
            if shared == nil { left.make(rows, of: a, into: sums.end, from: 0) }
            let strip = shared.map { $0 + low / 2 * left.stride } ?? sums.end
            let after = rows.upperBound..<min(rows.upperBound + 2 * pairs, a.count)
            let next = shared == nil ? a.matrix?.rows(after) : nil
            for p in panels {
                let before = (p - panels.lowerBound) * Self.count, all = panels.count * Self.count
                multiply(
                    strip, left, packed, right, panel: p, rows.count / 2, sums, output, row: first,
                    firstPair: (low - first) / 2, column: p * Panels.width, ahead
                ) { ahead?.spread(next, part: before + $0, of: all, rows: rows.count / 2) }
            }
        }
    }

    /// Few rows, or little in them: their factors are made once, then threads share the panels of B, each packed right before
    /// its use.
    private func multiplyByColumns(_ a: TileProduct.LeftRows, _ b: Operand, _ output: TileOutput) {
        let half = a.depth / 2, panels = Panels.count(b.columns / 2), pairs = TileProduct.chunkRows / 2
        let right = StrassenRight(depth: half, panels: min(panels, Panels.packedTogether(b, depth: Self.count * half)))
        let left = StrassenLeft(depth: half, pairs: a.count / 2)
        let work = right.size + StrassenSums.size(pairs)
        scratch.with(Shape(left.size(filling: a)), Shape(team.count, work)) { factors, works in
            left.makeAll(of: a, into: factors.pointer, team)
            team.pieces(panels, grain: right.panels) { thread, piece in
                let ahead = Ahead(elements: b.rows * b.columns)
                for low in stride(from: piece.lowerBound, to: piece.upperBound, by: right.panels) {
                    let some = low..<min(low + right.panels, piece.upperBound)
                    let after = some.upperBound..<min(some.upperBound + right.panels, panels)
                    multiplyPanels(
                        some, before: after, of: b, right, factors.pointer, left, pairs, output,
                        works.pointer + thread * work, ahead)
                }
            }
        }
    }

    /// All left factors times some panels, which are packed first; what the panels after them are packed from is asked for.
    private func multiplyPanels(
        _ panels: Range<Int>, before after: Range<Int>, of b: Operand, _ right: StrassenRight,
        _ factors: UnsafeMutablePointer<Float>, _ left: StrassenLeft, _ pairs: Int, _ output: TileOutput,
        _ work: UnsafeMutablePointer<Float>, _ ahead: Ahead?
    ) {
        let sums = StrassenSums(work + right.size, pairs: pairs)
        right.pack(b, panels: panels, into: work, at: 0)
        let (near, far) = right.source(b, panels: after)
        let parts = panels.count * ((left.pairs + pairs - 1) / pairs) * Self.count
        var part = 0
        for p in panels {
            for first in stride(from: 0, to: left.pairs, by: pairs) {
                let count = min(pairs, left.pairs - first)
                multiply(
                    factors + first * left.stride, left, work, right, panel: p - panels.lowerBound, count, sums, output,
                    row: 2 * first, firstPair: 0, column: p * Panels.width, ahead
                ) { _ in
                    ahead?.spread(near, part: part, of: parts, and: far, rows: count)
                    part += 1
                }
            }
        }
    }

    /// Whole tiles, and at most a chunk.
    private static func pairsOfStrip(_ depth: Int) -> Int {
        let step = RegisterTile.rows
        return max(step, min(TileProduct.chunkRows / 2, strip / depth / step * step))
    }

    /// The four strips of C that a strip of pairs makes with a panel of each half of B, by the seven products in order. `row`
    /// is the first row of the chunk in which the strip begins with pair `firstPair`; `before` is told each product's number.
    private func multiply(
        _ a: UnsafeMutablePointer<Float>, _ left: StrassenLeft, _ b: UnsafeMutablePointer<Float>,
        _ right: StrassenRight,
        panel: Int, _ pairs: Int, _ sums: StrassenSums, _ output: TileOutput, row: Int, firstPair: Int, column: Int,
        _ ahead: Ahead?, before: (Int) -> Void = { _ in }
    ) {
        let near = output.panel(row: row, column: column)
        let far = output.panel(row: row, column: output.columns / 2 + column)
        for product in 0..<Self.count {
            before(product)
            let (target, first) =
                switch product {
                case 0: (sums.panel(sums.v), 0)
                case 1: (sums.panel(sums.u), 0)
                case 2: (near.everySecondRow(odd: false, sums.adding(sums.u, before: firstPair)), firstPair)
                case 3: (sums.panel(sums.w).linked(TileLink(addend: sums.u, kept: sums.u, second: sums.v)), 0)
                case 4: (far.everySecondRow(odd: false, sums.adding(sums.w, before: firstPair)), firstPair)
                case 5: (far.everySecondRow(odd: true, sums.keeping(before: firstPair)), firstPair)
                default: (near.everySecondRow(odd: true, sums.adding(sums.u, before: firstPair)), firstPair)
                }
            let place = product * right.panels + panel
            let after = product + 1 < Self.count ? place + right.panels : min(panel + 1, right.panels - 1)
            TileStrip.rows(
                a + product * left.factorSize, left.stride, b + place * right.panelSize, depth: left.depth,
                count: pairs, target, first: first, ahead: ahead, next: b + after * right.panelSize)
        }
    }
}
