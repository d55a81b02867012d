/// All ways to write labels into columns: the states blank, label, blank, label … blank, of which a way is in one at each
/// column and goes on to the same, the next, or over a blank to the next label where that is another one.
///
/// Source: Graves et al. 2006, section 4.1, in logarithms. Shapes of emissions, α and β: [T, states].
struct CTCAlignments {
    /// The class of each state.
    let extended: [Int]

    private let columns: Int

    /// 0 for states that may follow the one before the last, −∞ for all others.
    private let skips: LogRows

    /// Number of states.
    var states: Int { extended.count }

    init(_ labels: [Int], columns: Int) {
        extended = [0] + labels.flatMap { [$0, 0] }
        self.columns = columns
        skips = LogRows(1, extended.count)
        for s in 2..<max(2, extended.count) where extended[s] != 0 && extended[s] != extended[s - 2] { skips[0, s] = 0 }
    }

    /// α_t(s): log-probability of all prefixes of alignments that are in state s at column t, that column included.
    func forward(_ emissions: LogRows) -> LogRows {
        let α = LogRows(columns, states)
        for s in 0..<min(2, states) { α[0, s] = emissions[0, s] }
        for t in 1..<max(columns, 1) {
            for s in stride(from: 0, to: states, by: Doubles.scalarCount) {
                let skipped = α[lanes: t - 1, s - 2] + skips[lanes: 0, s]
                α[lanes: t, s] =
                    logSum(α[lanes: t - 1, s], α[lanes: t - 1, s - 1], skipped) + emissions[lanes: t, s]
            }
        }
        return α
    }

    /// β_t(s): log-probability of all suffixes that follow state s at column t, that column excluded.
    func backward(_ emissions: LogRows) -> LogRows {
        let β = LogRows(columns, states), following = LogRows(1, states)
        for s in max(0, states - 2)..<states { β[columns - 1, s] = 0 }
        for t in stride(from: columns - 2, through: 0, by: -1) {
            for s in stride(from: 0, to: states, by: Doubles.scalarCount) {
                following[lanes: 0, s] = β[lanes: t + 1, s] + emissions[lanes: t + 1, s]
            }
            for s in stride(from: 0, to: states, by: Doubles.scalarCount) {
                let skipped = following[lanes: 0, s + 2] + skips[lanes: 0, s + 2]
                β[lanes: t, s] = logSum(following[lanes: 0, s], following[lanes: 0, s + 1], skipped)
            }
        }
        return β
    }

    /// ln P(labels): that of all alignments that end in one of the last two states.
    func logLikelihood(_ α: LogRows) -> Double {
        let last = columns - 1, none = Doubles(repeating: -.infinity)
        let end = Doubles(repeating: α[last, states - 1])
        return logSum(end, states > 1 ? Doubles(repeating: α[last, states - 2]) : none, none)[0]
    }
}
