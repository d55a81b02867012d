import Tensors
import Testing

@testable import Evaluation
@testable import PersonData

/// Pictures of a few people, whose labels are partly unknown, and what somebody says of them.
struct AttributeScene {
    struct Picture {
        let person: Int
        let labels: PersonLabels
        let said: [AttributeReading]
    }

    let table: AttributeTable
    let people: [Int]
    var pictures: [Picture] = []

    init(number: Int) throws {
        var random = RandomStream(seed: 13, .test, index: UInt64(number))
        table = try AttributeTable([
            PersonAttribute("gender", .named(["male", "female"])), PersonAttribute("hat", .binary),
            PersonAttribute("colour", .colour(["red", "green", "blue"])), PersonAttribute("bag", .binary),
        ])
        people = Array(1...3 + random.below(8))
        for _ in 0..<10 + random.below(50) {
            let gender = UInt8(random.below(2)), isUnknown = random.chance(0.1)
            var states: [UInt8] = [gender, 1 - gender, random.chance(0.3) ? 1 : 0]
            states += (0..<3).map { _ in random.chance(0.4) ? 1 : 0 }
            states.append(isUnknown ? PersonLabels.unknown : number % 3 == 0 ? 0 : random.chance(0.2) ? 1 : 0)
            if random.chance(0.05) { states = [UInt8](repeating: PersonLabels.unknown, count: 7) }
            if random.chance(0.05) { states = [0, 0, 0, 0, 0, 0, 0] }
            let answers: [AttributeAnswer] = [
                .value(random.below(2)), random.chance(0.3) ? .yes : .no,
                random.chance(0.2) ? .noColour : .value(random.below(3)), random.chance(0.3) ? .yes : .no,
            ]
            pictures.append(
                Picture(
                    person: people[random.below(people.count)], labels: PersonLabels(states),
                    said: answers.map { AttributeReading(answer: $0, probability: 0.5) }))
        }
    }

    /// The seven labels that an answer claims.
    private func claims(_ said: [AttributeReading]) -> [Bool] {
        var claims = [Bool](repeating: false, count: 7)
        for (first, reading) in zip([0, 2, 3, 6], said) {
            switch reading.answer {
            case .yes: claims[first] = true
            case .value(let value): claims[first + value] = true
            case .no, .noColour: break
            }
        }
        return claims
    }

    /// The figures of some of the pictures, from their definitions.
    func figures(_ pictures: [Picture]) -> AttributeFigures {
        func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
        var result = AttributeFigures()
        var accuracies: [Double] = []
        for attribute in 0..<4 {
            let range = [0..<2, 2..<3, 3..<6, 6..<7][attribute]
            var right: [Double] = []
            for picture in pictures {
                let truth = Array(picture.labels.states[range]), claims = Array(claims(picture.said)[range])
                if truth.contains(255) || attribute == 0 && !truth.contains(1) { continue }
                let isRight =
                    range.count == 1 ? (truth[0] == 1) == claims[0] : zip(truth, claims).contains { $0 == 1 && $1 }
                right.append(isRight ? 1 : 0)
            }
            if !right.isEmpty { accuracies.append(mean(right)) }
        }
        result.attributeAccuracy = mean(accuracies)
        var balanced: [Double] = []
        for label in 0..<7 {
            let known = pictures.filter { $0.labels.states[label] != 255 }
            let yes = known.filter { $0.labels.states[label] == 1 }.map { claims($0.said)[label] ? 1.0 : 0 }
            let no = known.filter { $0.labels.states[label] == 0 }.map { claims($0.said)[label] ? 0.0 : 1 }
            if !yes.isEmpty && !no.isEmpty { balanced.append((mean(yes) + mean(no)) / 2) }
        }
        result.labelMA = mean(balanced)
        var (accuracy, precision, recall) = ([Double](), [Double](), [Double]())
        for picture in pictures {
            let known = (0..<7).filter { picture.labels.states[$0] != 255 }
            let truth = Set(known.filter { picture.labels.states[$0] == 1 })
            let said = Set(known.filter { claims(picture.said)[$0] })
            if truth.isEmpty { continue }
            let both = Double(truth.intersection(said).count)
            accuracy.append(both / Double(truth.union(said).count))
            precision.append(said.isEmpty ? 0 : both / Double(said.count))
            recall.append(both / Double(truth.count))
        }
        (result.instanceAccuracy, result.instancePrecision) = (mean(accuracy), mean(precision))
        result.instanceRecall = mean(recall)
        let (p, r) = (result.instancePrecision, result.instanceRecall)
        result.instanceF1 = p + r > 0 ? 2 * p * r / (p + r) : 0
        return result
    }

    /// The accuracy of the second attribute, a yes/no, from its definition; nil where nothing is known.
    func hatAccuracy(_ pictures: [Picture]) -> Double? {
        let known = pictures.filter { $0.labels.states[2] != 255 }
        let right = known.count { ($0.labels.states[2] == 1) == ($0.said[1].answer == .yes) }
        return known.isEmpty ? nil : Double(right) / Double(known.count)
    }

