import Tensors
import TestSupport
import Testing

@Suite("Tensor")
struct TensorTests {
    private let owner = TestTensor([4, 2, 3], (0..<24).map(Float.init))

    @Test("A slice shares its rows with the whole")
    func slice() {
        let slice = owner.view.slice(1..<3)
        #expect(slice.shape == Shape(2, 2, 3))
        #expect(slice.array == (6..<18).map(Float.init))
        slice[0] = -1
        #expect(owner.view[6] == -1)
        #expect(owner.view.prefix(2).array == owner.view.slice(0..<2).array)
        #expect(owner.view.slice(4..<4).count == 0)
    }

    @Test("Slices of slices begin where they should")
    func nestedSlices() {
        #expect(owner.view.slice(1..<4).slice(2..<3).array == (18..<24).map(Float.init))
    }

    @Test("Another shape keeps the order of the elements")
    func reshaped() {
        let flat = owner.view.reshaped(24)
        #expect(flat.shape == Shape(24) && flat.array == owner.view.array)
        #expect(owner.view.reshaped(8, 3).slice(7..<8).array == [21, 22, 23])
    }

    @Test("Filling and assigning touch the view alone")
    func assign() {
        let middle = owner.view.slice(1..<2)
        middle.fill(5)
        #expect(owner.view.array[5...12] == [5, 5, 5, 5, 5, 5, 5, 12])
        middle.assign(owner.view.slice(0..<1))
        #expect(middle.array == [0, 1, 2, 3, 4, 5])
        middle.assign([9, 8, 7, 6, 5, 4])
        #expect(owner.view[6] == 9 && owner.view[11] == 4 && owner.view[12] == 12)
    }

    @Test("Rows, elements and shapes that are not there end the program")
    func preconditions() async {
        await #expect(processExitsWith: .failure) { _ = TestTensor([2, 2]).view.slice(1..<3) }
        await #expect(processExitsWith: .failure) { _ = TestTensor([2, 2]).view[4] }
        await #expect(processExitsWith: .failure) { TestTensor([2, 2]).view[-1] = 0 }
        await #expect(processExitsWith: .failure) { _ = TestTensor([2, 2]).view.reshaped(3) }
        await #expect(processExitsWith: .failure) { TestTensor([2, 2]).view.assign([1, 2, 3]) }
    }
}
