/// The types of data elements that are read, by their numbers in the file.
enum MATLABType: UInt32 {
    case int8 = 1
    case uint8, int16, uint16, int32, uint32, single
    case double = 9
    case int64 = 12
    case uint64
    case matrix = 14
    case compressed, utf8, utf16, utf32
}

/// Takes data elements one after another from bytes: type, length, data, filled up to 8 bytes.
///
/// Elements of up to 4 bytes may be packed into 8 bytes altogether. A compressed element is not filled up.
struct MATLABElements {
    private var rest: ArraySlice<UInt8>

    /// One element.
    struct Element {
        var type: MATLABType
        var data: ArraySlice<UInt8>
    }

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next element; nil at the end.
    mutating func next() throws -> Element? {
        if rest.isEmpty { return nil }
        guard rest.count >= 8 else {
            throw MATLABDamage("\(rest.count) bytes too many, or the end is missing")
        }
        let word = Self.word(rest)
        let small = Int(word >> 16)
        guard let type = MATLABType(rawValue: small > 0 ? word & 0xFFFF : word) else {
            throw MATLABDamage("an element of the unknown type \(word)")
        }
        let count = small > 0 ? small : Int(Self.word(rest.dropFirst(4)))
        let start = rest.startIndex + (small > 0 ? 4 : 8)
        guard small <= 4, count <= rest.endIndex - start else {
            throw MATLABDamage("an element of \(count) bytes where \(rest.endIndex - start) are left")
        }
        let data = rest[start..<(start + count)]
        let filled = small > 0 ? 8 : type == .compressed ? 8 + count : 8 + (count + 7) / 8 * 8
        rest = rest.dropFirst(filled)
        return Element(type: type, data: data)
    }

    /// The next element, which must be there.
    mutating func take(_ what: String) throws -> Element {
        guard let element = try next() else { throw MATLABDamage("no \(what)") }
        return element
    }

    /// The first four bytes, of which there are as many, as a little-endian number.
    static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension MATLABElements.Element {
    /// The numbers it holds, as Double.
    func numbers() throws -> [Double] {
        func read<Number: BitwiseCopyable>(_: Number.Type, _ convert: (Number) -> Double) throws -> [Double] {
            let size = MemoryLayout<Number>.size
            guard data.count % size == 0 else { throw MATLABDamage("\(data.count) bytes of \(type)") }
            return data.withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: size).map {
                    convert(bytes.loadUnaligned(fromByteOffset: $0, as: Number.self))
                }
            }
        }
        switch type {
        case .int8: return try read(Int8.self) { Double($0) }
        case .uint8: return try read(UInt8.self) { Double($0) }
        case .int16: return try read(Int16.self) { Double($0) }
        case .uint16: return try read(UInt16.self) { Double($0) }
        case .int32: return try read(Int32.self) { Double($0) }
        case .uint32: return try read(UInt32.self) { Double($0) }
        case .single: return try read(Float.self) { Double($0) }
        case .double: return try read(Double.self) { $0 }
        case .int64: return try read(Int64.self) { Double($0) }
        case .uint64: return try read(UInt64.self) { Double($0) }
        case .matrix, .compressed, .utf8, .utf16, .utf32:
            throw MATLABDamage("\(type) where numbers should be")
        }
    }

    /// The text it holds.
    func text() throws -> String {
        switch type {
        case .utf8, .int8, .uint8:
            guard let text = String(validating: data, as: UTF8.self) else {
                throw MATLABDamage("text is no UTF-8")
            }
            return text
        case .uint16, .utf16:
            let units = MATLABElements.Element(type: .uint16, data: data)
            return String(decoding: try units.numbers().map { UInt16($0) }, as: UTF16.self)
        default: throw MATLABDamage("\(type) where text should be")
        }
    }
}
