/// A variable, field or cell of a MATLAB file: flags, extents and name, then its content.
struct MATLABMatrix {
    let name: String
    private let kind: UInt32
    let extents: [Int]
    private let count: Int
    private var content: MATLABElements

    /// Takes the head apart; an empty element is an empty array of numbers.
    init(_ data: ArraySlice<UInt8>) throws {
        content = MATLABElements(data)
        if data.isEmpty {
            (name, kind, extents, count) = ("", 6, [0, 0], 0)
            return
        }
        let flags = try content.take("array flags")
        guard flags.type == .uint32, flags.data.count == 8 else { throw MATLABDamage("odd array flags") }
        let word = MATLABElements.word(flags.data)
        kind = word & 0xFF
        if word & 0x800 != 0 { throw MATLABDamage("complex numbers") }
        let shape = try content.take("extents")
        guard shape.type == .int32, shape.data.count == 8 else {
            throw MATLABDamage("extents of \(shape.data.count) bytes, expected are two numbers")
        }
        extents = try shape.numbers().map { Int($0) }
        guard extents.allSatisfy({ $0 >= 0 && $0 <= 1 << 24 }), extents[0] * extents[1] <= 1 << 24 else {
            throw MATLABDamage("an array of \(extents)")
        }
        count = extents[0] * extents[1]
        let name = try content.take("name")
        guard name.type == .int8, let text = String(validating: name.data, as: UTF8.self) else {
            throw MATLABDamage("a name that is no text")
        }
        self.name = text
    }

    /// The content; `path` stands in messages.
    func value(_ path: String, depth: Int) throws -> MATLABValue {
        guard depth < 8 else { throw MATLABDamage("\(path) is nested deeper than labels are") }
        do { return try content(path, depth) } catch let damage as MATLABDamage {
            throw depth == 0 || damage.reason.contains(" in ")
                ? damage : MATLABDamage("\(damage.reason) in \(path)")
        }
    }

    private func content(_ path: String, _ depth: Int) throws -> MATLABValue {
        var content = content
        func matrix(_ what: String) throws -> MATLABMatrix {
            let element = try content.take(what)
            guard element.type == .matrix else { throw MATLABDamage("\(element.type) as \(what)") }
            return try MATLABMatrix(element.data)
        }
        switch kind {
        case 1:
            return .cells(
                try (0..<count).map { try matrix("cell").value("\(path){\($0 + 1)}", depth: depth + 1) })
        case 2:
            let width = Int(MATLABElements.word(try content.take("length of field names").data))
            let names = try content.take("field names").data
            guard width > 0, names.count % width == 0 else { throw MATLABDamage("odd field names") }
            guard count > 0, !names.isEmpty, count * (names.count / width) <= 1 << 20 else {
                throw MATLABDamage("\(count) structs of \(names.count / width) fields")
            }
            let structures = try (0..<count).map { _ in
                var fields = MATLABFields()
                for place in stride(from: names.startIndex, to: names.endIndex, by: width) {
                    let field = String(decoding: names[place..<(place + width)].prefix { $0 != 0 }, as: UTF8.self)
                    let value = try matrix("field").value("\(path).\(field)", depth: depth + 1)
                    if !fields.add(field, value) { throw MATLABDamage("two fields named \(field)") }
                }
                return MATLABValue.structure(fields)
            }
            return count == 1 ? structures[0] : .cells(structures)
        case 4:
            if count == 0 { return .text("") }
            guard extents[0] == 1 else { throw MATLABDamage("\(extents[0]) lines of text") }
            return .text(try content.take("text").text())
        case 6...15:
            let numbers = count == 0 ? [] : try content.take("numbers").numbers()
            guard numbers.count == count else { throw MATLABDamage("\(numbers.count) numbers for \(count)") }
            return .numbers(numbers)
        default: throw MATLABDamage("an array of kind \(kind)")
        }
    }
}
