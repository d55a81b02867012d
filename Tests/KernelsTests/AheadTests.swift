import TestSupport
import Testing

@testable import Kernels

@Suite("Lines asked for ahead")
struct AheadTests {
    /// Rows of a strip that fill tiles and that do not, more tiles than lines, rows that fill no line.
    @Test(
        "Strips ask for every line of what comes next once",
        arguments: [(1, 1, 1), (5, 3, 6), (7, 16, 14), (42, 100, 84), (3, 33, 500)], [1, 4, 13])
    func once(_ shape: (rows: Int, columns: Int, strip: Int), _ parts: Int) throws {
        let owner = TestTensor([shape.rows, shape.columns + 5]), other = TestTensor([2, 40])
        let next = Matrix(owner.view).columns(2..<2 + shape.columns)
        let ahead = try #require(Ahead(elements: 1 << 20))
        var asked: [UnsafeMutablePointer<Float>: Int] = [:]
        for part in 0..<parts {
            ahead.spread(next, part: part, of: parts, and: Matrix(other.view), rows: shape.strip)
            for _ in stride(from: 0, to: shape.strip, by: RegisterTile.rows) {
                ahead.forEachLine { asked[$0, default: 0] += 1 }
            }
        }
        var expected: [UnsafeMutablePointer<Float>: Int] = [:]
        for matrix in [next, Matrix(other.view)] {
            for row in 0..<matrix.rows {
                for column in stride(from: 0, to: matrix.columns, by: 16) {
                    expected[matrix.pointer + (row * matrix.stride + column)] = 1
                }
            }
        }
        #expect(asked == expected)
    }

    @Test("Nothing is asked for where nothing comes next, nor for factors that a cache holds")
    func nothing() throws {
        #expect(Ahead(elements: 1 << 19) == nil)
        let ahead = try #require(Ahead(elements: (1 << 19) + 1))
        ahead.spread(nil, part: 0, of: 1, rows: 6)
        ahead.forEachLine { _ in Issue.record("a line of nothing") }
    }
}
