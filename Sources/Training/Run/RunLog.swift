internal import Foundation
internal import Model

/// What rank 0 says of a run: a line a logging step, the same as a JSON object a line in the run folder, and on a
/// terminal a live bar below.
final class RunLog {
    /// What a logging step reports: means over the steps since the last one.
    struct Entry {
        var step = 0
        var epoch = 0.0
        var losses = LossParts()
        var total = 0.0
        var rate = 0.0
        var gradientNorm: Double?
        var picturesPerSecond = 0.0
        var secondsLeft = 0.0
    }

    private let path: String?
    private let prints: Bool
    private var file: FileHandle?
    private let showsBar: Bool
    private let totalSteps: Int
    private var linesSinceHeader = 0
    private var isBarDrawn = false

    /// A log that appends to `path`; silent where `path` is nil, as on all ranks but the first. Where it does not print,
    /// the file has all there is to know.
    init(path: String?, totalSteps: Int, prints: Bool = true) {
        (self.path, self.totalSteps, self.prints) = (path, totalSteps, prints)
        guard path != nil, prints else {
            showsBar = false
            return
        }
        // mpirun gives ranks a terminal of its own, wherever its output goes: only the launcher knows.
        let environment = ProcessInfo.processInfo.environment
        let isAlone = environment["OMPI_COMM_WORLD_SIZE"] == nil
        showsBar = environment["JCM_PROGRESS"] == "1" || (isAlone && isatty(STDOUT_FILENO) == 1)
    }

    /// Prints a line of text above the bar.
    func say(_ line: String) {
        guard path != nil, prints else { return }
        wipeBar()
        print(line)
    }

    /// Prints an entry and appends it to the file.
    func record(_ entry: Entry) {
        guard let path else { return }
        if linesSinceHeader % 30 == 0 {
            say("    step   epoch     loss       id      ctc  attention       rate   pictures/s       left")
        }
        linesSinceHeader += 1
        let columns = [
            pad(String(entry.step), 8), pad(decimal(entry.epoch, 2), 8), pad(decimal(entry.total, 4), 9),
            pad(decimal(entry.losses.identity, 4), 9), pad(decimal(entry.losses.ctc, 4), 9),
            pad(decimal(entry.losses.attention, 4), 11), pad(String(format: "%.3e", entry.rate), 11),
            pad(decimal(entry.picturesPerSecond, 1), 13), pad(Self.duration(entry.secondsLeft), 11),
        ]
        say(columns.joined())
        var fields: [(String, String)] = [
            ("step", String(entry.step)), ("epoch", decimal(entry.epoch, 4)), ("loss", decimal(entry.total, 6)),
            ("identity", decimal(entry.losses.identity, 6)), ("ctc", decimal(entry.losses.ctc, 6)),
            ("attention", decimal(entry.losses.attention, 6)), ("rate", String(entry.rate)),
            ("picturesPerSecond", decimal(entry.picturesPerSecond, 2)),
        ]
        if let norm = entry.gradientNorm { fields.append(("gradientNorm", decimal(norm, 6))) }
        fields.append(("time", "\"\(ISO8601DateFormatter().string(from: Date()))\""))
        let object = "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}\n"
        if file == nil { file = Self.open(path) }
        try? file?.write(contentsOf: Data(object.utf8))
    }

    /// The file, made where it is not there, at its end; only now: a run that cannot begin leaves none.
    private static func open(_ path: String) -> FileHandle? {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let file = FileHandle(forWritingAtPath: path)
        _ = try? file?.seekToEnd()
        return file
    }

    /// Draws the bar for `step` steps done.
    func drawBar(step: Int, secondsLeft: Double) {
        guard showsBar else { return }
        let width = 40
        let done = totalSteps == 0 ? width : width * step / totalSteps
        let bar = String(repeating: "━", count: done) + String(repeating: "╌", count: width - done)
        FileHandle.standardOutput.write(
            Data("\r  \(bar) \(step)/\(totalSteps)  \(Self.duration(secondsLeft)) left \u{1B}[K".utf8))
        isBarDrawn = true
    }

    /// Removes the bar, so that what follows stands on a line of its own.
    func wipeBar() {
        guard isBarDrawn else { return }
        FileHandle.standardOutput.write(Data("\r\u{1B}[K".utf8))
        isBarDrawn = false
    }

    /// `1:02:03`, or `2:03` below an hour.
    static func duration(_ seconds: Double) -> String {
        let total = Int(max(0, seconds).rounded())
        let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
    }

    private func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
