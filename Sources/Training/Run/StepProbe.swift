public import MPI
public import Tensors

/// Times a recipe's step on its own data, as a plan of many trainings needs it.
public enum StepProbe {
    /// Median seconds of `count` steps after one that warms up; collective.
    public static func seconds(
        _ recipe: Recipe, steps count: Int = 3, world: Communicator, team: WorkerTeam
    ) throws -> Double {
        let (data, model) = try world.agree {
            let data = try ModelFactory.open(recipe)
            let (microBatch, _) = try RecipeCheck.microBatches(recipe.training, ranks: world.count)
            let model = try ModelFactory.build(
                recipe, ModelFactory.dimensions(of: data), microBatch: microBatch, team: team)
            return (data, model)
        }
        let step = try TrainingStep(recipe, model, data, world: world)
        let clock = ContinuousClock()
        var times: [Double] = []
        for number in 0...count {
            let begun = clock.now
            _ = try step.run(step: number + 1, rate: recipe.training.learningRate)
            if number > 0 { times.append((clock.now - begun) / .seconds(1)) }
        }
        return times.sorted()[times.count / 2]
    }
}
