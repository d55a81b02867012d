import Foundation
import Tensors
import TestSupport
import Testing

@testable import Kernels

/// The loss by adding up every path: exponential, and hard to get wrong.
private enum CTCByPaths {
    /// What a path of classes writes: repeats merged, then blanks dropped.
    static func labels(of path: [Int]) -> [Int] {
        path.indices.filter { path[$0] != 0 && ($0 == 0 || path[$0] != path[$0 - 1]) }.map { path[$0] }
    }

    static func loss(_ logits: [[Double]], _ labels: [Int], allowed: (Int) -> Bool) -> Double {
        let classes = logits[0].count
        let p = logits.map { column -> [Double] in
            let powers = column.indices.map { allowed($0) ? exp(column[$0]) : 0 }
            return powers.map { $0 / powers.reduce(0, +) }
        }
        var total = 0.0
        var path = [Int](repeating: 0, count: logits.count)
        for number in 0..<Int(pow(Double(classes), Double(logits.count))) {
            var rest = number
            for t in path.indices { (rest, path[t]) = rest.quotientAndRemainder(dividingBy: classes) }
            if Self.labels(of: path) == labels { total += path.indices.reduce(1) { $0 * p[$1][path[$1]] } }
        }
        return -log(total)
    }
}

@Suite("CTC")
struct CTCTests {
    @Test("Losses and gradients agree with PyTorch", arguments: Fixture.cases("ctc"))
    func golden(_ name: String) throws {
        let fixture = try Fixture("ctc", name)
        let logits = try fixture.tensor("logits"), shape = logits.view.shape
        let targets = try fixture.integers("targets"), width = targets.count / shape[0]
        let losses = try fixture.values("losses")
        for (n, length) in try fixture.integers("lengths").enumerated() {
            let picture = logits.view.slice(n..<n + 1).reshaped(shape[1], shape[2])
            let labels = Array(targets[n * width..<n * width + length])
            let loss = CTC.lossAndGradient(picture, labels: labels, weight: 1 / Float(shape[0]))
            #expect(abs(loss / losses[n] - 1) < 1e-6)
        }
        #expect(abs(losses.reduce(0, +) / Double(shape[0]) / (try fixture.real("loss")) - 1) < 1e-9)
        #expect(relativeError(logits.view.array, try fixture.values("logits_gradient")) < 2e-6)
    }

    @Test("Loss and gradient agree with the sum over every path", arguments: 0..<60)
    func bruteForce(_ number: Int) {
        var random = RandomStream(seed: 21, .test, index: UInt64(number))
        let (columns, classes) = (1 + random.below(6), 2 + random.below(3))
        var labels: [Int] = []
        repeat {
            let length = random.below(columns + 1)
            labels = (0..<length).map { _ in 1 + random.below(classes - 1) }
            // Half of the cases have equal neighbours wherever they fit.
            if number % 2 == 0 { labels.sort() }
        } while CTC.columnsNeeded(by: labels) > columns
        let excluded = (1..<classes).first { !labels.contains($0) && number % 3 == 0 }
        let allowed = { $0 != excluded }
        let logits = (0..<columns).map { _ in (0..<classes).map { _ in Double(2 * random.normal()) } }
        let tensor = TestTensor([columns, classes], logits.flatMap { $0.map { Float($0) } })
        let loss = CTC.lossAndGradient(
            tensor.view, labels: labels, weight: 0.5, allowed: excluded == nil ? nil : allowed)
        let expected = CTCByPaths.loss(logits, labels, allowed: allowed)
        #expect(abs(loss - expected) < 1e-9 * (1 + expected), "\(labels) in \(columns) columns")
        for t in 0..<columns {
            for k in 0..<classes {
                var (up, down) = (logits, logits)
                up[t][k] += 1e-5
                down[t][k] -= 1e-5
                let numeric =
                    (CTCByPaths.loss(up, labels, allowed: allowed)
                        - CTCByPaths.loss(down, labels, allowed: allowed)) / 2e-5
                let found = Double(tensor.view[t * classes + k])
                #expect(abs(found - 0.5 * numeric) < 1e-6, "column \(t), class \(k) for \(labels)")
                if k == excluded { #expect(found == 0) }
            }
        }
    }

    @Test("The columns that a sequence needs, counted by trying")
    func columnsNeeded() {
        #expect(CTC.columnsNeeded(by: []) == 0)
        #expect(CTC.columnsNeeded(by: [3]) == 1)
        #expect(CTC.columnsNeeded(by: [1, 2, 3]) == 3)
        #expect(CTC.columnsNeeded(by: [1, 1, 2, 2, 2]) == 8)
    }

    @Test("Sequences that fill the columns exactly have a finite loss, longer ones end the program")
    func tight() async {
        let logits = TestTensor.random([8, 4], seed: 1)
        #expect(CTC.lossAndGradient(logits.view, labels: [1, 1, 2, 2, 2], weight: 1).isFinite)
        await #expect(processExitsWith: .failure) {
            _ = CTC.lossAndGradient(TestTensor([3, 3]).view, labels: [1, 1, 2], weight: 1)
        }
    }

    @Test("A loss of hundreds keeps its gradient: columns that exclude the labels almost wholly")
    func improbable() {
        let (columns, classes) = (28, 36)
        let logits = TestTensor([columns, classes])
        for t in 0..<columns { logits.view[t * classes] = 300 }
        let loss = CTC.lossAndGradient(logits.view, labels: [5, 9, 9], weight: 1)
        // Three labels at 300 nats each, less ln of the number of ways to place them.
        #expect(loss > 880 && loss < 900)
        #expect(logits.view.array.allSatisfy { $0.isFinite })
        for t in 0..<columns {
            let sum = (0..<classes).reduce(Float(0)) { $0 + logits.view[t * classes + $1] }
            #expect(abs(sum) < 1e-5, "a column's gradient sums to 0")
        }
        let labelled = (0..<columns).reduce(Float(0)) { $0 + logits.view[$1 * classes + 9] }
        #expect(abs(labelled + 2) < 1e-4, "label 9 occupies two columns")
    }
}
