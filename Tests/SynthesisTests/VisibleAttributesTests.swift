import Images
import Synthesis
import Tensors
import Testing

/// What the label file says must be there to see.
@Suite struct VisibleAttributesTests {
    static let plain = MarketLook(
        gender: .male, age: .teen, longHair: false, longSleeves: false, longLower: true, dress: false,
        upper: .red,
        lower: .blue)

    /// Pictures of eight people with the same look, by every camera.
    static func pictures(_ look: MarketLook) throws -> [Picture] {
        let people = (1...8).map { TwinPerson(personID: $0, trains: true, look: look) }
        let twin = try Twin(configuration: TwinConfiguration(cameras: 6), people: people)
        return people.flatMap { person in (1...6).map { twin.picture(person: person, camera: $0, shot: 1) } }
    }

    /// The share of pixels of rows `rows` (in parts of the height) that differ by more than noise.
    static func change(_ left: [Picture], _ right: [Picture], rows: ClosedRange<Double>) -> Double {
        var changed = 0
        var total = 0
        for (a, b) in zip(left, right) {
            for row in Int(rows.lowerBound * Double(a.height))..<Int(rows.upperBound * Double(a.height)) {
                for index in (row * a.width * 3)..<((row + 1) * a.width * 3) {
                    changed += abs(Int(a.pixels[index]) - Int(b.pixels[index])) > 24 ? 1 : 0
                    total += 1
                }
            }
        }
        return Double(changed) / Double(total)
    }

    struct Switch: Sendable, CustomStringConvertible {
        let description: String
        let part: ClosedRange<Double>
        let elsewhere: ClosedRange<Double>
        /// The least share of its part's pixels that must change: about half of what was measured.
        let least: Double
        let change: @Sendable (inout MarketLook) -> Void
    }

    static let switches = [
        Switch(description: "hat", part: 0...0.35, elsewhere: 0.5...1, least: 0.022) { $0.hat = true },
        Switch(description: "backpack", part: 0.15...0.6, elsewhere: 0.7...1, least: 0.05) {
            $0.backpack = true
        },
        Switch(description: "bag", part: 0.2...0.7, elsewhere: 0.75...1, least: 0.028) { $0.bag = true },
        Switch(description: "handbag", part: 0.45...0.8, elsewhere: 0...0.2, least: 0.06) {
            $0.handbag = true
        },
        Switch(description: "long sleeves", part: 0.2...0.6, elsewhere: 0.75...1, least: 0.028) {
            $0.longSleeves = true
        },
        Switch(description: "short trousers", part: 0.6...1, elsewhere: 0...0.4, least: 0.07) {
            $0.longLower = false
        },
        Switch(description: "long hair", part: 0...0.4, elsewhere: 0.6...1, least: 0.03) {
            $0.longHair = true
        },
    ]

    @Test(arguments: switches)
    func `a yes or no is seen where it belongs and nowhere else`(attribute: Switch) throws {
        var look = Self.plain
        attribute.change(&look)
        let without = try Self.pictures(Self.plain)
        let with = try Self.pictures(look)
        let seen = Self.change(without, with, rows: attribute.part)
        let leaked = Self.change(without, with, rows: attribute.elsewhere)
        print("\(attribute): \(seen) of the pixels of its part, \(leaked) elsewhere")
        #expect(seen > attribute.least)
        #expect(leaked < 0.1 * seen)
    }

    @Test func `gender, age and dress change the figure`() throws {
        let plain = try Self.pictures(Self.plain)
        for change: (inout MarketLook) -> Void in [
            { $0.gender = .female }, { $0.age = .young }, { $0.age = .adult }, { $0.age = .old },
            { $0.dress = true },
        ] {
            var look = Self.plain
            change(&look)
            #expect(Self.change(plain, try Self.pictures(look), rows: 0...1) > 0.03)
        }
    }

    @Test func `upper colours are told apart by the mean colour of the chest`() throws {
        func chest(_ picture: Picture) -> SIMD3<Double> {
            var sum = SIMD3<Double>.zero
            for row in (picture.height * 32 / 100)..<(picture.height * 45 / 100) {
                for column in (picture.width * 44 / 100)..<(picture.width * 56 / 100) {
                    let pixel = (row * picture.width + column) * 3
                    for channel in 0..<3 { sum[channel] += Double(picture.pixels[pixel + channel]) }
                }
            }
            return sum / Double(picture.height * 13 / 100 * (picture.width * 12 / 100))
        }
        let colours = MarketLook.UpperColour.allCases
        let samples = try colours.map { colour in
            var look = Self.plain
            look.upper = colour
            return try Self.pictures(look).map(chest)
        }
        // Nearest mean, learnt from the first four people and tried on the other four.
        let means = samples.map { $0.prefix(24).reduce(.zero, +) / 24 }
        var right = 0
        for (index, values) in samples.enumerated() {
            for value in values.dropFirst(24) {
                let distances = means.map { (($0 - value) * ($0 - value)).sum() }
                right += distances.indices.min { distances[$0] < distances[$1] } == index ? 1 : 0
            }
        }
        let accuracy = Double(right) / Double(24 * colours.count)
        print("upper colour by the chest's mean colour: \(accuracy)")
        #expect(accuracy > 0.5)
    }
}
