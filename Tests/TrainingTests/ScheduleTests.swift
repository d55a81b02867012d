import Foundation
import Testing

@testable import Training

@Suite("Learning rate")
struct ScheduleTests {
    private func schedule(
        _ kind: TrainingSettings.Schedule, warmup: Int = 0, steps: Int = 1000, pictures: Int = 100,
        batch: Int = 16
    ) -> Schedule {
        var settings = TrainingSettings()
        (settings.schedule, settings.warmupSteps, settings.learningRate) = (kind, warmup, 0.5)
        (settings.decayFactor, settings.decayEpochs, settings.finalFraction) = (0.9, 3, 0.1)
        settings.globalBatch = batch
        return Schedule(settings: settings, totalSteps: steps, trainingPictures: pictures)
    }

    @Test(
        "Step: the rate falls by its factor when the first picture of a step is of the tenth epoch, the twentieth, …"
    )
    func step() {
        let schedule = schedule(.step)
        var (position, expected) = (0, 0.5)
        for step in 1...1000 {
            // One multiplication each time the stream passes three epochs of 100 pictures.
            while position >= 300 { (position, expected) = (position - 300, expected * 0.9) }
            #expect(abs(schedule.rate(step: step) / expected - 1) < 1e-9, "step \(step)")
            position += 16
        }
        var paper = TrainingSettings()
        paper.globalBatch = 64
        let market = Schedule(settings: paper, totalSteps: 40_425, trainingPictures: 12_936)
        #expect(market.rate(step: 1) == 1e-4)
        #expect(abs(market.rate(step: 40_425) / (1e-4 * pow(0.9, 19)) - 1) < 1e-9)
    }

    @Test(
        "Warm-up rises in equal parts to the rate and touches no later step",
        arguments: [TrainingSettings.Schedule.constant, .cosine, .step])
    func warmup(_ kind: TrainingSettings.Schedule) {
        let schedule = schedule(kind, warmup: 10, pictures: 100_000)
        for step in 1...10 { #expect(abs(schedule.rate(step: step) - 0.05 * Double(step)) < 1e-12) }
        #expect(abs(schedule.rate(step: 11) - 0.5) < 1e-4 && schedule.rate(step: 11) <= 0.5)
    }

    @Test("Cosine: from the rate over its middle to the final fraction, and no further")
    func cosine() {
        for warmup in [0, 100] {
            let schedule = schedule(.cosine, warmup: warmup)
            for step in max(1, warmup)...1000 {
                let progress = Double(step - warmup) / Double(1000 - warmup)
                let expected = 0.05 + 0.45 * (1 + cos(Double.pi * progress)) / 2
                #expect(abs(schedule.rate(step: step) - expected) < 1e-12)
            }
            #expect(abs(schedule.rate(step: (1000 + warmup) / 2) - 0.275) < 1e-12)
            #expect(abs(schedule.rate(step: 1000) - 0.05) < 1e-12)
            #expect(abs(schedule.rate(step: 1500) - 0.05) < 1e-12)
        }
    }

    @Test("A warm-up as long as the run is no division by zero")
    func onlyWarmup() {
        let schedule = schedule(.cosine, warmup: 50, steps: 50)
        #expect(schedule.rate(step: 25) == 0.25 && schedule.rate(step: 50) == 0.5)
    }

    @Test("Constant stays")
    func constant() {
        #expect((1...1000).allSatisfy { schedule(.constant).rate(step: $0) == 0.5 })
    }
}
