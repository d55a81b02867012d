import Testing

@testable import Kernels

@Suite("BLAS")
struct BLASTests {
    @Test("A core that is older than the CPU is replaced, one that fits or is better is not")
    func betterCore() {
        for old in ["Prescott", "Core2", "Nehalem", "Barcelona", "Unknown", "Sandybridge", "Bulldozer"] {
            #expect(BLAS.betterCore(than: old, level: 4) == "SkylakeX")
            #expect(BLAS.betterCore(than: old, level: 3) == "Haswell")
            #expect(BLAS.betterCore(than: old, level: 0) == nil)
        }
        for good in [
            "Haswell", "Zen", "SkylakeX", "Cooperlake", "Sapphirerapids", "Excavator", "armv8", "neoversen1",
        ] {
            for level in [0, 3, 4] { #expect(BLAS.betterCore(than: good, level: level) == nil, "\(good)") }
        }
    }

    @Test("The library says which kernels it runs, and this build fits this CPU")
    func description() {
        #expect(BLAS.description == "OpenBLAS \(BLAS.core)" && !BLAS.core.isEmpty)
        #expect(BLAS.misfit == nil)
    }
}
