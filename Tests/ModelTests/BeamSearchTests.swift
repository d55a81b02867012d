import Foundation
import Tensors
import Testing

@testable import Model

@Suite("Beam search")
struct BeamSearchTests {
    /// Next-token probabilities that depend on the picture and on the whole prefix.
    private struct Source {
        let seed: UInt64, classes: Int
        var sharpness: Float = 1.5

        func probabilities(_ picture: Int, _ prefix: [Int]) -> [Float] {
            let number = prefix.reduce(UInt64(picture + 1)) { $0 &* 1_000_003 &+ UInt64($1 + 1) }
            var random = RandomStream(seed: seed, .test, index: number)
            let powers = (0..<classes).map { _ in exp(sharpness * random.normal()) }
            return powers.map { $0 / powers.reduce(0, +) }
        }

        /// The search's `step`, which builds every row's prefix from the rows that it was given before.
        func step(pictures: [Int]) -> ([BeamSearch.Row]) -> [[Float]] {
            var prefixes: [[Int]]?
            return { rows in
                let next = rows.map { row -> [Int] in
                    guard let before = prefixes else {
                        #expect(row.token == -7, "the first token is the start mark")
                        return []
                    }
                    return before[row.parent] + [row.token]
                }
                prefixes = next
                return zip(rows, next).map { probabilities(pictures[$0.picture], $1) }
            }
        }

        func search(_ search: BeamSearch, pictures: [Int] = [0]) -> [BeamSearch.Hypothesis] {
            search.search(
                pictures: pictures.count, classes: classes, startToken: -7, step: step(pictures: pictures))
        }

        /// ln P of the tokens, and of the end mark behind them if they are fewer than the longest sequence.
        func score(_ tokens: [Int], _ search: BeamSearch, picture: Int) -> (
            logProbability: Double, score: Double
        ) {
            var sum = 0.0
            for (index, token) in (tokens + (tokens.count < search.maximumLength ? [0] : [])).enumerated() {
                sum += log(Double(probabilities(picture, Array(tokens.prefix(index)))[token]))
            }
            return (sum, sum / pow((5 + Double(tokens.count + 1)) / 6, search.lengthPenalty))
        }

        func everySequence(_ search: BeamSearch, _ prefix: [Int] = []) -> [[Int]] {
            guard prefix.count < search.maximumLength else { return [prefix] }
            let next = (1..<classes).filter { !(search.eachTokenOnce && prefix.contains($0)) }
            return [prefix] + next.flatMap { everySequence(search, prefix + [$0]) }
        }
    }

    private func settings(
        width: Int, once: Bool, longest: Int, penalty: Double
    ) -> BeamSearch {
        var search = BeamSearch()
        (search.width, search.eachTokenOnce) = (width, once)
        (search.maximumLength, search.lengthPenalty) = (longest, penalty)
        return search
    }

    @Test("A beam that is wide enough finds the best of all sequences", arguments: 0..<40, [true, false])
    func exhaustive(_ number: Int, _ once: Bool) throws {
        var source = Source(seed: UInt64(number), classes: 2 + number % 4)
        // Every third source hardly ever ends, so that sequences are cut at the longest.
        if number % 3 == 0 { source.sharpness = 4 }
        let search = settings(
            width: 400, once: once, longest: 1 + number % 5, penalty: [0, 0.6, 1.5][number % 3])
        let every = source.everySequence(search)
        let best = try #require(every.map { source.score($0, search, picture: 0).score }.max())
        let found = source.search(search)[0]
        #expect(every.contains(found.tokens))
        let expected = source.score(found.tokens, search, picture: 0)
        #expect(abs(found.score - best) < 1e-9, "\(found.tokens)")
        #expect(abs(found.score - expected.score) < 1e-9)
        #expect(abs(found.logProbability - expected.logProbability) < 1e-9)
    }

