internal import Layers
internal import Model
internal import PersonData
internal import Tensors

/// Fills micro-batches from the prepared file: the pictures of this rank's positions, mirrored where the coin says so.
final class BatchLoader {
    private let data: PreparedFileReader
    private let flips: Bool
    private let team: WorkerTeam
    private let train: [Int]
    private let classes: [Int: Int]
    private var stream: SampleStream
    private let arena = Arena("batch")
    private let pictures: Slot

    init(_ data: PreparedFileReader, _ recipe: Recipe, microBatch: Int, team: WorkerTeam) {
        (self.data, self.team, flips) = (data, team, recipe.data.flip)
        train = data.indices(of: .train)
        classes = data.classOfPerson
        stream = SampleStream(seed: UInt64(recipe.training.seed), pictures: train.count)
        pictures = arena.reserve(Shape(microBatch, data.height, data.width, 3))
        arena.commit()
    }

    /// The micro-batch that begins at `position` of the stream.
    func load(from position: UInt64, count: Int) -> TrainingBatch {
        let positions = (0..<count).map { position + UInt64($0) }
        let samples = positions.map { train[stream.picture(at: $0)] }
        let mirrored = positions.map { flips && stream.isMirrored(at: $0) }
        let tensor = pictures.prefix(count)
        let size = data.height * data.width * 3
        team.ranges(count) { range in
            for n in range {
                data.normalise(samples[n], flipped: mirrored[n], into: tensor.pointer + n * size)
            }
        }
        return TrainingBatch(
            pictures: tensor, identities: samples.map { classes[data.personIDs[$0]] ?? 0 },
            sequences: samples.map { data.sequence(of: $0) },
            knownTokens: samples.map { data.table.knownTokens(data.labels(of: $0)) }, positions: positions)
    }
}
