internal import Tensors

/// The endless stream of training samples: one permutation of all pictures after another, each seeded by its epoch.
///
/// Step s takes positions s·B … s·B + B − 1, rank r its r-th part of them: every picture is used exactly once an epoch,
/// whatever the batch and the number of ranks. All randomness of a sample belongs to its position.
struct SampleStream {
    private let seed: UInt64
    private let pictures: Int
    private var epoch = -1
    private var order: [Int] = []

    init(seed: UInt64, pictures: Int) {
        precondition(pictures > 0, "a stream of no pictures")
        (self.seed, self.pictures) = (seed, pictures)
    }

    /// The picture at `position`, as an index 0 ..< pictures.
    mutating func picture(at position: UInt64) -> Int {
        let (epoch, place) = Int(position).quotientAndRemainder(dividingBy: pictures)
        if epoch != self.epoch {
            var random = RandomStream(seed: seed, .permutation, index: UInt64(epoch))
            (self.epoch, order) = (epoch, random.permutation(pictures))
        }
        return order[place]
    }

    /// Whether the picture at `position` is mirrored: a coin a position.
    func isMirrored(at position: UInt64) -> Bool {
        var random = RandomStream(seed: seed, .flip, index: position)
        return random.nextWord() & 1 == 1
    }
}
