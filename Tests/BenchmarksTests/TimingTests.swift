import Benchmarks
import Testing

struct TimingTests {
    @Test func `The median is the middle run, between two of an even number`() {
        #expect(Timing(seconds: [5, 1, 3]).median == 3)
        #expect(Timing(seconds: [4, 1, 2, 10]).median == 3)
        #expect(Timing(seconds: [7]).median == 7)
    }

    @Test func `The spread is the range over the median`() {
        #expect(Timing(seconds: [2, 5, 4]).spread == 0.75)
        #expect(Timing(seconds: [3, 3]).spread == 0)
        #expect(Timing(seconds: [0, 0]).spread == 0)
        #expect(Timing(seconds: [2, 5, 4]).fastest == 2)
    }

    @Test func `A rate is operations over the median`() {
        #expect(Timing(seconds: [1, 2, 9]).gigaRate(4e9) == 2)
    }

    @Test func `Warm-ups run and do not count`() {
        var calls = 0
        let timing = Timing.measure(runs: 3, warmUps: 2) { calls += 1 }
        #expect(calls == 5)
        #expect(timing.seconds.count == 3)
    }

    @Test func `Bodies are measured in turn, in their order`() {
        var calls = ""
        let timings = Timing.measureInTurn(runs: 2, warmUps: 1, [{ calls += "a" }, { calls += "b" }])
        #expect(calls == "ababab")
        #expect(timings.map(\.seconds.count) == [2, 2])
    }

    @Test func `Short bodies are repeated, and seconds are of one call`() {
        var calls = 0
        let timing = Timing.measureInTurn(runs: 2, lasting: 1e-4, [{ calls += 1 }])[0]
        #expect(calls > 10)
        #expect(timing.median < 1e-4)
    }
}
