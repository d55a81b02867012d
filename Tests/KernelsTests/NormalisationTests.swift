import Foundation
import Tensors
import TestSupport
import Testing

@testable import Kernels

@Suite("Layer normalisation")
struct LayerNormalisationTests {
    @Test(
        "Forward and backward agree with Double, whatever the width",
        arguments: [(5, 1), (4, 7), (3, 16), (9, 35), (40, 1024)])
    func formula(_ rows: Int, _ width: Int) {
        let x = TestTensor.random([rows, width], seed: 1, scale: 3, shift: 40)
        let weight = TestTensor.random([width], seed: 2), bias = TestTensor.random([width], seed: 3)
        let g = TestTensor.random([rows, width], seed: 4)
        let y = TestTensor([rows, width]), moments = TestTensor([rows, 2]), back = TestTensor([rows, width])
        let weightGradient = TestTensor([width]), biasGradient = TestTensor([width])
        weightGradient.view.fill(2)
        biasGradient.view.fill(3)
        LayerNormalisation.forward(
            x.view, weight: weight.view, bias: bias.view, into: y.view, moments: moments.view, team: team(3))
        LayerNormalisation.backward(
            g.view, x: x.view, weight: weight.view, moments: moments.view, into: back.view,
            weightGradient: weightGradient.view, biasGradient: biasGradient.view, team: team(3))
        let inPlace = TestTensor([rows, width], g.view.array), unused = TestTensor([2, width])
        LayerNormalisation.backward(
            inPlace.view, x: x.view, weight: weight.view, moments: moments.view, into: inPlace.view,
            weightGradient: unused.view.slice(0..<1), biasGradient: unused.view.slice(1..<2), team: team(3))
        #expect(inPlace.view.array == back.view.array)
        let (values, γ, β, dy) = (x.doubles, weight.doubles, bias.doubles, g.doubles)
        var (expectedY, expectedBack) = ([Double](), [Double]())
        var (dγ, dβ) = ([Double](repeating: 2, count: width), [Double](repeating: 3, count: width))
        for row in 0..<rows {
            let line = Array(values[row * width..<(row + 1) * width])
            let mean = line.reduce(0, +) / Double(width)
            let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            let s = 1 / (variance + 1e-5).squareRoot()
            let normal = line.map { ($0 - mean) * s }
            let h = (0..<width).map { dy[row * width + $0] * γ[$0] }
            let (meanH, meanHX) = (
                h.reduce(0, +) / Double(width), zip(h, normal).reduce(0) { $0 + $1.0 * $1.1 } / Double(width)
            )
            for i in 0..<width {
                expectedY.append(normal[i] * γ[i] + β[i])
                expectedBack.append(s * (h[i] - meanH - normal[i] * meanHX))
                dγ[i] += dy[row * width + i] * normal[i]
                dβ[i] += dy[row * width + i]
            }
        }
        #expect(relativeError(y.view.array, expectedY) < 2e-5)
        #expect(relativeError(weightGradient.view.array, dγ) < 2e-5)
        #expect(relativeError(biasGradient.view.array, dβ) < 1e-5)
        // A row of one element has no gradient: what is left is rounding times 1/√1e-5.
        if width > 1 { #expect(relativeError(back.view.array, expectedBack) < 5e-5) }
    }
}

@Suite("Batch normalisation")
struct BatchNormalisationTests {
    private func totals(_ x: Tensor, team: WorkerTeam = .solo) -> [Double] {
        var result = [Double](repeating: .nan, count: 2 * x.shape.last)
        result.withUnsafeMutableBufferPointer {
            BatchNormalisation.sums(x, into: $0, scratch: Scratch(), team: team)
        }
        return result
    }

