internal import Foundation
internal import Training

/// Hands out a study's trainings through the locks of their folders, so that groups of one job, tasks of a Slurm array and
/// restarts need to know nothing of one another.
public struct JobQueue {
    private let study: Study
    private let folder: StudyFolder
    private let retriesFailed: Bool
    private let order: [Int]
    private var settled: Set<Int> = []

    /// A training that this process holds until the claim is let go of.
    public struct Claim {
        /// Its place in the study.
        public let index: Int

        /// How far it was.
        public let state: JobState?

        private let lock: FolderLock

        init(index: Int, state: JobState?, lock: FolderLock) {
            (self.index, self.state, self.lock) = (index, state, lock)
        }
    }

    /// A queue of `study`'s trainings, the longest first; of failed ones, too, where `retriesFailed`.
    public init(_ study: Study, _ folder: StudyFolder, retriesFailed: Bool, only: Range<Int>? = nil) {
        (self.study, self.folder, self.retriesFailed) = (study, folder, retriesFailed)
        let places = Array(only ?? study.jobs.indices)
        let first = Set(places.compactMap { study.jobs[$0].beginsFrom })
        let lengths = study.jobs.map { $0.recipe.training.epochs }
        order =
            first.sorted()
            + places.filter { !first.contains($0) }.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
    }

    /// Whether a training was passed over because someone still trains what it begins from: ask again later.
    public private(set) var mustWait = false

    /// The next training that is not settled and that nobody has; nil where there is none.
    ///
    /// Throws where a folder holds another training than the study asks for.
    public mutating func next() throws(StudyError) -> Claim? {
        mustWait = false
        for index in order where !settled.contains(index) {
            let job = study.jobs[index]
            // What is settled is finished, or has failed: then the training says so. What is not, someone has.
            if let first = job.beginsFrom, !settled.contains(first) {
                mustWait = true
                continue
            }
            guard let lock = try folder.lock(job.name) else { continue }
            let state = try folder.state(job.name)
            if let state { try Self.check(state, job, folder) }
            switch state?.stage {
            case .finished:
                settled.insert(index)
            case .failed where !retriesFailed:
                settled.insert(index)
            default:
                settled.insert(index)
                return Claim(index: index, state: state, lock: lock)
            }
        }
        return nil
    }

    /// Throws where the folder's training has another recipe than the job.
    static func check(_ state: JobState, _ job: Study.Job, _ folder: StudyFolder) throws(StudyError) {
        let stored: Recipe
        do { stored = try RecipeReader.read(text: state.recipe, source: folder.run(job.name) + "/state.json") } catch {
            throw StudyError("\(error)")
        }
        guard !stored.trainsAs(job.recipe) else { return }
        let changes = stored.differences(from: job.recipe).joined(separator: ", ")
        throw StudyError(
            "\(folder.run(job.name)): was trained with another recipe (\(changes)); name another study folder, or remove this "
                + "training's")
    }
}
