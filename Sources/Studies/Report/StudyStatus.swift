public import Foundation

/// Where a study stands, from its folder alone: readable while it runs, also on a node that has no part in it.
public struct StudyStatus: Sendable {
    /// A training's line.
    struct Line: Sendable {
        let name: String, stage: String, detail: String
    }

    let lines: [Line]
    let counts: [(stage: String, count: Int)]
    let secondsLeft: Double?

    /// Reads the folder of a study.
    public init(_ study: StudyOutline, folder: StudyFolder, now: Date) throws(StudyError) {
        var (lines, seconds, running): ([Line], [Double?], Int) = ([], [], 0)
        var finished: [(seconds: Double, epochs: Double)] = []
        for job in study.jobs {
            let state = try folder.state(job.name)
            let progress = JobProgress(log: folder.run(job.name) + "/log.jsonl", job, now: now)
            switch state?.stage {
            case nil:
                lines.append(Line(name: job.name, stage: "waiting", detail: ""))
                seconds.append(nil)
            case .finished:
                finished.append((state?.seconds ?? 0, job.epochs))
                lines.append(Line(name: job.name, stage: "finished", detail: "in \(duration(state?.seconds ?? 0))"))
            case .failed:
                lines.append(Line(name: job.name, stage: "failed", detail: state?.message ?? ""))
            case .running:
                running += 1
                let text = progress.map {
                    String(
                        format: "epoch %.1f of %g, %.0f pictures/s, %@ left, heard of %@ ago", $0.epoch,
                        job.epochs, $0.picturesPerSecond, duration($0.secondsLeft), duration($0.age))
                }
                let host = state.map { " on \($0.host)" } ?? ""
                lines.append(Line(name: job.name, stage: "running", detail: (text ?? "begins") + host))
                seconds.append(progress?.secondsLeft)
            }
        }
        self.lines = lines
        let stages = ["finished", "running", "waiting", "failed"]
        counts = stages.map { stage in (stage, lines.count { $0.stage == stage }) }
        // Trainings of which nothing is known yet take as long an epoch as the finished ones did.
        let perEpoch =
            finished.isEmpty ? nil : finished.map(\.seconds).reduce(0, +) / finished.map(\.epochs).reduce(0, +)
        let mean = perEpoch.map { $0 * study.jobs.map(\.epochs).reduce(0, +) / Double(study.jobs.count) }
        let known = seconds.compactMap { $0 ?? mean }
        secondsLeft = known.count == seconds.count ? known.reduce(0, +) / Double(max(1, running)) : nil
    }

    /// A table for a terminal; all trainings where there are few, else those that run or have failed.
    public var text: String {
        let shown = lines.count <= 40 ? lines : lines.filter { $0.stage == "running" || $0.stage == "failed" }
        let width = shown.map(\.name.count).max() ?? 0
        var rows = shown.map { line in
            "  " + line.name.padding(toLength: max(width, line.name.count), withPad: " ", startingAt: 0) + "  "
                + line.stage.padding(toLength: 8, withPad: " ", startingAt: 0) + "  " + line.detail
        }
        var summary = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.stage)" }.joined(separator: ", ")
        if let secondsLeft, secondsLeft > 0 { summary += "; about \(duration(secondsLeft)) left" }
        rows.append("\(lines.count) trainings: \(summary)")
        return rows.joined(separator: "\n")
    }
}
