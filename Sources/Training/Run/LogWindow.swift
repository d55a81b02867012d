internal import Foundation
internal import Model

/// Losses and time of the steps since the last printed line.
struct LogWindow {
    private var sum = LossParts()
    private var steps = 0
    private var began = Date()
    private var smoothed: Double?

    mutating func add(_ losses: LossParts) {
        sum = sum + losses
        steps += 1
    }

    /// Means over the window's steps.
    var mean: LossParts {
        var mean = sum
        let count = Double(max(steps, 1))
        mean.identity /= count
        mean.ctc /= count
        mean.attention /= count
        return mean
    }

    var stepsPerSecond: Double { Double(steps) / max(Date().timeIntervalSince(began), 1e-9) }

    /// From the pace so far, older windows counting less.
    func secondsLeft(steps left: Int) -> Double {
        let pace = smoothed.map { steps > 0 ? 0.7 * $0 + 0.3 * stepsPerSecond : $0 } ?? stepsPerSecond
        return pace > 0 ? Double(left) / pace : 0
    }

    mutating func restart() {
        let pace = stepsPerSecond
        smoothed = smoothed.map { 0.7 * $0 + 0.3 * pace } ?? pace
        (sum, steps, began) = (LossParts(), 0, Date())
    }
}
