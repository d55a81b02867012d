internal import Foundation
internal import Glibc
internal import Layers
public import MPI
internal import Model
internal import PersonData
public import Tensors
internal import Training

/// What a study will cost, before it begins.
public struct StudyPlan: Sendable {
    /// Trainings, steps of all of them, and bytes that they leave on the disk.
    public let trainings: Int, steps: Int, bytes: Int

    /// Bytes that the folder's file system has left.
    public let free: Int?

    /// Seconds of a step on one rank, as probed; nil without a probe.
    public let secondsPerStep: Double?

    /// Steps of the longest training.
    let longest: Int

    private let study: Study

    /// Counts what the study does, and times a few steps of its reference arm where `team` is given.
    public init(_ study: Study, folder: StudyFolder, probe world: Communicator?, team: WorkerTeam?) throws {
        self.study = study
        trainings = study.jobs.count
        var known: [String: (train: Int, dimensions: ModelDimensions)] = [:]
        var parameters: [String: Int] = [:]
        var (steps, bytes, longest) = (0, 0, 0)
        for job in study.jobs {
            let recipe = job.recipe
            let found = try known[recipe.data.prepared] ?? Self.measure(recipe)
            known[recipe.data.prepared] = found
            let pictures = recipe.training.epochs * Double(found.train)
            let own = max(1, Int((pictures / Double(recipe.training.globalBatch)).rounded(.up)))
            steps += own
            longest = max(longest, own)
            let key = "\(recipe.data.prepared) \(recipe.model)"
            let count =
                parameters[key]
                ?? JCM(recipe.model, found.dimensions, LayerContext(microBatch: 1, team: .solo)).context.parameters
                .elementCount
            parameters[key] = count
            // A checkpoint holds parameters and Adam's two moments; one more than is kept exists while it is written.
            bytes += 12 * count * (recipe.checkpoint.keep + 1) + (1 << 20)
        }
        (self.steps, self.bytes, self.longest) = (steps, bytes, longest)
        free = Self.freeBytes(at: folder.path)
        if let world, let team {
            secondsPerStep = try StepProbe.seconds(
                study.jobs[study.reference.trainings[0]].recipe, world: world, team: team)
        } else {
            secondsPerStep = nil
        }
    }

    /// Training pictures and the model's dimensions, by the whole mapping table: arms that leave attributes out are smaller.
    private static func measure(_ recipe: Recipe) throws -> (train: Int, dimensions: ModelDimensions) {
        var whole = recipe
        (whole.data.leaveOut, whole.data.orderSeed) = ([], 0)
        let data = try ModelFactory.open(whole)
        return (data.indices(of: .train).count, ModelFactory.dimensions(of: data))
    }

    /// Throws where the disk cannot take what the study leaves.
    public func check(_ folder: StudyFolder) throws(StudyError) {
        guard let free, free < bytes else { return }
        throw StudyError(
            "study folder \(folder.path): \(trainings) trainings leave up to \(bytes >> 20) MB of checkpoints, the disk has "
                + "\(free >> 20) MB left; lower checkpoint.keep, or name a folder on a larger disk")
    }

    /// A table for a terminal, with the ranks per arm that end soonest on `ranks` ranks.
    public func text(ranks: Int) -> String {
        var lines = [
            "  study     \(study.recipe.path): \(study.recipe.about)",
            "  arms      \(study.arms.count) × \(study.recipe.seeds.count) seeds = \(trainings) trainings, \(steps) steps"
                + (study.recipe.warmStart == nil ? "" : ", the warm start among them"),
            "  disk      up to \(bytes >> 20) MB" + (free.map { ", \($0 >> 20) MB are free" } ?? ""),
        ]
        guard let secondsPerStep else { return lines.joined(separator: "\n") }
        let hours = secondsPerStep * Double(steps) / 3600
        lines.append(String(format: "  step      %.3f s on one rank of this host, as it is loaded now", secondsPerStep))
        lines.append(String(format: "  work      %.2f rank-hours of training", hours))
        let size = Self.bestSize(trainings: trainings, ranks: ranks)
        let waves = (trainings + ranks / size - 1) / max(1, ranks / size)
        let time = Double(waves) * Double(longest) * secondsPerStep / Double(size)
        lines.append(
            "  best      \(size) rank\(size == 1 ? "" : "s") per arm on \(ranks): about \(duration(time))"
                + (size == 1 ? "" : ", if \(size) ranks are \(size) times as fast as one"))
        return lines.joined(separator: "\n")
    }

    /// Ranks per arm with the fewest rank-seconds idle: ⌈trainings / ⌊ranks / size⌋⌉ / size is smallest, the smaller
    /// size where two are equal.
    static func bestSize(trainings: Int, ranks: Int) -> Int {
        func time(_ size: Int) -> Double {
            let groups = ranks / size
            return Double((trainings + groups - 1) / groups) / Double(size)
        }
        return (1...max(1, ranks)).min { (time($0), $0) < (time($1), $1) } ?? 1
    }

    /// Bytes left where a folder is or will be.
    private static func freeBytes(at path: String) -> Int? {
        var place = path
        var status = statvfs()
        while statvfs(place.isEmpty ? "." : place, &status) != 0 {
            guard place.contains("/"), place != "/" else { place = "."; break }
            place = (place as NSString).deletingLastPathComponent
            if place.isEmpty { place = "." }
        }
        guard statvfs(place, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
