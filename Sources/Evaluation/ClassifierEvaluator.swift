internal import Layers
public import MPI
public import Model
public import PersonData
public import Tensors

/// Evaluates a classifier on the gallery of prepared data (ImageNet's validation pictures), each picture once, spread over
/// ranks; takes the memory of one batch, whatever the number of pictures.
public struct ClassifierEvaluator {
    private let model: Classifier
    private let data: PreparedFileReader
    private let world: Communicator
    private let team: WorkerTeam

    /// An evaluator of `model` on `data`; both are the same on every rank.
    public init(_ model: Classifier, _ data: PreparedFileReader, world: Communicator, team: WorkerTeam) {
        (self.model, self.data, self.world, self.team) = (model, data, world, team)
    }

    /// The figures of all pictures whose class the model knows, on every rank; collective.
    public func run(progress: (Int, Int) -> Void = { _, _ in }) throws -> ClassificationResults {
        let known = data.indices(of: .gallery).filter { data.classOfPerson[data.personIDs[$0]] != nil }
        let own = known[FeatureTable.share(known.count, rank: world.rank, of: world.count)]
        var results = ClassificationResults(classes: model.dimensions.identities)
        let batch = model.context.microBatch
        let size = data.height * data.width * 3
        let scratch = Scratch()
        for first in stride(from: own.startIndex, to: own.endIndex, by: batch) {
            let chunk = Array(own[first..<min(first + batch, own.endIndex)])
            scratch.with(Shape(chunk.count, data.height, data.width, 3)) { pictures in
                team.ranges(chunk.count) { range in
                    for n in range {
                        data.normalise(chunk[n], flipped: false, into: pictures.pointer + n * size)
                    }
                }
                let logits = model.logits(pictures, .inference)
                for (n, index) in chunk.enumerated() {
                    guard let target = data.classOfPerson[data.personIDs[index]] else { continue }
                    let row = logits.slice(n..<n + 1)
                    results.add(UnsafeBufferPointer(start: row.pointer, count: row.count), target: target)
                }
            }
            progress(first - own.startIndex + chunk.count, own.count)
        }
        var sums = [
            Double(results.pictures), Double(results.top1Count), Double(results.top5Count), results.lossSum,
        ]
        try world.allReduce(&sums, .sum)
        (results.pictures, results.top1Count, results.top5Count) = (Int(sums[0]), Int(sums[1]), Int(sums[2]))
        results.lossSum = sums[3]
        return results
    }
}
