public import Foundation

/// What a process left behind.
public struct ProcessResult: Sendable {
    /// Its exit code; 124 where it ran out of time.
    public let exitCode: Int32

    /// What it wrote to stdout.
    public let output: String

    /// What it wrote to stderr.
    public let errorOutput: String

    /// Seconds from start to end.
    public let seconds: Double

    /// What failed in it, and the last lines of both outputs, for a message.
    public var tail: String {
        let lines = (output + errorOutput).split(separator: "\n").map { $0.prefix(300) }
        let failures = lines.filter { $0.hasPrefix("✘") || $0.hasPrefix("jcm:") }.prefix(10)
        return (["exit code \(exitCode)"] + failures + ["…"] + lines.suffix(20)).joined(separator: "\n")
    }
}

/// Runs programs under `mpirun` on this machine, from a test process that does not speak MPI itself.
public enum MPILauncher {
    /// The running test bundle, which is a program of its own on Linux.
    public static let testBundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()

    /// A program of this package, built beside the test bundle: `jcm`.
    public static func product(_ name: String) -> URL {
        testBundle.deletingLastPathComponent().appending(path: name)
    }

    /// Runs `executable` on `ranks` ranks; whatever happens it is over after `timeout` seconds and some more.
    public static func run(
        ranks: Int, _ executable: URL, _ arguments: [String] = [], environment: [String: String] = [:],
        timeout: Int = 120
    ) throws -> ProcessResult {
        let launch = ["mpirun", "--bind-to", "none", "--oversubscribe", "-n", "\(ranks)", executable.path]
        return try run(launch + arguments, environment: environment, timeout: timeout)
    }

    /// Runs `executable` without mpirun: a job of one rank.
    public static func runAlone(
        _ executable: URL, _ arguments: [String] = [], environment: [String: String] = [:], timeout: Int = 120
    ) throws -> ProcessResult {
        try run([executable.path] + arguments, environment: environment, timeout: timeout)
    }

    private static func run(
        _ command: [String], environment: [String: String], timeout: Int
    ) throws -> ProcessResult {
        try TestPaths.withTemporaryFolder { folder in
            let outputs = ["out", "err"].map { folder.appending(path: $0) }
            for url in outputs { try Data().write(to: url) }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["timeout", "--kill-after=5", "\(timeout)"] + command
            process.environment = cleanEnvironment(adding: environment, temporary: folder)
            process.standardInput = FileHandle.nullDevice
            let handles = try outputs.map { try FileHandle(forWritingTo: $0) }
            process.standardOutput = handles[0]
            process.standardError = handles[1]
            let clock = ContinuousClock()
            let start = clock.now
            try withoutBlockedSignals { try process.run() }
            process.waitUntilExit()
            let seconds = (clock.now - start) / .seconds(1)
            for handle in handles { try handle.close() }
            let texts = try outputs.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
            return ProcessResult(
                exitCode: process.terminationStatus, output: texts[0], errorOutput: texts[1], seconds: seconds
            )
        }
    }

    /// The threads that run tests block signals, and a child inherits what its parent's thread blocks: shells under test
    /// would hear none.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// This process's environment without what an outer MPI job put there, and with what a launch needs as
    /// root, on fewer processors than ranks, and with all its temporary files in one folder.
    private static func cleanEnvironment(
        adding extra: [String: String], temporary: URL
    ) -> [String: String] {
        let outer = ["OMPI_", "PMIX_", "ORTE_", "PRTE_"]
        var environment = ProcessInfo.processInfo.environment.filter { name, _ in
            !outer.contains { name.hasPrefix($0) }
        }
        environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
        environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
        environment["OMPI_MCA_rmaps_base_oversubscribe"] = "1"
        environment["OMPI_MCA_btl_vader_backing_directory"] = temporary.path
        environment["SWIFT_BACKTRACE"] = "enable=no"
        environment["TMPDIR"] = temporary.path
        return environment.merging(extra) { $1 }
    }
}
