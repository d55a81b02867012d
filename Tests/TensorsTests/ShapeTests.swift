import Tensors
import Testing

@Suite("Shape")
struct ShapeTests {
    @Test(
        "Extents, count, rows and description agree with the array",
        arguments: [[7], [3, 4], [2, 3, 5], [2, 3, 4, 5]])
    func extents(_ array: [Int]) {
        let shape = Shape(array)
        #expect(shape.array == array)
        #expect(shape.rank == array.count)
        #expect(shape.count == array.reduce(1, *))
        #expect(shape.last == array.last)
        #expect(shape.rows == array.dropLast().reduce(1, *))
        #expect(array.indices.allSatisfy { shape[$0] == array[$0] })
        #expect(shape.description == array.map(String.init).joined(separator: "×"))
    }

    @Test("A shape is not equal to one with a further extent of 1")
    func equality() {
        #expect(Shape(2, 3) == Shape([2, 3]))
        #expect(Shape(2, 3) != Shape(2, 3, 1))
        #expect(Shape(2, 3) != Shape(3, 2))
    }

    @Test("Another first extent leaves the rest")
    func withFirst() {
        #expect(Shape(2, 3, 4).withFirst(9) == Shape(9, 3, 4))
        #expect(Shape(5).withFirst(0) == Shape(0))
    }

    @Test("An extent of 0 makes an empty shape whose rows still count")
    func empty() {
        #expect(Shape(0, 4).count == 0)
        #expect(Shape(3, 0).rows == 3)
    }

    @Test("Extents beyond the rank, negative ones and five of them end the program")
    func preconditions() async {
        await #expect(processExitsWith: .failure) { _ = Shape(2, 3)[2] }
        await #expect(processExitsWith: .failure) { _ = Shape(2, -3) }
        await #expect(processExitsWith: .failure) { _ = Shape([1, 2, 3, 4, 5]) }
        await #expect(processExitsWith: .failure) { _ = Shape([]) }
    }
}
