/// A strip of tiles one below the other: some rows times one panel.
enum TileStrip {
    /// Products that are added before the output takes the sum: how many, how far apart their left factors and their panels
    /// lie, and elements from one row of a panel to the next.
    struct Terms {
        var count = 1, leftStride = 0, panelStride = 0
        var rowStride = RegisterTile.columns

        /// What the output's columns are a multiple of.
        #if JCM_LEVEL_V4
            static let columns = Lanes.scalarCount
        #else
            static let columns = RegisterTile.columns
        #endif
    }

    /// Depth from which tiles ask for the place where they go: shallower ones are done before it is there.
    private static let askingDepth = 128

    /// output = a·panel for `count` rows, of which each lies `depth` elements long, `rowStride` apart. `first` is the number
    /// of the first one in `output`; `ahead` is asked beside each tile. The first tiles fetch `next`, the panel after this one.
    @inline(__always)
    static func rows(
        _ a: UnsafeMutablePointer<Float>, _ rowStride: Int, _ panel: UnsafeMutablePointer<Float>, depth: Int,
        count: Int, _ output: PanelOutput, first: Int = 0, terms: Terms? = nil, ahead: Ahead? = nil,
        next: UnsafeMutablePointer<Float>? = nil
    ) {
        #if !JCM_LEVEL_V4
            if let terms {
                termRows(a, TileStrides(rowStride), panel, depth, count, output, first, terms)
                return
            }
        #endif
        ahead?.spread(output: depth < askingDepth ? nil : output.place(from: first, count: count), rows: count)
        if output.width == RegisterTile.columns {
            wideRows(
                a, TileStrides(rowStride), panel, next ?? panel, depth, count, output, first, terms ?? Terms(), ahead)
        } else if output.width == Lanes.scalarCount {
            narrowRows(
                a, TileStrides(rowStride), panel, next ?? panel, depth, count, output, first, terms ?? Terms(), ahead)
        } else {
            withEdge(count, output, first) {
                rows(a + $0 * rowStride, rowStride, panel, depth: depth, count: $1, $2, terms: terms)
            }
        }
    }

    /// output = aᵗ·panel for `count` columns of a, whose `depth` rows lie `depthStride` apart.
    @inline(__always)
    static func columns(
        _ a: UnsafeMutablePointer<Float>, _ depthStride: Int, _ panel: UnsafeMutablePointer<Float>, depth: Int,
        count: Int, _ output: PanelOutput, terms: Terms? = nil, ahead: Ahead? = nil
    ) {
        #if !JCM_LEVEL_V4
            if let terms {
                termColumns(a, TileStrides(depthStride), panel, depth, count, output, terms)
                return
            }
        #endif
        if output.width == RegisterTile.columns {
            wideColumns(a, TileStrides(depthStride), panel, depth, count, output, 0, terms ?? Terms(), ahead)
        } else if output.width == Lanes.scalarCount {
            narrowColumns(a, TileStrides(depthStride), panel, depth, count, output, 0, terms ?? Terms(), ahead)
        } else {
            withEdge(count, output, 0) {
                columns(a + $0, depthStride, panel, depth: depth, count: $1, $2, terms: terms)
            }
        }
    }

    /// output = aᵗ·panel for `count` columns of a, packed in blocks of a tile's rows `blockStride` apart; there are no sums.
    static func packedColumns(
        _ a: UnsafeMutablePointer<Float>, blockStride: Int, _ panel: UnsafeMutablePointer<Float>, depth: Int,
        count: Int, _ output: PanelOutput, ahead: Ahead?
    ) {
        if output.width == RegisterTile.columns {
            wideBlocks(a, blockStride, panel, depth, count, output, ahead)
            return
        }
        for first in stride(from: 0, to: count, by: RegisterTile.rows) {
            ahead?.fetch()
            columns(
                a + first / RegisterTile.rows * blockStride, RegisterTile.rows, panel, depth: depth,
                count: min(RegisterTile.rows, count - first), output.below(first))
        }
    }

    // Functions with one body: strides of 1 and of a tile's rows, and the tile's width, are known when they are compiled.

    @inline(never)
    private static func wideBlocks(
        _ a: UnsafeMutablePointer<Float>, _ blockStride: Int, _ panel: UnsafeMutablePointer<Float>, _ depth: Int,
        _ count: Int, _ output: PanelOutput, _ ahead: Ahead?
    ) {
        blocks(
            a, rows: TileStrides(1), steps: TileStrides(RegisterTile.rows), panel, depth, count, 0, Terms(), ahead,
            wide: true, output, whole: blockStride)
    }

    /// output = aᵗ·b for a packed block of `count` columns of a, at most a tile's rows, and `panels` panels of b, `panelSize`
    /// apart: tiles side by side, all as wide as the first; `output` is a plain or an added one.
    @inline(never)
    static func acrossPanels(
        _ block: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, panelSize: Int, panels: Int, depth: Int,
        count: Int, _ output: PanelOutput
    ) {
        var (panel, shift) = (b, 0)
        while shift < panels &* RegisterTile.columns {
            blocks(
                block, rows: TileStrides(1), steps: TileStrides(RegisterTile.rows), panel, depth, count, 0, Terms(),
                nil, wide: true, output, shift: shift)
            panel += panelSize
            shift &+= RegisterTile.columns
        }
    }

    @inline(never)
    private static func wideRows(
        _ a: UnsafeMutablePointer<Float>, _ rows: TileStrides, _ panel: UnsafeMutablePointer<Float>,
        _ next: UnsafeMutablePointer<Float>, _ depth: Int, _ count: Int, _ output: PanelOutput, _ first: Int,
        _ terms: Terms, _ ahead: Ahead?
    ) {
        blocks(
            a, rows: rows, steps: TileStrides(1), panel, next: next, depth, count, first, terms, ahead, wide: true,
            output)
    }

