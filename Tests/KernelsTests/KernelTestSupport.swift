import Kernels
import Tensors
import TestSupport

/// A team for one test: a team has one caller at a time, and tests run side by side. It does not spin, as three threads
/// are more than most test machines have to give.
func team(_ count: Int) -> WorkerTeam { count == 1 ? .solo : WorkerTeam(count, spins: false) }

extension TestTensor {
    /// Normal numbers that depend on `seed` alone.
    static func random(_ extents: [Int], seed: UInt64, scale: Float = 1, shift: Float = 0) -> TestTensor {
        var stream = RandomStream(seed: seed, .test)
        return TestTensor(extents, (0..<Shape(extents).count).map { _ in stream.normal() * scale + shift })
    }

    /// The elements in double precision.
    var doubles: [Double] { view.array.map(Double.init) }
}

/// The bits of a tensor's elements: equality that tells 0 from −0 and has no tolerance.
func bits(_ tensor: Tensor) -> [UInt32] { tensor.array.map(\.bitPattern) }

/// [O, I, k, k] of values in our order [O, k, k, I].
func outputInputHeightWidth(_ values: [Double], outputs: Int, places: Int, inputs: Int) -> [Double] {
    var result = [Double](repeating: 0, count: values.count)
    for o in 0..<outputs {
        for place in 0..<places {
            for i in 0..<inputs {
                result[(o * inputs + i) * places + place] = values[(o * places + place) * inputs + i]
            }
        }
    }
    return result
}
