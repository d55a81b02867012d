internal import CSystem

/// A row of a register tile: two registers side by side.
struct TileRow {
    var left = Lanes.zero, right = Lanes.zero

    /// self += x · (left, right), or x · left alone.
    @inline(__always)
    mutating func add(_ x: Float, _ left: Lanes, _ right: Lanes, _ wide: Bool) {
        let factor = Lanes(repeating: x)
        self.left = factor.timesPlus(left, self.left)
        if wide { self.right = factor.timesPlus(right, self.right) }
    }

    /// self += row `row` of those that lie a tile's columns apart.
    @inline(__always)
    mutating func add(_ memory: UnsafeMutablePointer<Float>, _ row: Int) {
        left += memory[lanes: row &* RegisterTile.columns]
        right += memory[lanes: row &* RegisterTile.columns &+ Lanes.scalarCount]
    }
}

/// A stride and its multiples, computed before the loop: x86 adds twice, four and eight times a register by itself.
struct TileStrides {
    let one, three, four, five: Int

    init(_ stride: Int) {
        (one, three, four, five) = (stride, 3 &* stride, 4 &* stride, 5 &* stride)
    }
}

/// The part of a product that is summed up in registers: up to 14 rows of two registers each.
///
/// Every element is the sum over k, in order, of one fused multiply-add each: its bits depend neither on the tile that
/// it falls into nor on the threads. All members are inlined with a literal number of rows; what lies beyond it is not
/// there for the compiler. Reaches 98 % of the peak of the fused multiply-adds (Zen 4, 2026-11-24).
struct RegisterTile {
    private var r0 = TileRow(), r1 = TileRow(), r2 = TileRow(), r3 = TileRow(), r4 = TileRow(), r5 = TileRow()
    private var r6 = TileRow(), r7 = TileRow(), r8 = TileRow(), r9 = TileRow(), r10 = TileRow(), r11 = TileRow()
    private var r12 = TileRow(), r13 = TileRow()

    /// Rows that the registers of the level hold: of 32 with AVX-512, else of 16.
    #if JCM_LEVEL_V4
        static let rows = 14
    #else
        static let rows = 6
    #endif

    /// Columns: two registers.
    static let columns = 2 * Lanes.scalarCount

    /// Tiles that ask for a whole panel on their way over k: a cache line a step or, with AVX2, every four steps.
    #if JCM_LEVEL_V4
        static let tilesAskingForPanel = 2
    #else
        static let tilesAskingForPanel = 4
    #endif

    /// Elements of a cache line: how much further into a panel each of these tiles begins to ask.
    static let line = 16

    /// self[m, n] += Σ over k < `depth` of a[m·rows + k·steps] · b[k·bStride + n], for `count` rows; only the left
    /// register of each where the tile is not `wide`. Asks the first cache for a line of what lies `soon`
    /// elements behind b, each step or every four.
    @inline(__always)
    mutating func accumulate(
        _ count: Int, wide: Bool = true, _ a: UnsafeMutablePointer<Float>, rows: TileStrides, steps: TileStrides,
        _ b: UnsafeMutablePointer<Float>, bStride: Int, depth: Int, soon: Int
    ) {
        #if JCM_LEVEL_V4
            // One step over k at a time: 28 multiply-adds hide what moves the pointers. The loop stands here, not in a
            // function of its own: behind one more call the compiler spills rows, and all products fall to a quarter.
            // Addresses are one of few pointers plus once or twice the stride: x86 adds that by itself.
            var (a0, a3, a6) = (a, a + 3 &* rows.one, a + 6 &* rows.one)
            var (a9, a12) = (a + 9 &* rows.one, a + 12 &* rows.one)
            var b = b
            let (one, two) = (rows.one, 2 &* rows.one)
            var k = 0
            while k < depth {
                jcm_fetch_soon(b + soon)
                let (x, y) = (b[lanes: 0], wide ? b[lanes: Lanes.scalarCount] : .zero)
                r0.add(a0[0], x, y, wide)
                if count > 1 { r1.add(a0[one], x, y, wide) }
                if count > 2 { r2.add(a0[two], x, y, wide) }
                if count > 3 { r3.add(a3[0], x, y, wide) }
                if count > 4 { r4.add(a3[one], x, y, wide) }
                if count > 5 { r5.add(a3[two], x, y, wide) }
                if count > 6 { r6.add(a6[0], x, y, wide) }
                if count > 7 { r7.add(a6[one], x, y, wide) }
                if count > 8 { r8.add(a6[two], x, y, wide) }
                if count > 9 { r9.add(a9[0], x, y, wide) }
                if count > 10 { r10.add(a9[one], x, y, wide) }
                if count > 11 { r11.add(a9[two], x, y, wide) }
                if count > 12 { r12.add(a12[0], x, y, wide) }
                if count > 13 { r13.add(a12[one], x, y, wide) }
                a0 += steps.one
                if count > 3 { a3 += steps.one }
                if count > 6 { a6 += steps.one }
                if count > 9 { a9 += steps.one }
                if count > 12 { a12 += steps.one }
                b += bStride
                k &+= 1
            }
        #else
            accumulateByFour(count, wide, a, rows, steps, b, bStride, depth, soon)
        #endif
    }

