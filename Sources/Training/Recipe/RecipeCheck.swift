/// What a recipe must fulfil before any data are looked at.
enum RecipeCheck {
    /// Throws the first thing that cannot be.
    static func check(_ recipe: Recipe, source: String) throws(RecipeError) {
        if let problem = recipe.model.problem { throw RecipeError(source, problem) }
        if let problem = recipe.data.pixels.problem { throw RecipeError(source, problem) }
        for (key, value, most) in largest(recipe) where value > most {
            throw RecipeError(source, "\(key): \(value); at most \(most) is possible")
        }
        let t = recipe.training
        let limits: [(Bool, String)] = [
            (t.epochs > 0, "training.epochs: \(t.epochs); more than 0 are needed"),
            (t.epochs <= 1e6, "training.epochs: \(t.epochs); at most 1000000 are possible"),
            (
                recipe.data.validationIdentities >= 0,
                "data.validation_identities: \(recipe.data.validationIdentities); 0 or more is needed"
            ),
            (recipe.data.orderSeed >= 0, "data.order_seed: \(recipe.data.orderSeed); 0 or more is needed"),
            (t.globalBatch >= 1, "training.global_batch: \(t.globalBatch); at least 1 is needed"),
            (t.microBatch >= 0, "training.micro_batch: \(t.microBatch); 0 or more is needed"),
            (t.learningRate > 0, "training.learning_rate: \(t.learningRate); more than 0 is needed"),
            ((0..<1).contains(t.beta1) && (0..<1).contains(t.beta2), "training.beta1, beta2: numbers in 0 ..< 1"),
            (t.epsilon > 0, "training.epsilon: \(t.epsilon); more than 0 is needed"),
            (t.weightDecay >= 0 && t.gradientClip >= 0, "training.weight_decay, gradient_clip: 0 or more"),
            (t.warmupSteps >= 0, "training.warmup_steps: \(t.warmupSteps); 0 or more is needed"),
            (t.decayEpochs >= 1, "training.decay_epochs: \(t.decayEpochs); at least 1 is needed"),
            ((0...1).contains(t.finalFraction), "training.final_fraction: \(t.finalFraction); a number in 0 ... 1"),
            (t.lambda >= 0 && t.attributeWeight >= 0, "training.lambda, attribute_weight: 0 or more"),
            (
                t.lambda > 0 || t.attributeWeight > 0,
                "training.lambda and attribute_weight are both 0: nothing to learn"
            ),
            (
                recipe.model.form == .jcm || t.lambda > 0,
                "training.lambda: 0; a classifier (model.form) learns by λ·L_ID alone, more is needed"
            ),
            ((0..<1).contains(t.labelSmoothing), "training.label_smoothing: \(t.labelSmoothing); a number in 0 ..< 1"),
            (t.seed >= 0, "training.seed: \(t.seed); 0 or more is needed"),
            (t.bucketMegabytes >= 1, "training.bucket_megabytes: \(t.bucketMegabytes); at least 1 is needed"),
            (recipe.checkpoint.keep >= 1, "checkpoint.keep: \(recipe.checkpoint.keep); at least 1 is needed"),
            (
                recipe.checkpoint.everySteps >= 0 && recipe.checkpoint.everyMinutes >= 0,
                "checkpoint intervals: 0 or more"
            ),
            (recipe.evaluation.beamWidth >= 1, "evaluation.beam_width: at least 1 is needed"),
            (recipe.evaluation.maximumTokens >= 1, "evaluation.maximum_tokens: at least 1 is needed"),
            (recipe.evaluation.batch >= 1, "evaluation.batch: at least 1 is needed"),
            (
                recipe.evaluation.rerankK1 >= 1 && recipe.evaluation.rerankK2 >= 1,
                "evaluation.rerank_k1, rerank_k2: at least 1 is needed"
            ),
            ((0...1).contains(recipe.evaluation.rerankLambda), "evaluation.rerank_lambda: a number in 0 ... 1"),
            (recipe.logEverySteps >= 1, "log.every_steps: at least 1 is needed"),
        ]
        for (holds, problem) in limits where !holds { throw RecipeError(source, problem) }
    }

    /// Sizes with the most that they may be: far above what anyone trains, so that no product of them overflows.
    private static func largest(_ recipe: Recipe) -> [(key: String, value: Int, most: Int)] {
        let (m, t, e) = (recipe.model, recipe.training, recipe.evaluation)
        return [
            ("model.input_height", m.inputHeight, 8192), ("model.input_width", m.inputWidth, 8192),
            ("model.base_width", m.baseWidth, 4096), ("model.blocks", m.blocks.max() ?? 0, 1000),
            ("model.width", m.width, 65_536), ("model.recurrent_layers", m.recurrentLayers, 1000),
            ("model.encoder_layers", m.encoderLayers, 1000), ("model.decoder_layers", m.decoderLayers, 1000),
            ("model.feed_forward", m.feedForward, 1 << 20), ("model.identity_width", m.identityWidth, 1 << 20),
            ("training.global_batch", t.globalBatch, 1 << 24), ("training.micro_batch", t.microBatch, 1 << 16),
            ("training.bucket_megabytes", t.bucketMegabytes, 1 << 16), ("evaluation.batch", e.batch, 1 << 16),
            ("evaluation.beam_width", e.beamWidth, 1000), ("evaluation.maximum_tokens", e.maximumTokens, 1 << 16),
            ("evaluation.rerank_k1", e.rerankK1, 1000), ("evaluation.rerank_k2", e.rerankK2, 1000),
        ]
    }

    /// The micro-batch of a rank, and how many of them it runs a step.
    static func microBatches(
        _ settings: TrainingSettings, ranks: Int
    ) throws(RecipeError) -> (size: Int, count: Int) {
        guard settings.globalBatch % ranks == 0 else {
            throw RecipeError(
                "training.global_batch",
                "\(settings.globalBatch) pictures cannot be shared by \(ranks) ranks; take a "
                    + "multiple, such as \((settings.globalBatch / ranks + 1) * ranks), or other ranks")
        }
        let share = settings.globalBatch / ranks
        let size = settings.microBatch == 0 ? share : settings.microBatch
        guard share % size == 0 else {
            throw RecipeError(
                "training.micro_batch",
                "\(size) does not divide the \(share) pictures of each of \(ranks) ranks; take "
                    + "a divisor of \(share), or 0")
        }
        return (size, share / size)
    }
}
