internal import DataParallel
internal import Foundation
internal import MPI
internal import Tensors

/// Times the reduction of gradient buffers: `mpirun -n 2 MPIProbe reduction 1 16 256` (megabytes).
enum ReductionTiming {
    static func run(_ megabytes: [Int]) {
        MPIRuntime.run { world in
            let team = WorkerTeam(1)
            for size in megabytes {
                let arena = Arena("gradients")
                let slot = arena.reserve(Shape(size << 18))
                arena.commit()
                for bucket in [1, 4, 16] where bucket <= size {
                    for algorithm in ReductionAlgorithm.allCases {
                        for overlap in [false, true] {
                            let reducer = try GradientReducer(
                                communicator: world, buffer: slot.tensor, bucketBytes: bucket << 20,
                                algorithm: algorithm, overlap: overlap, team: team)
                            let times = try time(reducer, repeats: max(9, 64 / size), world)
                            guard world.rank == 0 else { continue }
                            let name = "\(algorithm)\(overlap ? ", thread" : "")"
                            print("\(size) MB, buckets of \(bucket) MB, \(name): \(times)")
                        }
                    }
                }
            }
        }
    }

    private static func time(_ reducer: GradientReducer, repeats: Int, _ world: Communicator) throws -> String {
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for _ in 0..<(repeats + 2) {
            try world.barrier()
            let start = clock.now
            reducer.begin()
            reducer.finished(downTo: 0)
            try reducer.finish()
            seconds.append((clock.now - start) / .seconds(1))
        }
        let sorted = seconds.dropFirst(2).sorted().map { $0 * 1000 }
        return String(format: "best %.2f ms, median %.2f ms", sorted[0], sorted[sorted.count / 2])
    }

    /// Times a step that computes for some milliseconds, in 32 layers, and reduces `megabytes` of gradients:
    /// `mpirun -n 2 MPIProbe overlap 256 500`.
    static func overlap(_ megabytes: Int, milliseconds: Int) {
        MPIRuntime.run { world in
            let team = WorkerTeam(1)
            let arena = Arena("gradients")
            let slot = arena.reserve(Shape(megabytes << 18))
            arena.commit()
            let layers = 32
            let turns = calibrate(milliseconds: milliseconds) / layers
            for overlap in [false, true, false, true] {
                let reducer = try GradientReducer(
                    communicator: world, buffer: slot.tensor, overlap: overlap, team: team)
                let clock = ContinuousClock()
                var seconds: [Double] = []
                for _ in 0..<11 {
                    try world.barrier()
                    let start = clock.now
                    reducer.begin()
                    for layer in (0..<layers).reversed() {
                        compute(turns)
                        reducer.finished(downTo: slot.shape.count / layers * layer)
                    }
                    try reducer.finish()
                    seconds.append((clock.now - start) / .seconds(1))
                }
                let median = seconds.dropFirst().sorted()[5] * 1000
                guard world.rank == 0 else { continue }
                print(
                    "overlap \(overlap): \(String(format: "%.0f ms, exposed %.0f ms", median, reducer.exposedSeconds * 1000))"
                )
            }
        }
    }

    /// The turns of `compute` that take so long on one processor.
    private static func calibrate(milliseconds: Int) -> Int {
        let clock = ContinuousClock()
        let sample = 2_000_000
        compute(sample)
        let seconds = clock.measure { compute(sample) } / .seconds(1)
        return Int(Double(sample) * Double(milliseconds) / 1000 / seconds)
    }

    /// Arithmetic that stays in registers.
    @inline(never)
    private static func compute(_ turns: Int) {
        var (a, b) = (SIMD8<Float>(repeating: 0.5), SIMD8<Float>(repeating: 0.25))
        for _ in 0..<turns {
            a = a * b + 0.5
            b = b * a + 0.25
        }
        sink = (a + b).sum()
    }

    nonisolated(unsafe) private static var sink: Float = 0
}
