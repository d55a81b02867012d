internal import CSystem
internal import COpenBLAS
internal import Glibc

/// The BLAS library that runs the matrix products, and the cure for its blind spot.
public enum BLAS {
    /// The kernels in use: `OpenBLAS SkylakeX`.
    public static var description: String { "OpenBLAS \(core)" }

    /// OpenBLAS's name of the kernels that it chose.
    public static var core: String { String(cString: openblas_get_corename()) }

    /// On CPUs that it does not know OpenBLAS falls back to kernels of 2004 without a word, five times slower. Its choice
    /// is made when the library is loaded, so the only cure is to name better kernels and begin again: if that is the
    /// case, this call replaces the process by itself and does not return. To be called first, before MPI begins.
    public static func restartOnBetterKernels() {
        guard getenv("OPENBLAS_CORETYPE") == nil, let better = betterCore(than: core, level: Int(jcm_cpu_level()))
        else { return }
        setenv("OPENBLAS_CORETYPE", better, 1)
        // By the program's own path, not the link to it: the process keeps its name.
        guard let path = realpath("/proc/self/exe", nil) else { return }
        execv(path, CommandLine.unsafeArgv)
        free(path)
    }

    /// The kernels to ask for where `core` is below what a CPU of `level` can do, else nil.
    static func betterCore(than core: String, level: Int) -> String? {
        let old: Set = [
            "Prescott", "Core2", "Penryn", "Dunnington", "Atom", "Nehalem", "Athlon", "Opteron", "Opteron_SSE3",
            "Barcelona", "Bobcat", "Katmai", "Coppermine", "Northwood", "Banias", "Nano", "Unknown",
        ]
        let withoutFMA: Set = ["Sandybridge", "Bulldozer"]
        switch level {
        case 4: return old.contains(core) || withoutFMA.contains(core) ? "SkylakeX" : nil
        case 3: return old.contains(core) || withoutFMA.contains(core) ? "Haswell" : nil
        default: return nil
        }
    }

    /// One line if this build needs instructions that the CPU lacks, else nil.
    public static var misfit: String? {
        #if JCM_LEVEL_V4
            let built = 4
        #elseif JCM_LEVEL_V3
            let built = 3
        #else
            let built = 0
        #endif
        guard jcm_cpu_level() < built else { return nil }
        return "this program is built for x86-64-v\(built), which this CPU is not; build it here, or with "
            + "JCM_CPU=x86-64-v3 (or baseline) for all nodes"
    }
}