    @Test(
        "Mean and variance of channels whose mean is up to 10,000 deviations from 0",
        arguments: [1, 2, 255, 256, 257, 3000])
    func farMeans(_ rows: Int) {
        let shifts: [Float] = [0, 10, 1000, -1000, 10_000]
        let x = TestTensor.random([rows, shifts.count], seed: UInt64(rows))
        for row in 0..<rows {
            for channel in shifts.indices { x.view[row * shifts.count + channel] += shifts[channel] }
        }
        let found = totals(x.view)
        for channel in shifts.indices {
            let values = (0..<rows).map { Double(x.view[$0 * shifts.count + channel]) }
            let mean = values.reduce(0, +) / Double(rows)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
            let foundMean = found[channel] / Double(rows)
            let foundVariance = found[shifts.count + channel] / Double(rows) - foundMean * foundMean
            #expect(
                abs(foundMean - mean) < 1e-6 * (1 + abs(mean) * 1e-3),
                "mean of a channel around \(shifts[channel])")
            #expect(
                abs(foundVariance - variance) < 1e-5 * (1 + variance), "variance around \(shifts[channel])")
        }
    }

    @Test("Sums of a gradient, with and without the rectifier's mask", arguments: [3, 300, 1000], [6, 32, 53])
    func gradientSums(_ rows: Int, _ channels: Int) {
        let x = TestTensor.random([rows, channels], seed: 1, shift: 2),
            g = TestTensor.random([rows, channels], seed: 2)
        let mean = TestTensor.random([channels], seed: 4, scale: 2, shift: 1),
            y = TestTensor.random([rows, channels], seed: 3)
        rectify(y.view, team: .solo)
        for masked in [false, true] {
            let gradient = TestTensor([rows, channels], g.view.array)
            var found = [Double](repeating: 0, count: 2 * channels)
            found.withUnsafeMutableBufferPointer {
                BatchNormalisation.gradientSums(
                    gradient.view, of: (x.view, mean.view, $0), mask: masked ? .output(y.view) : .none,
                    scratch: Scratch(), team: team(3))
            }
            var expected = [Double](repeating: 0, count: 2 * channels)
            for index in 0..<rows * channels {
                let kept = masked && y.view[index] == 0 ? 0 : g.view[index]
                #expect(gradient.view[index] == kept)
                expected[index % channels] += Double(kept)
                expected[channels + index % channels] +=
                    Double(kept) * Double(x.view[index] - mean.view[index % channels])
            }
            #expect(relativeError(found.map { Float($0) }, expected) < 1e-5)
        }
    }

    @Test("Applying with and without residual and rectifier", arguments: [true, false], [true, false])
    func apply(_ hasResidual: Bool, _ rectified: Bool) {
        let (rows, channels) = (50, 19)
        let x = TestTensor.random([rows, channels], seed: 1),
            r = TestTensor.random([rows, channels], seed: 2)
        let factor = TestTensor.random([channels], seed: 3), offset = TestTensor.random([channels], seed: 4)
        let y = TestTensor([rows, channels])
        BatchNormalisation.apply(
            x.view, factor: factor.view, offset: offset.view, residual: hasResidual ? NormalisedResidual(r.view) : nil,
            rectified: rectified, into: y.view, team: team(3))
        let expected = (0..<rows * channels).map { index -> Double in
            let plain =
                Double(x.view[index]) * Double(factor.view[index % channels])
                + Double(offset.view[index % channels])
                + (hasResidual ? Double(r.view[index]) : 0)
            return rectified ? max(0, plain) : plain
        }
        #expect(relativeError(y.view.array, expected) < 1e-6)
    }

    @Test(
        "A residual that is normalised on the way has the bits of one that was normalised before",
        arguments: [16, 19, 70])
    func normalisedResidual(_ channels: Int) {
        let rows = 50
        let x = TestTensor.random([rows, channels], seed: 1), r = TestTensor.random([rows, channels], seed: 2)
        let parts = (3...6).map { TestTensor.random([channels], seed: $0).view }
        let before = TestTensor([rows, channels]), expected = TestTensor([rows, channels])
        BatchNormalisation.apply(
            r.view, factor: parts[2], offset: parts[3], residual: nil, rectified: false, into: before.view, team: .solo)
        for rectified in [false, true] {
            BatchNormalisation.apply(
                x.view, factor: parts[0], offset: parts[1], residual: NormalisedResidual(before.view),
                rectified: rectified, into: expected.view, team: .solo)
            let y = TestTensor([rows, channels])
            BatchNormalisation.apply(
                x.view, factor: parts[0], offset: parts[1],
                residual: NormalisedResidual(r.view, affine: (parts[2], parts[3])), rectified: rectified, into: y.view,
                team: team(3))
            #expect(bits(y.view) == bits(expected.view))
        }
    }

    @Test("A rectifier makes 0 of what is no number, as of what is negative: the loss tells of it, not a crash")
    func noNumber() {
        let values = (0..<20).map { index -> Float in index % 3 == 0 ? .nan : Float(index) - 10 }
        let expected = values.map { value -> Float in value > 0 ? value : 0 }
        let x = TestTensor([1, 20], values)
        let one = TestTensor([20]), zero = TestTensor([20]), y = TestTensor([1, 20])
        one.view.fill(1)
        zero.view.fill(0)
        for residual in [nil, NormalisedResidual(zero.view)] {
            BatchNormalisation.apply(
                x.view, factor: one.view, offset: zero.view, residual: residual, rectified: true, into: y.view,
                team: .solo)
            #expect(y.view.array == expected)
        }
    }

    @Test("The input's gradient by its formula, in place, too", arguments: [5, 32, 53])
    func inputGradient(_ channels: Int) {
        let rows = 40
        let g = TestTensor.random([rows, channels], seed: 1),
            x = TestTensor.random([rows, channels], seed: 2)
        let parts = (3...6).map { TestTensor.random([channels], seed: $0) }
        let expected = (0..<rows * channels).map { i -> Double in
            let p = parts.map { Double($0.view[i % channels]) }
            return p[1] * (Double(g.view[i]) - p[2] - (Double(x.view[i]) - p[0]) * p[3])
        }
        let terms = BatchNormalisation.GradientTerms(
            x: x.view, mean: parts[0].view, factor: parts[1].view, a: parts[2].view, b: parts[3].view, into: g.view)
        BatchNormalisation.inputGradient(g.view, of: terms, mask: .none, team: team(3))
        #expect(relativeError(g.view.array, expected) < 1e-6)
    }

    @Test(
        "Two maps with one gradient have the bits in one pass that they have in two", arguments: [(40, 5), (700, 64)],
        [true, false])
    func twoMaps(_ size: (rows: Int, channels: Int), _ masked: Bool) {
        let (rows, channels) = size
        let maps = (1...2).map { TestTensor.random([rows, channels], seed: $0, shift: 1) }
        let g = TestTensor.random([rows, channels], seed: 3), y = TestTensor.random([rows, channels], seed: 4)
        let parts = (5...12).map { TestTensor.random([channels], seed: $0).view }
        let mask = masked ? RectifierMask.output(y.view) : .none
        func run(together: Bool) -> (sums: [[Double]], gradients: [[UInt32]]) {
            let gradient = TestTensor([rows, channels], g.view.array), other = TestTensor([rows, channels])
            var first = [Double](repeating: 1, count: 2 * channels), second = first
            first.withUnsafeMutableBufferPointer { first in
                second.withUnsafeMutableBufferPointer { second in
                    let own = (maps[0].view, parts[0], first), added = (maps[1].view, parts[1], second)
                    BatchNormalisation.gradientSums(
                        gradient.view, of: own, and: together ? added : nil, mask: mask, scratch: Scratch(),
                        team: team(3))
                    guard !together else { return }
                    BatchNormalisation.gradientSums(
                        gradient.view, of: added, mask: .none, scratch: Scratch(), team: team(3))
                }
            }
            let own = BatchNormalisation.GradientTerms(
                x: maps[0].view, mean: parts[0], factor: parts[2], a: parts[3], b: parts[4], into: other.view)
            // In the gradient's place, as a block's projection has it.
            let added = BatchNormalisation.GradientTerms(
                x: maps[1].view, mean: parts[1], factor: parts[5], a: parts[6], b: parts[7], into: gradient.view)
            BatchNormalisation.inputGradient(
                gradient.view, of: own, and: together ? added : nil, mask: mask, team: team(3))
            if !together { BatchNormalisation.inputGradient(gradient.view, of: added, mask: .none, team: team(3)) }
            return ([first, second], [bits(other.view), bits(gradient.view)])
        }
        let (together, apart) = (run(together: true), run(together: false))
        #expect(together.sums == apart.sums)
        #expect(together.gradients == apart.gradients)
        #expect(together.sums[0] != together.sums[1] && together.gradients[0] != together.gradients[1])
    }

    @Test("A mask made of the input is that of the output, and leaves the gradient as it is", arguments: [5, 16, 83])
    func maskOfInput(_ channels: Int) {
        let rows = 300
        let x = TestTensor.random([rows, channels], seed: 1), g = TestTensor.random([rows, channels], seed: 2)
        let parts = (3...7).map { TestTensor.random([channels], seed: $0) }
        let (mean, factor, offset) = (parts[0].view, parts[1].view, parts[2].view)
        // Some values are exactly 0 behind the normalisation.
        for row in stride(from: 0, to: rows, by: 7) { x.view[row * channels] = 0.5 }
        offset[0] = -(0.5 * factor[0])
        let y = TestTensor([rows, channels])
        BatchNormalisation.apply(
            x.view, factor: factor, offset: offset, residual: nil, rectified: true, into: y.view, team: .solo)
        func run(_ mask: RectifierMask) -> (sums: [Double], gradient: [UInt32], result: [UInt32]) {
            let gradient = TestTensor([rows, channels], g.view.array), result = TestTensor([rows, channels])
            var sums = [Double](repeating: 0, count: 2 * channels)
            sums.withUnsafeMutableBufferPointer {
                BatchNormalisation.gradientSums(
                    gradient.view, of: (x.view, mean, $0), mask: mask, scratch: Scratch(), team: team(3))
            }
            let terms = BatchNormalisation.GradientTerms(
                x: x.view, mean: mean, factor: factor, a: parts[3].view, b: parts[4].view, into: result.view)
            BatchNormalisation.inputGradient(gradient.view, of: terms, mask: mask, team: team(3))
            return (sums, bits(gradient.view), bits(result.view))
        }
        let byOutput = run(.output(y.view)), byInput = run(.normalised(factor: factor, offset: offset))
        #expect(byInput.sums == byOutput.sums && byInput.result == byOutput.result)
        #expect(byInput.gradient == bits(g.view) && byOutput.gradient != bits(g.view))
    }
}
