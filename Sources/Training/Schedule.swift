internal import Glibc

/// The learning rate of each step.
struct Schedule {
    let settings: TrainingSettings
    let totalSteps: Int
    let trainingPictures: Int

    /// The rate of step `step`, counted from 1.
    ///
    /// Warm-up: rate · step / warmup. Step: rate · factor^⌊epoch / epochs⌋ (SPEC §1). Cosine: from the rate to
    /// `finalFraction` of it over the steps behind the warm-up.
    func rate(step: Int) -> Double {
        let warmup = settings.warmupSteps
        if step < warmup { return settings.learningRate * Double(step) / Double(warmup) }
        switch settings.schedule {
        case .constant: return settings.learningRate
        case .step:
            let epoch = (step - 1) * settings.globalBatch / trainingPictures
            return settings.learningRate * pow(settings.decayFactor, Double(epoch / settings.decayEpochs))
        case .cosine:
            let progress = Double(step - warmup) / Double(max(1, totalSteps - warmup))
            let cosine = 0.5 * (1 + cos(.pi * min(1, progress)))
            return settings.learningRate * (settings.finalFraction + (1 - settings.finalFraction) * cosine)
        }
    }
}
