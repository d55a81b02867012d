import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Studies

@Suite("The queue of a study")
struct JobQueueTests {
    private func study(_ count: Int) throws -> Study {
        let text =
            "base: tiny\nreference: epochs=1\narms: [{grid: {training.epochs: [\((1...count).map(String.init).joined(separator: ","))]}}]"
        return try Study(StudyReader.read(text: text, path: "s.yaml")) { _ in [] }
    }

    private func state(_ stage: JobState.Stage, _ job: Study.Job) -> JobState {
        JobState(stage: stage, host: "n", ranks: 1, begun: 0, seconds: 1, recipe: job.recipe.yaml)
    }

    @Test("1 to 5 groups take each training once, the longest first, failures among them", arguments: 1...5)
    func groups(_ groups: Int) throws {
        let study = try study(17)
        try TestPaths.withTemporaryFolder { path in
            let folder = StudyFolder(path.path)
            try folder.create(study)
            let taken = Mutex<[Int]>([])
            DispatchQueue.concurrentPerform(iterations: groups) { _ in
                var queue = JobQueue(study, folder, retriesFailed: false)
                while let claim = try? queue.next() {
                    let job = study.jobs[claim.index]
                    taken.withLock { $0.append(claim.index) }
                    Thread.sleep(forTimeInterval: 0.002)
                    try? folder.write(state(claim.index % 5 == 0 ? .failed : .finished, job), job.name)
                }
            }
            let order = taken.withLock { $0 }
            #expect(order.sorted() == Array(0..<17))
            if groups == 1 { #expect(order == Array((0..<17).reversed())) }
            var again = JobQueue(study, folder, retriesFailed: false)
            #expect(try again.next() == nil)
            var retry = JobQueue(study, folder, retriesFailed: true)
            #expect(try retry.next()?.index == 15)
        }
    }

    @Test("What someone has is passed over; what was interrupted is taken again")
    func locks() throws {
        let study = try study(2)
        try TestPaths.withTemporaryFolder { path in
            let folder = StudyFolder(path.path)
            try folder.create(study)
            try folder.write(state(.running, study.jobs[1]), study.jobs[1].name)
            var first = JobQueue(study, folder, retriesFailed: false)
            let held = try #require(try first.next())
            #expect(held.index == 1 && held.state?.stage == .running)
            var second = JobQueue(study, folder, retriesFailed: false)
            let other = try #require(try second.next())
            #expect(other.index == 0)
            #expect(try second.next() == nil)
            withExtendedLifetime((held, other)) {}
        }
    }

    @Test(
        "Others wait for what they begin from, one group trains it, and its failure frees them",
        arguments: [true, false])
    func warmStart(fails: Bool) throws {
        let text = "base: tiny\nwarm_start: {training.epochs: 1}\narms: [{name: full, settings: {training.epochs: 9}}]"
        let study = try Study(StudyReader.read(text: text, path: "s.yaml")) { _ in [] }
        try TestPaths.withTemporaryFolder { path in
            let folder = StudyFolder(path.path)
            try folder.create(study)
            var first = JobQueue(study, folder, retriesFailed: false)
            var second = JobQueue(study, folder, retriesFailed: false, only: 1..<2)
            var held = try first.next()
            #expect(held?.index == 0 && !first.mustWait)
            #expect(try second.next() == nil)
            #expect(second.mustWait)
            try folder.write(state(fails ? .failed : .finished, study.jobs[0]), study.jobs[0].name)
            #expect(try second.next() == nil, "its lock is still held")
            #expect(second.mustWait)
            held = nil
            #expect(try second.next()?.index == 1)
            #expect(try second.next() == nil)
            #expect(!second.mustWait)
            // A task of an array trains it itself where nobody does.
            try FileManager.default.removeItem(atPath: folder.run(study.jobs[0].name) + "/state.json")
            var third = JobQueue(study, folder, retriesFailed: false, only: 1..<2)
            #expect(try third.next()?.index == 0)
        }
    }

    @Test("A folder that trains something else is refused")
    func changed() throws {
        let study = try study(2)
        try TestPaths.withTemporaryFolder { path in
            let folder = StudyFolder(path.path)
            try folder.create(study)
            var other = study.jobs[1].recipe
            other.training.lambda = 7
            var wrong = state(.finished, study.jobs[1])
            wrong.recipe = other.yaml
            try folder.write(wrong, study.jobs[1].name)
            var queue = JobQueue(study, folder, retriesFailed: false)
            let error = #expect(throws: StudyError.self) { try queue.next() }
            #expect(error?.description.contains("training.lambda: 7") == true, "\(error?.description ?? "")")
        }
    }
}
