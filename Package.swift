// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The instruction level that everything is compiled for: `JCM_CPU` (x86-64-v2, x86-64-v3, x86-64-v4, or
/// `baseline`), else what this host can do. One level a build: a binary for mixed nodes is built with the
/// lowest of them, and says so at start where it does not fit.
let level: String = {
    if let asked = ProcessInfo.processInfo.environment["JCM_CPU"] { return asked }
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
    else { return "baseline" }
    let flags = Set(line.split(separator: " "))
    if flags.isSuperset(of: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]) { return "x86-64-v4" }
    if flags.isSuperset(of: ["avx2", "fma", "bmi2", "f16c"]) { return "x86-64-v3" }
    return "baseline"
}()

let levelFlags: [SwiftSetting] =
    level == "baseline" ? [] : [.unsafeFlags(["-Xcc", "-march=\(level)", "-Xcc", "-fno-math-errno"])]

/// What the sources know of the level: how wide registers are, and whether multiply-adds are fused.
let levelNames: [SwiftSetting] =
    (level == "x86-64-v3" ? [.define("JCM_LEVEL_V3")] : []) + (level == "x86-64-v4" ? [.define("JCM_LEVEL_V4")] : [])

let common: [SwiftSetting] =
    levelFlags + levelNames + [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ]

/// Numeric targets are optimised in debug builds too: without it SIMD code runs a thousand times slower.
let numeric = common + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Tests import what they like, internally.
let testing = levelFlags + levelNames + [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

let package = Package(
    name: "jcm",
    products: [.executable(name: "jcm", targets: ["jcm"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(name: "CMatIO", pkgConfig: "matio", providers: [.apt(["libmatio-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CSystem"),
        .target(name: "MPI", dependencies: ["CMPI"], swiftSettings: common),
        .target(name: "HDF5", dependencies: ["CHDF5"], swiftSettings: common),
        .target(name: "Images", dependencies: ["CTurboJPEG", "CSPNG"], swiftSettings: numeric),
        .target(name: "Tensors", dependencies: ["CSystem"], swiftSettings: numeric),
        .target(name: "Kernels", dependencies: ["Tensors", "COpenBLAS", "CSystem"], swiftSettings: numeric),
        .target(name: "Layers", dependencies: ["Tensors", "Kernels"], swiftSettings: numeric),
        .target(name: "Model", dependencies: ["Tensors", "Kernels", "Layers"], swiftSettings: numeric),
        .target(
            name: "PersonData", dependencies: ["HDF5", "Images", "CDeflate", "Tensors", "CSystem"],
            swiftSettings: numeric),
        .target(
            name: "Synthesis", dependencies: ["CMatIO", "Images", "PersonData", "Tensors"], swiftSettings: numeric),
        .target(name: "DataParallel", dependencies: ["MPI", "Tensors", "CDeflate", "CSystem"], swiftSettings: numeric),
        .target(name: "Checkpoints", dependencies: ["HDF5", "Tensors", "CDeflate"], swiftSettings: common),
        .target(
            name: "Training",
            dependencies: [
                "MPI", "Tensors", "Kernels", "Layers", "Model", "PersonData", "DataParallel", "Checkpoints", "Yams",
            ],
            swiftSettings: common),
        .target(
            name: "Evaluation",
            dependencies: [
                "MPI", "HDF5", "Tensors", "Kernels", "Layers", "Model", "PersonData", "DataParallel",
            ],
            swiftSettings: numeric),
        .target(name: "Reports", dependencies: ["Images"], swiftSettings: common),
        .target(
            name: "Studies",
            dependencies: ["MPI", "Tensors", "Layers", "Model", "PersonData", "Training", "Evaluation", "Yams"],
            swiftSettings: common),
        .target(
            name: "Benchmarks", dependencies: ["MPI", "Tensors", "Kernels", "Layers", "Model", "Evaluation"],
            swiftSettings: numeric),
        .executableTarget(
            name: "jcm",
            dependencies: [
                "Benchmarks",
                "MPI", "HDF5", "Images", "Tensors", "Kernels", "Layers", "Model", "PersonData", "Synthesis",
                "DataParallel", "Checkpoints", "Training", "Evaluation", "Reports", "Studies", "COpenBLAS", "CSystem",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: common),
        .target(
            name: "TestSupport", dependencies: ["MPI", "HDF5", "Tensors"], path: "Tests/TestSupport",
            swiftSettings: common),
        .executableTarget(
            name: "MPIProbe", dependencies: ["MPI", "DataParallel", "Tensors"], path: "Tests/MPIProbe",
            swiftSettings: common),
        .executableTarget(
            name: "PaperStep", dependencies: ["Model", "Layers", "Kernels", "Tensors", "HDF5", "TestSupport"],
            path: "Tests/PaperStep", swiftSettings: common),
        .testTarget(
            name: "BenchmarksTests", dependencies: ["Benchmarks", "jcm", "Model", "Kernels", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "CommandTests", dependencies: ["jcm", "HDF5", "Images", "TestSupport", "Training"],
            swiftSettings: testing),
        .testTarget(
            name: "DataParallelTests", dependencies: ["DataParallel", "MPI", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(name: "HDF5Tests", dependencies: ["HDF5"], swiftSettings: testing),
        .testTarget(
            name: "ImagesTests", dependencies: ["Images"], resources: [.copy("Fixtures")],
            swiftSettings: testing),
        .testTarget(
            name: "LayersTests", dependencies: ["Layers", "Kernels", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "ModelTests", dependencies: ["Model", "Layers", "Kernels", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "KernelsTests",
            dependencies: ["Kernels", "Tensors", "HDF5", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "TensorsTests",
            dependencies: ["Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Model", "PersonData", "Checkpoints", "HDF5", "MPI", "Kernels", "Layers", "Tensors",
                "TestSupport",
            ],
            swiftSettings: testing),
        .testTarget(
            name: "EvaluationTests",
            dependencies: ["Evaluation", "HDF5", "Kernels", "MPI", "PersonData", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(name: "ReportsTests", dependencies: ["Images", "Reports"], swiftSettings: testing),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: ["Checkpoints", "HDF5", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "StudiesTests", dependencies: ["Studies", "Training", "MPI", "TestSupport"], swiftSettings: testing),
        .testTarget(name: "MPITests", dependencies: ["MPI", "MPIProbe", "TestSupport"], swiftSettings: testing),
        .testTarget(
            name: "PersonDataTests", dependencies: ["PersonData", "HDF5", "Images", "Tensors", "TestSupport"],
            swiftSettings: testing),
        .testTarget(
            name: "SynthesisTests",
            dependencies: ["CMatIO", "Images", "PersonData", "Synthesis", "Tensors", "TestSupport"],
            swiftSettings: testing),
    ]
)
