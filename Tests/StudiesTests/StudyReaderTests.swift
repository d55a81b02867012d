import Foundation
import TestSupport
import Testing
import Training

@testable import Studies

@Suite("Study recipes")
struct StudyReaderTests {
    private let attributes = ["gender", "hat", "backpack"]

    private func study(_ text: String) throws -> Study {
        try Study(StudyReader.read(text: text, path: "s.yaml")) { _ in attributes }
    }

    @Test("Each attribute left out is an arm, the reference comes first, each seed is a training")
    func leaveOut() throws {
        let study = try study(
            "base: tiny\nseeds: [1, 2]\nreference: all\narms: [{leave_out: each, paper: {hat: -2.7}}, {name: all}]")
        #expect(study.arms.map(\.name) == ["all", "without gender", "without hat", "without backpack"])
        #expect(study.arms[2].paper == -2.7)
        #expect(study.jobs.count == 8)
        #expect(study.jobs[study.arms[2].trainings[1]].recipe.data.leaveOut == ["hat"])
        #expect(study.jobs[study.arms[2].trainings[1]].recipe.training.seed == 2)
        #expect(study.jobs.map(\.name).contains("without_hat-seed2"))
    }

    @Test("A grid is every combination; arms that differ in their evaluation alone share a training")
    func grid() throws {
        let grid = try study(
            "base: tiny\nreference: lambda=4 epochs=2\narms: [{grid: {training.lambda: [0, 4], training.epochs: [1, 2]}}]"
        )
        #expect(grid.jobs.count == 4)
        #expect(grid.jobs.contains { $0.recipe.training.lambda == 0 && $0.recipe.training.epochs == 2 })
        let shared = try study(
            """
            base: tiny
            reference: a
            arms:
              - {name: a, settings: {evaluation.feature: columns}}
              - {name: b, settings: {evaluation: {feature: fc0}}}
            """)
        #expect(shared.arms.count == 2 && shared.jobs.count == 1)
        #expect(shared.arms[0].evaluation.folderName != shared.arms[1].evaluation.folderName)
    }

    @Test("A warm start is one training before the others, which begin from it")
    func warmStart() throws {
        let study = try study(
            """
            base: tiny
            seeds: [3, 4]
            warm_start: {training.epochs: 7, training.lambda: 0}
            arms: [{name: full}, {leave_out: [hat]}]
            """)
        #expect(study.jobs.map(\.name).first == "warm-start" && study.jobs.count == 5)
        let first = study.jobs[0].recipe.training
        #expect(first.epochs == 7 && first.lambda == 0 && first.seed == 3 && first.initial.isEmpty)
        #expect(study.jobs.map(\.beginsFrom) == [nil, 0, 0, 0, 0])
        #expect(study.jobs.dropFirst().allSatisfy { $0.recipe.training.initial == "warm-start" })
        #expect(study.arms.map(\.trainings) == [[1, 2], [3, 4]])
    }

    @Test(
        "What is wrong is said in a line",
        arguments: [
            ("base: tiny", "'arms' is missing"), ("arms: [{name: full}]", "'base' is missing"),
            ("base: tiny\narms: [{name: full}]\nsede: 3", "unknown key 'sede'"),
            ("base: tiny\narms: [{name: full}]\nwarm_start: 3", "warm_start: settings are expected"),
            ("base: tiny\narms: [{name: full}]\nwarm_start: {training.epoch: 3}", "warm_start: "),
            (
                "base: tiny\narms: [{name: full, settings: {training.initial: a.h5}}]\nwarm_start: {training.epochs: 3}",
                "training.initial does not go with warm_start"
            ),
            ("base: tiny\narms: [{nam: full}]", "an arm has"),
            ("base: tiny\narms: [{name: full, paper: x}]", "expected is a number"),
            ("base: tiny\narms: [{name: full, orders: 3}]", "'orders' does not go with 'name'"),
            ("base: tiny\narms: [{name: a}, {name: a}]\nreference: a", "two arms are called 'a'"),
            (
                "base: tiny\narms: [{name: a b}, {name: a_b, settings: {training.lambda: 1}}]\nreference: a b",
                "have the folder"
            ),
            ("base: tiny\narms: [{name: a}]", "no arm is called 'full'"),
            ("base: tiny\narms: [{name: full, settings: {training.epoch: 3}}]", "arm 'full'"),
            ("base: tiny\nseeds: [1, 1]\narms: [{name: full}]", "twice"),
            ("base: tiny\nseeds: [x]\narms: [{name: full}]", "whole numbers"),
            ("base: tiny\nmeasure: map5\narms: [{name: full}]", "expected is one of"),
            ("base: tiny\nranks_per_arm: 0\narms: [{name: full}]", "ranks_per_arm"),
            ("base: tiny\narms: [{orders: 0}]", "orders"), ("- a", "is a YAML mapping"), ("{", "no YAML"),
        ])
    func wrong(_ text: String, _ expected: String) {
        let error = #expect(throws: (any Error).self) { try study(text) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(expected), "\(error.map { "\($0)" } ?? "")")
    }

    @Test("Every study of recipes/studies can be read, and its arms make sense")
    func shipped() throws {
        let folder = TestPaths.repository.appending(path: "recipes/studies")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names.count >= 10)
        for name in names {
            let study = try Study(StudyReader.read(folder.appending(path: name).path)) { _ in attributes }
            #expect(study.arms.count >= 2 && !study.recipe.about.isEmpty, "\(name)")
        }
    }

    @Test("200 arms by 5 seeds are spelled out, counted and looked through at once")
    func large() throws {
        let study = try study("base: tiny\nseeds: [1, 2, 3, 4, 5]\nreference: order 1\narms: [{orders: 200}]")
        #expect(study.jobs.count == 1000)
        try TestPaths.withTemporaryFolder { path in
            let folder = StudyFolder(path.path)
            try folder.create(study)
            let status = try StudyStatus(folder.outline(), folder: folder, now: Date())
            #expect(status.text.contains("1000 trainings: 1000 waiting"))
            var queue = JobQueue(study, folder, retriesFailed: false)
            #expect(try queue.next()?.index == 0)
        }
    }
}
