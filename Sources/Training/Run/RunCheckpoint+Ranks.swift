internal import DataParallel
internal import Foundation
public import MPI
public import Model
internal import Tensors

/// Checkpoints that rank 0 reads for all: the others need not see the file, and hundreds of ranks do not read it at once.
extension RunCheckpoint {
    /// What the checkpoint `place`, or the newest one of a run folder there, says of itself; no tensors; collective.
    public static func describe(_ place: String, over world: Communicator) throws -> Description {
        let text = try world.agree {
            guard world.rank == 0 else { return "" }
            return String(decoding: try JSONEncoder().encode(facts(RunFolder.checkpoint(at: place))), as: UTF8.self)
        }
        let shared = try world.broadcast(text)
        return try world.agree { try Description(JSONDecoder().decode(Facts.self, from: Data(shared.utf8))) }
    }

    /// Loads parameters and running statistics for inference on all ranks; collective.
    public static func loadWeights(
        _ path: String, into model: any TrainableModel, over world: Communicator
    ) throws {
        try world.agree { if world.rank == 0 { try loadWeights(path, into: model) } }
        let store = model.context.parameters
        for buffer in [store.values, store.running] { try Replication.broadcast(buffer, over: world) }
    }
}
