import Foundation
import FoundationXML
import Testing

@testable import Reports

/// The elements of a drawing, read back by an XML parser.
final class XMLElements: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""
    }

    private(set) var all: [Element] = []
    private var open: [Int] = []

    init(_ drawing: Drawing) throws {
        super.init()
        let parser = XMLParser(data: Data(drawing.svg.utf8))
        parser.delegate = self
        try #require(parser.parse(), "not well-formed: \(parser.parserError.map { "\($0)" } ?? "")")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(all.count)
        all.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { all[last].text += text }
    }

    /// The elements of a kind, in order.
    func of(_ kind: String) -> [Element] { all.filter { $0.attributes["class"] == kind } }

    /// The texts of a kind, in order.
    func texts(_ kind: String) -> [String] { of(kind).map(\.text) }

    /// A number of an element.
    static func number(_ element: Element, _ name: String) -> Double {
        element.attributes[name].flatMap { Double($0) } ?? .nan
    }
}
