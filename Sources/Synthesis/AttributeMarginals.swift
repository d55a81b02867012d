internal import Tensors

/// How often each attribute occurs among Market-1501's 1,501 labelled identities, and the drawing of new people.
///
/// The numbers are counts over train and test together, taken from `market_attribute.mat` (2018). Kept are
/// the shares, and the dependencies that a person would notice: hair, dress, what is carried and colours on
/// gender; length and colour of lower clothing on dress. Nobody there carries two kinds of bag.
enum AttributeMarginals {
    /// Male, female.
    static let gender: [Float] = [845, 656]
    /// Young, teenager, adult, old.
    static let age: [Float] = [16, 1209, 263, 13]
    /// Long hair among men and women, as shares.
    static let longHair: [Float] = [5.0 / 845, 515.0 / 656]
    /// Dress or skirt among women; no man has one.
    static let dressOfWomen: Float = 195.0 / 656
    /// Long lower clothing: men in trousers, women in trousers, dresses.
    static let longLower: [Float] = [353.0 / 845, 178.0 / 461, 25.0 / 195]
    /// Long sleeves.
    static let longSleeves: Float = 84.0 / 1501
    /// Hat.
    static let hat: Float = 43.0 / 1501
    /// Nothing, backpack, shoulder bag, handbag: men, women.
    static let carried: [[Float]] = [[390, 251, 131, 73], [193, 135, 239, 89]]
    /// Upper colours in the order of `MarketLook.UpperColour`, then none of them: men, women.
    static let upper: [[Float]] = [
        [132, 214, 73, 31, 131, 74, 56, 59, 75], [90, 222, 81, 23, 61, 24, 45, 38, 72],
    ]
    /// Lower colours in the order of `MarketLook.LowerColour`, then none: men, women in trousers, dresses.
    static let lower: [[Float]] = [
        [365, 39, 6, 188, 135, 12, 80, 0, 0, 20], [168, 31, 19, 44, 125, 13, 29, 2, 2, 28],
        [47, 38, 24, 17, 17, 9, 8, 9, 0, 26],
    ]

    /// A new person's attributes, rare ones at least as often as `minimumShare` says.
    static func draw(_ random: inout RandomStream, minimumShare: Float) -> MarketLook {
        let female = random.weighted(gender)
        let years = random.weighted(floored(age, minimumShare))
        let dress = random.chance(dressOfWomen) && female == 1
        let clothing = dress ? 2 : female
        let longHair = random.chance(longHair[female])
        let longSleeves = random.chance(max(longSleeves, minimumShare))
        let longLower = random.chance(longLower[clothing])
        let hat = random.chance(max(hat, minimumShare))
        let carries = random.weighted(floored(carried[female], minimumShare))
        let upperIndex = random.weighted(floored(upper[female], minimumShare / 2))
        let lowerIndex = random.weighted(floored(lower[clothing], minimumShare / 2))
        return MarketLook(
            gender: female == 1 ? .female : .male, age: MarketLook.Age(rawValue: years + 1)!,
            longHair: longHair, longSleeves: longSleeves, longLower: longLower, dress: dress, hat: hat,
            backpack: carries == 1, bag: carries == 2, handbag: carries == 3,
            upper: upperIndex < 8 ? MarketLook.UpperColour.allCases[upperIndex] : nil,
            lower: lowerIndex < 9 ? MarketLook.LowerColour.allCases[lowerIndex] : nil)
    }

    /// Weights as shares of 1, each at least `share`; the others give up in proportion.
    static func floored(_ weights: [Float], _ share: Float) -> [Float] {
        let total = weights.reduce(0, +)
        let shares = weights.map { $0 / total }
        let raised = shares.map { max($0, share) }
        let excess = raised.reduce(0, +) - 1
        let spare = raised.reduce(0) { $0 + max(0, $1 - share) }
        guard excess > 0, spare > 0 else { return raised }
        return raised.map { $0 - max(0, $0 - share) / spare * excess }
    }
}
