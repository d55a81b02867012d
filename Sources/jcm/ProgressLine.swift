internal import Foundation

/// A line that grows on a terminal, and stays silent elsewhere.
final class ProgressLine {
    private let verb: String
    private let unit: String
    private let isShown: Bool

    init(_ verb: String, unit: String) {
        (self.verb, self.unit) = (verb, unit)
        let environment = ProcessInfo.processInfo.environment
        // Under mpirun a rank's output is a terminal of mpirun's own: only the launcher knows better.
        let isAlone = environment["OMPI_COMM_WORLD_SIZE"] == nil
        let isFirst = (environment["OMPI_COMM_WORLD_RANK"] ?? "0") == "0"
        isShown = isFirst && (environment["JCM_PROGRESS"] == "1" || (isAlone && isatty(STDOUT_FILENO) == 1))
    }

    func show(_ done: Int, of total: Int) {
        guard isShown else { return }
        FileHandle.standardOutput.write(Data("\r  \(verb) \(done) of \(total) \(unit)\u{1B}[K".utf8))
    }

    func end() {
        guard isShown else { return }
        FileHandle.standardOutput.write(Data("\r\u{1B}[K".utf8))
    }
}
