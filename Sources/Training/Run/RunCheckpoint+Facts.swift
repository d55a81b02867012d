internal import Checkpoints
internal import Model
internal import PersonData

extension RunCheckpoint {
    /// A checkpoint's attributes as they are written, which rank 0 can send to the others.
    struct Facts: Codable {
        let path: String, recipe: String, table: String
        let labels: Int, identities: Int, longestSequence: Int
        let step: Int, isFinished: Bool
        let identityLoss: Double, ctcLoss: Double, attentionLoss: Double
    }

    /// The attributes of the checkpoint at `path`.
    static func facts(_ path: String) throws -> Facts {
        let file = try CheckpointFile(path)
        guard (try? file.attribute("content", as: String.self)) != BackboneCheckpoint.content else {
            throw TrainingError(
                "\(path): holds the weights of a backbone alone; train with --set training.initial=\(path), and name "
                    + "what comes out")
        }
        return Facts(
            path: path, recipe: try file.attribute("recipe"), table: try file.attribute("attribute_table"),
            labels: try file.attribute("labels"), identities: try file.attribute("identities"),
            longestSequence: try file.attribute("longest_sequence"), step: try file.attribute("step"),
            isFinished: try file.attribute("finished") == 1, identityLoss: try file.attribute("loss_identity"),
            ctcLoss: try file.attribute("loss_ctc"), attentionLoss: try file.attribute("loss_attention"))
    }
}

extension RunCheckpoint.Description {
    /// What a checkpoint's attributes mean.
    init(_ facts: RunCheckpoint.Facts) throws {
        path = facts.path
        recipe = try RunCheckpoint.recipe(text: facts.recipe, of: facts.path)
        table = try AttributeTable(json: facts.table)
        dimensions = ModelDimensions(
            labels: facts.labels, identities: facts.identities, longestSequence: facts.longestSequence)
        var state = RunState(step: facts.step, isFinished: facts.isFinished)
        state.losses.identity = facts.identityLoss
        state.losses.ctc = facts.ctcLoss
        state.losses.attention = facts.attentionLoss
        self.state = state
    }
}
