/// What a study is: trainings that differ in something named, and what is compared. A value; YAML is its text.
public struct StudyRecipe: Equatable, Sendable {
    /// What stands in the table for an arm.
    public struct Arm: Equatable, Sendable {
        /// Unique in the study.
        public var name: String

        /// Changes to the base recipe, as "key=value".
        public var changes: [String]

        /// The paper's change to the reference, in points of the measure, where it states one.
        public var paper: Double?
    }

    /// How arms are written down: one by one, or by a rule that names many.
    public enum Generator: Equatable, Sendable {
        /// One arm.
        case arm(Arm)

        /// An arm for each of these attributes without it; nil for each attribute of the data.
        case leaveOut([String]?, paper: [String: Double])

        /// An arm for each combination of values.
        case grid([Axis], paper: [String: Double])

        /// As many arms with the attributes of the mapping table in other orders.
        case orders(Int)
    }

    /// A setting and the values that it takes.
    public struct Axis: Equatable, Sendable {
        /// The setting's key.
        public var key: String

        /// Its values, as text.
        public var values: [String]
    }

    /// What is compared between arms.
    public enum Measure: String, Codable, Sendable, CaseIterable {
        /// Share of queries whose nearest gallery picture is right.
        case rank1

        /// Mean average precision, by trapezoids.
        case meanAveragePrecision = "map"

        /// Right answers on attributes that the reference and the arm both have.
        case attributes
    }

    /// The file that it was read from.
    public var path = ""

    /// What the study asks, in a line.
    public var about = ""

    /// The recipe that all arms begin from.
    public var base = ""

    /// Changes to it that all arms have, as "key=value".
    public var changes: [String] = []

    /// Changes of the training that all arms begin from, as "key=value"; nil: they begin as their recipes say.
    public var warmStart: [String]?

    /// Each arm is trained with each of these.
    public var seeds = [1]

    /// Ranks that train an arm.
    public var ranksPerArm = 1

    /// The arm that the others are compared with.
    public var reference = "full"

    /// What is compared.
    public var measure = Measure.rank1

    /// The arms.
    public var generators: [Generator] = []
}
