import Tensors
import Testing

@testable import DataParallel

@Suite struct TreeSumTests {
    @Test(arguments: 2...9)
    func `A sum has the bits of the recursive twin`(count: Int) {
        let length = 5000
        let terms = (0..<count).map { testGradients(length, microBatch: $0) }
        let (arena, buffer) = makeBuffer(count * length)
        buffer.assign(terms.flatMap { $0 })
        let own = (count - 1) / 2
        withExtendedLifetime(arena) {
            let places = (0..<count).map { buffer.pointer + $0 * length }
            TreeSum.sum(places, length: length, into: places[own])
            let sum = Array(buffer.array[own * length..<(own + 1) * length])
            #expect(differences(sum, twinTreeSum(terms)) == 0)
            let inTurn = terms.dropFirst().reduce(terms[0]) { zip($0, $1).map { $0 + $1 } }
            if count > 3 { #expect(differences(sum, inTurn) > 100) }
            // The last addition left to the reader.
            buffer.assign(terms.flatMap { $0 })
            let (first, second) = TreeSum.sumToTwo(places, length: length)
            let read = (0..<length).map { first[$0] + (second?[$0] ?? .nan) }
            #expect(differences(read, twinTreeSum(terms)) == 0)
        }
    }

    @Test func `One term is its own sum`() {
        let term = testGradients(3, microBatch: 0)
        let (arena, buffer) = makeBuffer(6)
        buffer.assign(term + [0, 0, 0])
        withExtendedLifetime(arena) {
            TreeSum.sum([buffer.pointer], length: 3, into: buffer.pointer + 3)
            #expect(buffer.array == term + term)
            #expect(TreeSum.sumToTwo([buffer.pointer], length: 3) == (buffer.pointer, nil))
        }
    }
}