    @inline(never)
    private static func narrowRows(
        _ a: UnsafeMutablePointer<Float>, _ rows: TileStrides, _ panel: UnsafeMutablePointer<Float>,
        _ next: UnsafeMutablePointer<Float>, _ depth: Int, _ count: Int, _ output: PanelOutput, _ first: Int,
        _ terms: Terms, _ ahead: Ahead?
    ) {
        blocks(
            a, rows: rows, steps: TileStrides(1), panel, next: next, depth, count, first, terms, ahead, wide: false,
            output)
    }

    @inline(never)
    private static func wideColumns(
        _ a: UnsafeMutablePointer<Float>, _ steps: TileStrides, _ panel: UnsafeMutablePointer<Float>, _ depth: Int,
        _ count: Int, _ output: PanelOutput, _ first: Int, _ terms: Terms, _ ahead: Ahead?
    ) { blocks(a, rows: TileStrides(1), steps: steps, panel, depth, count, first, terms, ahead, wide: true, output) }

    @inline(never)
    private static func narrowColumns(
        _ a: UnsafeMutablePointer<Float>, _ steps: TileStrides, _ panel: UnsafeMutablePointer<Float>, _ depth: Int,
        _ count: Int, _ output: PanelOutput, _ first: Int, _ terms: Terms, _ ahead: Ahead?
    ) { blocks(a, rows: TileStrides(1), steps: steps, panel, depth, count, first, terms, ahead, wide: false, output) }

    #if !JCM_LEVEL_V4
        // As `rows` and `columns`, each element one chain over all terms: the bits of a single product as deep.

        @inline(never)
        private static func termRows(
            _ a: UnsafeMutablePointer<Float>, _ rows: TileStrides, _ panel: UnsafeMutablePointer<Float>, _ depth: Int,
            _ count: Int, _ output: PanelOutput, _ first: Int, _ terms: Terms
        ) {
            precondition(output.width == RegisterTile.columns, "terms for \(output.width) columns")
            blocks(
                a, rows: rows, steps: TileStrides(1), panel, depth, count, first, terms, nil, wide: true, output,
                several: true)
        }

        @inline(never)
        private static func termColumns(
            _ a: UnsafeMutablePointer<Float>, _ steps: TileStrides, _ panel: UnsafeMutablePointer<Float>, _ depth: Int,
            _ count: Int, _ output: PanelOutput, _ terms: Terms
        ) {
            precondition(output.width == RegisterTile.columns, "terms for \(output.width) columns")
            blocks(
                a, rows: TileStrides(1), steps: steps, panel, depth, count, 0, terms, nil, wide: true, output,
                several: true)
        }
    #endif

    /// Block by block; the first ones ask for `next`. Behind a whole block the next one begins `whole` elements after its
    /// begin, or where its rows end. Tiles go `shift` columns to the right in the output. Where registers are few, the loop over
    /// terms is another one than that over k alone: `several` asks for it.
    @inline(__always)
    private static func blocks(
        _ a: UnsafeMutablePointer<Float>, rows: TileStrides, steps: TileStrides, _ panel: UnsafeMutablePointer<Float>,
        next: UnsafeMutablePointer<Float>? = nil, _ depth: Int, _ count: Int, _ start: Int, _ terms: Terms,
        _ ahead: Ahead?, wide: Bool, _ output: PanelOutput, whole: Int? = nil, shift: Int = 0, several: Bool = false
    ) {
        let (isPacked, whole) = (whole != nil, whole ?? RegisterTile.rows &* rows.one)
        var (place, soon, asking) = (a, next.map { $0 - panel } ?? 0, RegisterTile.tilesAskingForPanel)
        RegisterTile.forEachBlock(count, wholeFirst: isPacked) { first, size in
            ahead?.fetch()
            var tile = RegisterTile()
            #if JCM_LEVEL_V4
                var (left, right, term) = (place, panel, 0)
                repeat {
                    tile.accumulate(
                        size, wide: wide, left, rows: rows, steps: steps, right,
                        bStride: terms.rowStride, depth: depth, soon: soon)
                    left += terms.leftStride
                    right += terms.panelStride
                    term &+= 1
                } while term < terms.count
            #else
                if several {
                    tile.accumulate(size, place, rows: rows, steps: steps, panel, depth: depth, terms)
                } else {
                    tile.accumulate(
                        size, wide: wide, place, rows: rows, steps: steps, panel, bStride: RegisterTile.columns,
                        depth: depth, soon: soon)
                }
            #endif
            asking &-= 1
            soon = asking > 0 ? soon &+ RegisterTile.line : 0
            // What is left of a whole block is taken in parts.
            place += size == RegisterTile.rows ? whole : size &* rows.one
            output.take(tile, size, wide: wide, first: start &+ first, shift: shift)
        }
    }

    /// Runs a strip that fills no register block by block into a buffer, and takes it from there.
    @inline(never)
    private static func withEdge(
        _ count: Int, _ output: PanelOutput, _ start: Int, _ body: (Int, Int, PanelOutput) -> Void
    ) {
        let size = RegisterTile.rows * RegisterTile.columns
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { memory in
            let products = memory.baseAddress!
            let plain = TileOutput(base: products, stride: RegisterTile.columns, columns: RegisterTile.columns)
            for first in stride(from: 0, to: count, by: RegisterTile.rows) {
                let rows = min(RegisterTile.rows, count - first)
                body(first, rows, plain.panel(row: 0, column: 0))
                output.takeEdge(products, rows, first: start + first)
            }
        }
    }
}