    #if !JCM_LEVEL_V4
        /// Four steps over k at a time from one pointer into each factor. Beside 12 multiply-adds a step, what moves
        /// pointers and counts would be a fifth of the instructions; where another hardware thread shares the core, they
        /// take time.
        @inline(__always)
        private mutating func accumulateByFour(
            _ count: Int, _ wide: Bool, _ a: UnsafeMutablePointer<Float>, _ rows: TileStrides, _ steps: TileStrides,
            _ b: UnsafeMutablePointer<Float>, _ bStride: Int, _ depth: Int, _ soon: Int
        ) {
            var (a, b, left) = (a, b, depth)
            while left >= 4 {
                jcm_fetch_soon(b + soon)
                addStep(count, wide, a, rows, b)
                addStep(count, wide, a + steps.one, rows, b + bStride)
                addStep(count, wide, a + 2 &* steps.one, rows, b + 2 &* bStride)
                addStep(count, wide, a + steps.three, rows, b + 3 &* bStride)
                a += steps.four
                b += 4 &* bStride
                left &-= 4
            }
            while left > 0 {
                addStep(count, wide, a, rows, b)
                a += steps.one
                b += bStride
                left &-= 1
            }
        }

        /// self[m, n] += Σ over `terms` of such sums over k. There is one term at least, and `depth` is 1 at least: where the
        /// inner loop may run no time, the compiler keeps the tile twice, and half of it in memory.
        @inline(__always)
        mutating func accumulate(
            _ count: Int, _ a: UnsafeMutablePointer<Float>, rows: TileStrides, steps: TileStrides,
            _ b: UnsafeMutablePointer<Float>, depth: Int, _ terms: TileStrip.Terms
        ) {
            var (left, right, term) = (a, b, 0)
            repeat {
                var (a, b, k) = (left, right, depth)
                repeat {
                    addStep(count, true, a, rows, b)
                    a += steps.one
                    b += terms.rowStride
                    k &-= 1
                } while k > 0
                left += terms.leftStride
                right += terms.panelStride
                term &+= 1
            } while term < terms.count
        }

        /// self[m, n] += a[m·rows] · b[n].
        @inline(__always)
        private mutating func addStep(
            _ count: Int, _ wide: Bool, _ a: UnsafeMutablePointer<Float>, _ rows: TileStrides,
            _ b: UnsafeMutablePointer<Float>
        ) {
            let (x, y) = (b[lanes: 0], wide ? b[lanes: Lanes.scalarCount] : .zero)
            r0.add(a[0], x, y, wide)
            if count > 1 { r1.add(a[rows.one], x, y, wide) }
            if count > 2 { r2.add(a[2 &* rows.one], x, y, wide) }
            if count > 3 { r3.add(a[rows.three], x, y, wide) }
            if count > 4 { r4.add(a[rows.four], x, y, wide) }
            if count > 5 { r5.add(a[rows.five], x, y, wide) }
        }
    #endif

    /// self += `count` rows that lie a tile's columns apart.
    @inline(__always)
    mutating func add(_ count: Int, _ memory: UnsafeMutablePointer<Float>) {
        r0.add(memory, 0)
        if count > 1 { r1.add(memory, 1) }
        if count > 2 { r2.add(memory, 2) }
        if count > 3 { r3.add(memory, 3) }
        if count > 4 { r4.add(memory, 4) }
        if count > 5 { r5.add(memory, 5) }
        if count > 6 { r6.add(memory, 6) }
        if count > 7 { r7.add(memory, 7) }
        if count > 8 { r8.add(memory, 8) }
        if count > 9 { r9.add(memory, 9) }
        if count > 10 { r10.add(memory, 10) }
        if count > 11 { r11.add(memory, 11) }
        if count > 12 { r12.add(memory, 12) }
        if count > 13 { r13.add(memory, 13) }
    }

    /// Writes `count` rows a tile's columns apart.
    @inline(__always)
    func keep(_ count: Int, _ memory: UnsafeMutablePointer<Float>) {
        forEachRow(count) { m, row in
            memory[lanes: m &* Self.columns] = row.left
            memory[lanes: m &* Self.columns &+ Lanes.scalarCount] = row.right
        }
    }

    /// Calls `body` with the first `rows` rows and their numbers.
    @inline(__always)
    func forEachRow(_ rows: Int, _ body: (Int, TileRow) -> Void) {
        body(0, r0)
        if rows > 1 { body(1, r1) }
        if rows > 2 { body(2, r2) }
        if rows > 3 { body(3, r3) }
        if rows > 4 { body(4, r4) }
        if rows > 5 { body(5, r5) }
        if rows > 6 { body(6, r6) }
        if rows > 7 { body(7, r7) }
        if rows > 8 { body(8, r8) }
        if rows > 9 { body(9, r9) }
        if rows > 10 { body(10, r10) }
        if rows > 11 { body(11, r11) }
        if rows > 12 { body(12, r12) }
        if rows > 13 { body(13, r13) }
    }
}

extension RegisterTile {
    /// Cuts `count` rows into blocks of sizes that the registers hold, and calls `body(first, size)` with each; the size
    /// is a literal after inlining. Where whole blocks need not come first, the last eight rows of AVX2 are two of four: a
    /// block of two takes as long as one of four.
    @inline(__always)
    static func forEachBlock(_ count: Int, wholeFirst: Bool = true, _ body: (Int, Int) -> Void) {
        var row = 0
        #if JCM_LEVEL_V4
            while row &+ rows <= count {
                body(row, rows)
                row &+= rows
            }
            if row &+ 8 <= count {
                body(row, 8)
                row &+= 8
            }
            if row &+ 4 <= count {
                body(row, 4)
                row &+= 4
            }
        #else
            let last = !wholeFirst && count % rows == 2 ? count &- 8 : count
            while row &+ rows <= last {
                body(row, rows)
                row &+= rows
            }
            while row &+ 4 <= count {
                body(row, 4)
                row &+= 4
            }
        #endif
        if row &+ 2 <= count {
            body(row, 2)
            row &+= 2
        }
        if row < count { body(row, 1) }
    }
}
