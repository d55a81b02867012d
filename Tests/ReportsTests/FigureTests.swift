import Foundation
import Images
import Testing

@testable import Reports

/// Words that would break an SVG that is not careful.
private let hostile = "</text><script>\"&'\u{0}\u{1B}\u{FFFE}\u{202E} ]]> \u{1F600}"

@Suite("Figures are well-formed and show what they were given")
struct FigureTests {
    private func picture(_ shade: UInt8) -> Picture {
        Picture(height: 8, width: 4, pixels: [UInt8](repeating: shade, count: 8 * 4 * 3))
    }

    @Test("A gallery: the query, then each picture in its frame, in order, each embedded")
    func gallery() throws {
        let flags = [true, false, false, true]
        let lines = (0..<2).map { line in
            GalleryFigure.Line(
                query: .init(picture(1), caption: "q\(line)", isRight: true),
                ranked: flags.enumerated().map {
                    .init(picture(UInt8(10 + $0)), caption: "g\(line)\($0)", isRight: (line == 0) == $1)
                }, note: hostile)
        }
        let elements = try XMLElements(GalleryFigure(title: hostile, subtitle: "", lines: lines).drawing())
        let frames = elements.all.filter { ["query", "right", "wrong"].contains($0.attributes["class"]) }
        #expect(
            frames.compactMap { $0.attributes["class"] } == [
                "query", "right", "wrong", "wrong", "right", "query", "wrong", "right", "right", "wrong",
            ])
        #expect(elements.texts("caption") == lines.flatMap { [$0.query.caption] + $0.ranked.map(\.caption) })
        let images = elements.all.filter { $0.name == "image" }
        #expect(images.count == 10)
        let uses = elements.all.filter { $0.name == "use" }
        for (index, pair) in zip(images, zip(uses, frames)).enumerated() {
            let data = try #require(pair.0.attributes["xlink:href"]?.components(separatedBy: ",").last)
            let bytes = [UInt8](try #require(Data(base64Encoded: data)))
            let shade = index % 5 == 0 ? 1 : UInt8(9 + index % 5)
            #expect(try PictureDecoder().decode(bytes, name: "embedded") == picture(shade))
            #expect(pair.1.0.attributes["xlink:href"] == "#" + (pair.0.attributes["id"] ?? ""))
            #expect(XMLElements.number(pair.1.0, "x") == XMLElements.number(pair.1.1, "x") + 2)
        }
        #expect(elements.all.allSatisfy { $0.name != "script" })
    }

    @Test("Confusion: every count that is not 0, and sums of rows that add up")
    func confusion() throws {
        let counts = [[5, 0, 2], [1, 7, 0], [0, 0, 0]]
        let matrix = ConfusionFigure.Matrix(
            title: hostile, answers: [hostile, "b", "c"], counts: counts, accuracy: nil)
        let figure = ConfusionFigure(title: "t", subtitle: hostile, matrices: [matrix, matrix])
        let elements = try XMLElements(figure.drawing)
        #expect(elements.texts("count") == ["5", "2", "1", "7", "5", "2", "1", "7"])
        #expect(elements.texts("sum") == ["7", "8", "0", "7", "8", "0"])
        #expect(elements.of("cell").count == 18)
        #expect(try XMLElements(ConfusionFigure(title: "", subtitle: "", matrices: []).drawing).of("cell").isEmpty)
    }

    @Test("Curves: the polyline goes through the shares, the table names them")
    func curves() throws {
        let shares = [0.25, 0.5, 0.5, 0.75, 1]
        let curve = MatchingCurveFigure.Curve(title: hostile, shares: shares, meanAveragePrecision: 0.375)
        let elements = try XMLElements(MatchingCurveFigure(title: "", subtitle: "", curves: [curve]).drawing)
        let points = try #require(elements.of("curve").first?.attributes["points"]).split(separator: " ").map {
            $0.split(separator: ",").compactMap { Double($0) }
        }
        #expect(points.count == 5)
        for (point, share) in zip(points, shares) { #expect(abs((444 - point[1]) / 360 - share) < 1e-4) }
        #expect(zip(points, points.dropFirst()).allSatisfy { abs($1[0] - $0[0] - 155) < 0.01 })
        #expect(elements.texts("figure") == ["25.0 %", "100.0 %", "37.5 %"])
        #expect(try XMLElements(MatchingCurveFigure(title: "", subtitle: "", curves: []).drawing).of("curve").isEmpty)
    }

