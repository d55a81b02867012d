import Tensors

/// Gradients whose sum depends on the order: normal numbers times powers of two from 2⁻⁶ to 2⁶.
func testGradients(_ count: Int, microBatch: Int) -> [Float] {
    var random = RandomStream(seed: 11, .test, index: UInt64(microBatch))
    return (0..<count).map { _ in
        let exponent = random.below(13) - 6
        return random.normal() * Float(sign: .plus, exponent: exponent, significand: 1)
    }
}

/// The bits of the canonical binary tree's sum, by recursion: the left part is the largest power of two.
func twinTreeSum(_ terms: [[Float]]) -> [Float] {
    if terms.count == 1 { return terms[0] }
    var left = 1
    while left * 2 < terms.count { left *= 2 }
    return zip(twinTreeSum(Array(terms[..<left])), twinTreeSum(Array(terms[left...]))).map { $0 + $1 }
}

/// An arena of one buffer of `count` floats, which lives as long as it.
func makeBuffer(_ count: Int) -> (arena: Arena, tensor: Tensor) {
    let arena = Arena("gradients")
    let slot = arena.reserve(Shape(count))
    arena.commit()
    return (arena, slot.tensor)
}

/// How many elements differ in their bits; a message of two whole buffers would help nobody.
func differences(_ left: [Float], _ right: [Float]) -> Int {
    guard left.count == right.count else { return max(left.count, right.count) }
    return zip(left, right).count { $0.bitPattern != $1.bitPattern }
}
