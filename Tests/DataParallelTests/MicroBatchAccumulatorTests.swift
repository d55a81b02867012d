import DataParallel
import Tensors
import Testing

@Suite struct MicroBatchAccumulatorTests {
    private let count = 10_000

    @Test(arguments: 1...9, [1, 2])
    func `Micro-batches are summed in the tree, on any number of threads`(microBatches: Int, threads: Int) {
        let (arena, buffer) = makeBuffer(count)
        let team = WorkerTeam(threads, spins: false)
        let accumulator = MicroBatchAccumulator(buffer: buffer, maximumMicroBatches: 9, team: team)
        let terms = (0..<microBatches).map { testGradients(count, microBatch: $0) }
        for step in 0..<2 {
            buffer.fill(0)
            accumulator.begin()
            for (index, term) in terms.enumerated() {
                let isZero = buffer.array.allSatisfy { $0 == 0 }
                #expect(isZero)
                buffer.assign(term)
                if index < microBatches - 1 {
                    accumulator.add()
                } else if step == 0 {
                    accumulator.add(last: true)
                } else {
                    for cut in [7001..<count, 7000..<7001, 0..<7000] { accumulator.combine(cut) }
                }
            }
            #expect(differences(buffer.array, twinTreeSum(terms)) == 0)
        }
        withExtendedLifetime(arena) {}
        team.stop()
    }

    @Test func `Partial sums take as many buffers as the counter has digits`() {
        let (arena, buffer) = makeBuffer(1024)
        let team = WorkerTeam(1)
        let buffers = [1, 2, 3, 4, 5, 8, 9].map {
            MicroBatchAccumulator(buffer: buffer, maximumMicroBatches: $0, team: team).bytes / 4096
        }
        #expect(buffers == [0, 1, 1, 2, 2, 3, 3])
        withExtendedLifetime(arena) {}
    }
}