    @Test("Re-ranked curves have their feature's colour and dashes, and rings at the ranks of the table")
    func rerankedCurves() throws {
        func curve(_ shift: Double, _ isReranked: Bool) -> MatchingCurveFigure.Curve {
            .init(
                title: "\(shift)", shares: (1...50).map { 0.7 + shift + Double($0) / 500 },
                meanAveragePrecision: 0.5, isReranked: isReranked)
        }
        let curves = [(0.0, false), (0.1, true), (0.05, false), (0.15, true), (0.12, false)].map(curve)
        let elements = try XMLElements(MatchingCurveFigure(title: "", subtitle: "", curves: curves).drawing)
        // The first is drawn last.
        let lines = Array(elements.of("curve").reversed())
        let styles = lines.map { [$0.attributes["stroke"], $0.attributes["stroke-dasharray"]] }
        #expect(styles.count == 5 && styles[0] == styles[1] && styles[2] == styles[3] && Set(styles).count == 3)
        let rings = elements.of("ring")
        #expect(rings.count == 14 && elements.of("key").count == 2)
        #expect(Set(rings.compactMap { $0.attributes["stroke"] }) == Set(styles[..<4].compactMap { $0[0] }))
        // All shares are above one half: the axis begins at 60 %, and a ring stands where its curve is.
        #expect(lines[0].attributes["points"]?.hasPrefix("72,") == true)
        let first = try #require(rings.last { XMLElements.number($0, "cx") == 72 })
        #expect(abs((444 - XMLElements.number(first, "cy")) / 360 - (0.802 - 0.6) / 0.4) < 1e-3)
    }

    @Test("A person: probabilities, steps, attention and posteriors, each a mark")
    func person() throws {
        let attention = [0.1, 0.4, 0.2, 0.3]
        let figure = PersonFigure(
            title: hostile, subtitle: "", picture: picture(90), aspect: 2,
            attributes: [
                .init(name: hostile, answer: hostile, probability: 0.875, secondOpinion: hostile),
                .init(name: "hat", answer: "no", probability: .nan, secondOpinion: nil),
            ],
            steps: (0..<9).map { .init(token: "\($0)", probability: 0.5, attention: attention) },
            posteriors: [.init(token: "blank", probabilities: [1, 0.5, 0, .nan])])
        let elements = try XMLElements(figure.drawing())
        #expect(elements.texts("probability") == ["87.5 %", "–"])
        #expect(elements.texts("step") == [String](repeating: "50.0 %", count: 9))
        let bars = elements.of("attention"), veils = elements.of("veil")
        #expect(bars.count == 36 && veils.count == 36)
        for (index, weight) in attention.enumerated() {
            #expect(abs(XMLElements.number(bars[index], "height") - 34 * weight / 0.4) < 0.01)
            let opacity = veils[index].attributes["fill-opacity"].flatMap { Double($0) } ?? 1
            #expect(abs(opacity - 0.74 * (1 - weight / 0.4)) < 0.006)
        }
        // Four columns that together cover the picture.
        #expect(
            zip(veils, veils.dropFirst()).prefix(3).allSatisfy {
                abs(XMLElements.number($1, "x") - XMLElements.number($0, "x") - 118.0 / 4) < 0.011
            })
        let fills = elements.of("posterior").map { $0.attributes["fill"] }
        #expect(fills == ["#154a85", Palette.heat(0.5), "#ffffff", "#ffffff"])
        let bare = PersonFigure(
            title: "", subtitle: "", picture: picture(0), aspect: .infinity, attributes: [], steps: [], posteriors: [])
        #expect(try XMLElements(bare.drawing()).of("veil").isEmpty)
    }

    @Test("Escaping leaves words alone and takes what XML cannot hold")
    func escaping() {
        #expect(Drawing.escape("grün & <b>") == "grün &amp; &lt;b&gt;")
        #expect(Drawing.escape("a\u{0}\u{8}\nb") == "a\u{FFFD}\u{FFFD}\u{FFFD}b")
        #expect("abcdefghij".shortened(to: 5) == "ab…ij" && "abc".shortened(to: 5) == "abc")
    }
}
