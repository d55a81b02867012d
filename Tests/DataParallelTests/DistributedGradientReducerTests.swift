import DataParallel
import MPI
import Tensors
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun"))
struct DistributedGradientReducerTests {
    private let count = 10_007
    private let team = WorkerTeam(1)

    /// Watermarks as layers of odd sizes would report them.
    private let marks = [10_007, 10_006, 9000, 8999, 5000, 4096, 4095, 1, 0]

    @Test(arguments: [false, true], [4, 1000, 4096, 1 << 20])
    func `The tree sum has the bits of the twin while the ranks also speak of others`(
        overlap: Bool, bucketBytes: Int
    ) {
        TestWorld.run { world throws in
            let terms = (0..<world.count).map { testGradients(count, microBatch: $0) }
            let (arena, buffer) = makeBuffer(count)
            let bytes = bucketBytes == 4 ? 4 * 37 : bucketBytes
            let reducer = try GradientReducer(
                communicator: world, buffer: buffer, bucketBytes: bytes, overlap: overlap, team: team)
            for _ in 0..<3 {
                buffer.assign(terms[world.rank])
                reducer.begin()
                for mark in marks {
                    reducer.finished(downTo: mark)
                    #expect(try world.allReduce(Int64(mark), .sum) == Int64(mark * world.count))
                }
                try reducer.finish()
                #expect(differences(buffer.array, twinTreeSum(terms)) == 0)
            }
            withExtendedLifetime(arena) {}
        }
    }

    @Test(arguments: [false, true])
    func `The library's sum is the same on every rank and close to the tree's`(overlap: Bool) {
        TestWorld.run { world throws in
            let terms = (0..<world.count).map { testGradients(count, microBatch: $0) }
            let (arena, buffer) = makeBuffer(count)
            let reducer = try GradientReducer(
                communicator: world, buffer: buffer, bucketBytes: 4096, algorithm: .mpi, overlap: overlap,
                team: team)
            buffer.assign(terms[world.rank])
            reducer.begin()
            reducer.finished(downTo: 0)
            try reducer.finish()
            let exact = twinTreeSum(terms)
            let scale = twinTreeSum(terms.map { $0.map(abs) })
            for index in 0..<count { #expect(abs(buffer[index] - exact[index]) <= 1e-6 * scale[index]) }
            try Replication.verify(buffer, named: "gradients", over: world, team: team)
            withExtendedLifetime(arena) {}
        }
    }

    @Test(arguments: [1, 2, 4, 8], [false, true])
    func `Micro-batches on ranks sum to the bits of as many on one rank`(microBatches: Int, overlap: Bool) {
        TestWorld.run { world throws in
            let total = world.count * microBatches
            let terms = (0..<total).map { testGradients(count, microBatch: $0) }
            let (arena, buffer) = makeBuffer(count)
            let (aloneArena, aloneBuffer) = makeBuffer(count)
            let alone = MicroBatchAccumulator(buffer: aloneBuffer, maximumMicroBatches: total, team: team)
            alone.begin()
            for index in 0..<total {
                aloneBuffer.assign(terms[index])
                alone.add(last: index == total - 1)
            }
            let accumulator = MicroBatchAccumulator(
                buffer: buffer, maximumMicroBatches: microBatches, team: team)
            let reducer = try GradientReducer(
                communicator: world, buffer: buffer, bucketBytes: 4096, overlap: overlap,
                accumulator: accumulator,
                team: team)
            accumulator.begin()
            reducer.begin()
            for index in 0..<microBatches {
                let term = terms[world.rank * microBatches + index]
                guard index == microBatches - 1 else {
                    buffer.assign(term)
                    accumulator.add()
                    continue
                }
                for (high, low) in zip(marks, marks.dropFirst()) {
                    for place in low..<high { buffer[place] = term[place] }
                    reducer.finished(downTo: low)
                }
            }
            try reducer.finish()
            #expect(differences(buffer.array, aloneBuffer.array) == 0)
            withExtendedLifetime((arena, aloneArena)) {}
        }
    }
}