    /// The tallies of the pictures with the given places.
    func tallies(_ places: Range<Int>) -> IdentityTallies {
        var tallies = IdentityTallies(table, identities: people, methods: ["m", "silent"])
        for picture in pictures[places] {
            tallies.add(picture.person, picture.labels, [("m", picture.said)])
        }
        return tallies
    }
}

func isClose(_ a: AttributeFigures, _ b: AttributeFigures) -> Bool {
    AttributeFigures.rows.allSatisfy { abs(a[keyPath: $0.path] - b[keyPath: $0.path]) < 1e-9 }
}

@Suite("Attribute protocols")
struct AttributeTallyTests {
    @Test("Every figure is that of its definition, on sixty scenes with unknown labels and missing colours")
    func bruteForce() throws {
        for number in 0..<60 {
            let scene = try AttributeScene(number: number)
            var tally = AttributeTally(scene.table)
            for picture in scene.pictures { tally.add(picture.labels, picture.said) }
            #expect(isClose(tally.figures, scene.figures(scene.pictures)), "scene \(number)")
            #expect(tally.decidableLabels <= (number % 3 == 0 ? 6 : 7))
        }
    }

    @Test("An example by hand")
    func example() throws {
        let table = try AttributeTable([PersonAttribute("hat", .binary), PersonAttribute("bag", .binary)])
        var tally = AttributeTally(table)
        func add(_ states: [UInt8], _ said: [AttributeAnswer]) {
            tally.add(PersonLabels(states), said.map { AttributeReading(answer: $0, probability: 1) })
        }
        add([1, 1], [.yes, .no])
        add([1, 0], [.yes, .yes])
        add([0, 0], [.no, .no])
        let figures = tally.figures
        #expect(abs(figures.attributeAccuracy - (1 + 1.0 / 3) / 2) < 1e-9)
        #expect(abs(figures.labelMA - (1 + (0 + 0.5) / 2) / 2) < 1e-9)
        #expect(abs(figures.instanceAccuracy - 0.5) < 1e-9 && abs(figures.instancePrecision - 0.75) < 1e-9)
        #expect(abs(figures.instanceRecall - 0.75) < 1e-9 && abs(figures.instanceF1 - 0.75) < 1e-9)
        #expect(AttributeTally(table).figures == AttributeFigures())
    }

    @Test("Intervals are those of drawing people with all their pictures", arguments: [0, 1, 2])
    func bootstrap(_ number: Int) throws {
        let scene = try AttributeScene(number: number)
        let found = scene.tallies(0..<scene.pictures.count).protocols("m", seed: 9)
        var draws: [AttributeFigures] = []
        var hats: [Double] = []
        for replicate in 0..<1000 {
            var random = RandomStream(seed: 9, .bootstrap, index: UInt64(replicate))
            let drawn = scene.people.map { _ in scene.people[random.below(scene.people.count)] }
            let pictures = drawn.flatMap { person in scene.pictures.filter { $0.person == person } }
            draws.append(scene.figures(pictures))
            if let hat = scene.hatAccuracy(pictures) { hats.append(hat) }
        }
        #expect(isClose(found.figures, scene.figures(scene.pictures)))
        #expect(found.identities == scene.people.count && found.replicates == 1000)
        for row in AttributeFigures.rows {
            // 2.5 % of 999 steps lie between the values of places 24 and 25, as numpy.percentile has it.
            let sorted = draws.map { $0[keyPath: row.path] }.sorted()
            let low = sorted[24] + 0.975 * (sorted[25] - sorted[24])
            let high = sorted[974] + 0.025 * (sorted[975] - sorted[974])
            #expect(abs(found.low[keyPath: row.path] - low) < 1e-9, "\(row.key)")
            #expect(abs(found.high[keyPath: row.path] - high) < 1e-9, "\(row.key)")
        }
        let hat = try #require(found.accuracies[1])
        let sorted = hats.sorted()
        for (value, share) in [(hat.low, 0.025), (hat.high, 0.975)] {
            let place = share * Double(sorted.count - 1)
            #expect(value >= sorted[Int(place)] - 1e-9 && value <= sorted[Int(place.rounded(.up))] + 1e-9)
        }
        #expect(found.accuracies.count == 4 && hat.low < hat.high)
        #expect(hat.value == scene.hatAccuracy(scene.pictures))
    }

    @Test("Nobody's pictures have no interval, and strangers count nowhere")
    func nobody() throws {
        let scene = try AttributeScene(number: 4)
        var tallies = IdentityTallies(scene.table, identities: [], methods: ["m"])
        tallies.add(5, scene.pictures[0].labels, [("m", scene.pictures[0].said)])
        let found = tallies.protocols("m")
        #expect(found.figures == AttributeFigures() && found.replicates == 0 && found.high == AttributeFigures())
        #expect(found.accuracies == [nil, nil, nil, nil])
    }
}
