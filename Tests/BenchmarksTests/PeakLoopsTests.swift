import Kernels
import Tensors
import TestSupport
import Testing

struct PeakLoopsTests {
    @Test func `The chains run all their rounds and converge on term ÷ (1 − factor)`() {
        let perLane = PeakLoops.multiplyAdds(rounds: 100, factor: 0.5, term: 1) / Float(PeakLoops.lanes)
        #expect(perLane == 24)
        #expect(PeakLoops.operations(rounds: 10) == Double(240 * PeakLoops.lanes))
        // After no round the chains hold 1, 2 … 12; after one, each half of it and 1.
        #expect(PeakLoops.multiplyAdds(rounds: 0, factor: 0.5, term: 1) == Float(78 * PeakLoops.lanes))
        #expect(PeakLoops.multiplyAdds(rounds: 1, factor: 0.5, term: 1) == Float(51 * PeakLoops.lanes))
    }

    @Test(arguments: [1, 15, 100, 70_000], [1, 2]) func `The streaming pass reaches every element once`(
        count: Int, threads: Int
    ) {
        let team = WorkerTeam(threads, spins: false)
        defer { team.stop() }
        let arrays = [1, 3, 5, 7].map { TestTensor([count], [Float](repeating: $0, count: count)) }
        PeakLoops.stream(
            values: arrays[0].view, gradient: arrays[1].view, firstMoment: arrays[2].view,
            secondMoment: arrays[3].view, team: team)
        #expect(arrays.map { Set($0.view.array) } == [[2.5], [3], [4], [5]])
        PeakLoops.copy(arrays[0].view, to: arrays[1].view, team: team)
        #expect(Set(arrays[1].view.array) == [2.5])
    }
}
