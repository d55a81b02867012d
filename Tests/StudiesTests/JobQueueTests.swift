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
