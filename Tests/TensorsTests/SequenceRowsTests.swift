import Tensors
import Testing

@Suite("Rows of sequences")
struct SequenceRowsTests {
    @Test("Sequences lie one behind the other, empty ones too")
    func rows() {
        let rows = SequenceRows(lengths: [3, 0, 1, 4])
        #expect((0..<rows.count).map { rows[$0] } == [0..<3, 3..<3, 3..<4, 4..<8])
        #expect(rows.count == 4)
        #expect(rows.longest == 4)
        #expect(rows.total == 8)
    }

    @Test("Equal lengths are the rows of a tensor [N, L, …]", arguments: [0, 1, 5], [0, 1, 3])
    func equal(_ count: Int, _ length: Int) {
        let rows = SequenceRows(count: count, length: length)
        #expect((0..<count).map { rows[$0] } == (0..<count).map { $0 * length..<($0 + 1) * length })
        #expect(rows.total == count * length)
        let listed = SequenceRows(lengths: Array(repeating: length, count: count))
        #expect(listed.total == rows.total)
        #expect(listed == rows || count == 0, "no sequence has no length to compare")
    }
}
