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
            TreeSum.sum(count, length: length, into: buffer.pointer + own * length) {
                buffer.pointer + $0 * length
            }
            let sum = Array(buffer.array[own * length..<(own + 1) * length])
            #expect(differences(sum, twinTreeSum(terms)) == 0)
            let inTurn = terms.dropFirst().reduce(terms[0]) { zip($0, $1).map { $0 + $1 } }
            if count > 3 { #expect(differences(sum, inTurn) > 100) }
        }
    }
}