    @Test("A beam of one follows the likeliest token and ends where that scores best", arguments: 0..<30)
    func greedy(_ number: Int) {
        let source = Source(seed: 100 + UInt64(number), classes: 6)
        let search = settings(width: 1, once: number % 2 == 0, longest: 5, penalty: 0.6)
        var (path, ends) = ([Int](), [[Int]]())
        while path.count < search.maximumLength {
            ends.append(path)
            let next = source.probabilities(0, path)
            let open = (1..<source.classes).filter { !(search.eachTokenOnce && path.contains($0)) }
            guard let token = open.max(by: { next[$0] < next[$1] }) else { break }
            path.append(token)
        }
        if path.count == search.maximumLength { ends.append(path) }
        let best = ends.max {
            source.score($0, search, picture: 0).score < source.score($1, search, picture: 0).score
        }
        #expect(source.search(search)[0].tokens == best)
    }

    @Test("A wider beam never finds a worse sequence of those it could see, and the tokens obey the settings")
    func widths() {
        for number in 0..<30 {
            let source = Source(seed: 300 + UInt64(number), classes: 8)
            let exact = source.search(settings(width: 4000, once: true, longest: 4, penalty: 0.6))[0]
            for width in [1, 2, 4] {
                let found = source.search(settings(width: width, once: true, longest: 4, penalty: 0.6))[0]
                #expect(found.score <= exact.score + 1e-12)
                #expect(Set(found.tokens).count == found.tokens.count && found.tokens.count <= 4)
            }
        }
    }

    @Test("A token's probability is the largest that it had along the sequence")
    func tokenProbabilities() {
        for number in 0..<20 {
            let source = Source(seed: 500 + UInt64(number), classes: 5)
            let search = settings(width: 3, once: true, longest: 3, penalty: 0.6)
            let found = source.search(search)[0]
            let seen = min(found.tokens.count, search.maximumLength - 1)
            for token in 0..<5 {
                let expected = (0...seen).map {
                    source.probabilities(0, Array(found.tokens.prefix($0)))[token]
                }.max()
                #expect(found.tokenProbabilities[token] == expected)
            }
        }
    }

    @Test("Pictures that are searched together do not influence each other")
    func severalPictures() {
        let source = Source(seed: 9, classes: 6)
        for once in [true, false] {
            let search = settings(width: 3, once: once, longest: 5, penalty: 0.6)
            let together = source.search(search, pictures: [4, 0, 7, 2, 2])
            for (index, picture) in [4, 0, 7, 2, 2].enumerated() {
                #expect(together[index].tokens == source.search(search, pictures: [picture])[0].tokens)
                #expect(together[index].score == source.search(search, pictures: [picture])[0].score)
            }
        }
        #expect(source.search(BeamSearch(), pictures: []).isEmpty)
    }

    @Test("Equal scores are decided by the order of the tokens")
    func ties() {
        var search = settings(width: 2, once: false, longest: 3, penalty: 0)
        let even: ([BeamSearch.Row]) -> [[Float]] = { $0.map { _ in [0, 0.25, 0.25, 0.25, 0.25] } }
        for _ in 0..<5 {
            #expect(search.search(pictures: 1, classes: 5, startToken: 9, step: even)[0].tokens == [1, 1, 1])
            search.width += 1
        }
        search.eachTokenOnce = true
        #expect(search.search(pictures: 1, classes: 5, startToken: 9, step: even)[0].tokens == [1, 2, 3])
    }

    @Test("Where every token is used up the sequence ends")
    func exhaustedTokens() {
        let search = settings(width: 4, once: true, longest: 28, penalty: 0.6)
        let found = search.search(pictures: 1, classes: 3, startToken: 9) { rows in
            rows.map { _ in [1e-6, 0.6, 0.4] }
        }[0]
        #expect(found.tokens.sorted() == [1, 2])
    }

    @Test("Probabilities of 0 do not make a score that is no number")
    func zeros() {
        let search = settings(width: 2, once: true, longest: 3, penalty: 0.6)
        let found = search.search(pictures: 1, classes: 3, startToken: 9) { $0.map { _ in [0, 0, 0] } }[0]
        #expect(found.score.isFinite)
    }

    @Test("The adopted settings are those of the specification")
    func defaults() {
        let search = BeamSearch()
        #expect((search.width, search.maximumLength, search.eachTokenOnce) == (4, 28, true))
        #expect(search.lengthPenalty == 0.6)
        #expect(abs(search.penalty(7) - pow(2, 0.6)) < 1e-12)
    }
}
