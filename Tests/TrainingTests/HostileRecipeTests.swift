import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Recipes from a stranger are refused in one line, at once")
struct HostileRecipeTests {
    /// The line of the error; nil where the recipe is taken.
    private func refusal(_ text: String) -> String? {
        do { _ = try RecipeReader.read(text: text, source: "x.yaml") } catch { return error.description }
        return nil
    }

    @Test("Nesting without end, aliases of aliases, keys of many lines and of any length")
    func structure() throws {
        var bomb = "a0: &a0 {x: 1, y: 2}\n"
        for level in 1...30 {
            let past = "*a\(level - 1)"
            bomb += "a\(level): &a\(level) {p: \(past), q: \(past), r: \(past), s: \(past)}\n"
        }
        let long = String(repeating: "k", count: 100_000)
        let cases = [
            bomb, String(repeating: "[", count: 100_000), "a: " + String(repeating: "{b: ", count: 50_000),
            String(repeating: "- ", count: 100_000) + "a", "a: &a [*a]\n", "a: *nobody\n", "\"two\\nlines\": 1\n",
            "\(long): 1\n", "training:\n  \(long): 1\n", "training:\n  epochs: \"\(long)\"\n",
            "training:\n  epochs: \"a\\nb\\nc\"\n", "model: {width: {deep: {deeper: 1}}}\n", "? [a, b]\n: 1\n",
            "preset: [tiny]\n", "preset: tiny\npreset: small\n", "!!binary aGVsbG8=: 1\n", "--- a\n--- b\n", "\u{FEFF}",
            "%YAML 9.9\n---\npreset: tiny\n", "training: &t\n  <<: *t\n",
        ]
        let clock = ContinuousClock()
        for text in cases {
            let start = clock.now
            let complaint = try #require(refusal(text), "taken: \(text.prefix(60))")
            #expect(complaint.hasPrefix("x.yaml") && !complaint.contains(where: \.isNewline), "\(text.prefix(60))")
            #expect(complaint.count <= 601)
            #expect(clock.now - start < .seconds(5), "\(text.prefix(60))")
        }
    }

    @Test("Files that are none: without end, a folder, longer than any recipe")
    func files() throws {
        func refusal(_ path: String) -> String? {
            do { _ = try RecipeReader.read(path) } catch { return error.description }
            return nil
        }
        #expect(refusal("/dev/zero")?.contains("longer than 1024 KB") == true)
        #expect(refusal("/")?.hasPrefix("/: ") == true)
        try TestPaths.withTemporaryFolder { folder in
            let path = folder.appending(path: "long.yaml")
            let text = "preset: tiny\n" + String(repeating: "# padding\n", count: 110_000)
            try Data(text.utf8).write(to: path)
            #expect(refusal(path.path)?.contains("longer than 1024 KB") == true)
            try Data(text.utf8.prefix(1 << 20)).write(to: path)
            #expect(refusal(path.path) == nil)
            try Data().write(to: path)
            #expect(refusal(path.path)?.contains("YAML mapping") == true)
        }
    }

    @Test("Damaged recipes, 400 of them: taken, or refused in one line")
    func damage() throws {
        let sound = Array(Preset.small.recipe.yaml.utf8)
        var random = RandomStream(seed: 7, .permutation)
        var refused = 0
        for number in 0..<400 {
            var bytes = sound
            if number % 4 == 0 { bytes = Array(bytes.prefix(random.below(bytes.count))) }
            for _ in 0..<(1 + number % 5) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
            }
            guard let complaint = refusal(String(decoding: bytes, as: UTF8.self)) else { continue }
            refused += 1
            #expect(complaint.hasPrefix("x.yaml") && !complaint.contains(where: \.isNewline), "\(number): \(complaint)")
        }
        #expect(refused > 50, "damage is seen: \(refused) of 400")
    }
}
