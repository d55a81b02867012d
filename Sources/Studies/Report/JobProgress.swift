internal import Foundation

/// How far a training is, read from its log: nothing is asked of the job that trains it.
struct JobProgress: Equatable {
    /// Steps done, epochs done, pictures/s of the last logged step.
    let step: Int, epoch: Double, picturesPerSecond: Double

    /// Seconds since the last line.
    let age: Double

    /// Seconds that the training still takes, by the speed of its last line.
    let secondsLeft: Double

    /// From the last whole line of a log; nil where there is none.
    init?(log path: String, _ job: StudyOutline.Job, now: Date) {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        guard let length = try? file.seekToEnd() else { return nil }
        try? file.seek(toOffset: length > 4096 ? length - 4096 : 0)
        guard let data = try? file.readToEnd() else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
        for line in lines.reversed() {
            guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let step = object["step"] as? Int, let epoch = object["epoch"] as? Double, epoch > 0,
                let speed = object["picturesPerSecond"] as? Double, speed > 0,
                let time = (object["time"] as? String).flatMap({ ISO8601DateFormatter().date(from: $0) })
            else { continue }
            (self.step, self.epoch, picturesPerSecond) = (step, epoch, speed)
            age = max(0, now.timeIntervalSince(time))
            let pictures = Double(step * job.globalBatch) / epoch
            secondsLeft = max(0, job.epochs - epoch) * pictures / speed
            return
        }
        return nil
    }
}
