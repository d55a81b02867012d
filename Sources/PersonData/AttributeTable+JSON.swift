internal import Foundation

extension AttributeTable: Codable {
    private enum Key: String, CodingKey { case attributes, allValues }

    /// Decodes and checks.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let attributes = try container.decode([PersonAttribute].self, forKey: .attributes)
        let allValues = try container.decode(Bool.self, forKey: .allValues)
        if attributes.isEmpty { self = .none } else { try self.init(attributes, allValues: allValues) }
    }

    /// Encodes the attributes and the switch; numbers follow from them.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(attributes, forKey: .attributes)
        try container.encode(allValues, forKey: .allValues)
    }

    /// The table as JSON on one line, the same for equal tables.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("a table is always JSON") }
        return String(decoding: data, as: UTF8.self)
    }

    /// A table from JSON.
    ///
    /// Throws where the text is no JSON, or no table.
    public init(json: String) throws(PersonDataError) {
        do {
            self = try JSONDecoder().decode(AttributeTable.self, from: Data(json.utf8))
        } catch let error as PersonDataError {
            throw error
        } catch {
            throw PersonDataError("attribute table", "is not the JSON of one: \(error)")
        }
    }
}
