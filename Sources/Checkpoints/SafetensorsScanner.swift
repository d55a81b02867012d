/// Reads the JSON of a safetensors header: objects of texts and of rows of whole numbers, to the letter.
///
/// The grammar has a fixed depth, so no text can exhaust the stack; a number is at most 2⁵³ − 1, a text valid UTF-8.
struct SafetensorsScanner {
    /// What is wrong with the text, and at which byte.
    struct Failure: Error { let reason: String }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether all is read, but for the spaces that fill a header up.
    mutating func isAtEnd() -> Bool {
        skipSpaces()
        return position == bytes.count
    }

    /// Reads `{ "key": value, … }`, each value by `value`; throws where a key occurs twice.
    mutating func object(
        _ value: (inout SafetensorsScanner, String) throws(Failure) -> Void
    ) throws(Failure) {
        var keys: Set<String> = []
        try expect("{")
        if take("}") { return }
        repeat {
            let key = try text()
            guard keys.insert(key).inserted else { throw failure("'\(key.prefix(60))' occurs twice") }
            try expect(":")
            try value(&self, key)
        } while take(",")
        try expect("}")
    }

    /// Reads `[1, 2, …]` of at most `most` numbers.
    mutating func numbers(most: Int) throws(Failure) -> [Int] {
        var list: [Int] = []
        try expect("[")
        if take("]") { return list }
        repeat {
            guard list.count < most else { throw failure("a row of more than \(most) numbers") }
            list.append(try number())
        } while take(",")
        try expect("]")
        return list
    }

    private mutating func number() throws(Failure) -> Int {
        skipSpaces()
        let start = position
        var value = 0
        while position < bytes.count, (48...57).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 48)
            guard value < 1 << 53 else { throw failure("a number beyond 2⁵³") }
            position += 1
        }
        guard position > start, position == start + 1 || bytes[start] != 48 else {
            throw failure("a whole number is expected")
        }
        return value
    }

    /// Reads `"…"`.
    mutating func text() throws(Failure) -> String {
        try expect("\"")
        var content: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            let byte = bytes[position]
            guard byte >= 32 else { throw failure("a control character in a text") }
            position += 1
            if byte == UInt8(ascii: "\\") { content += try escape() } else { content.append(byte) }
        }
        try expect("\"", skipping: false)
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("a text that is no UTF-8") }
        return text
    }

    private mutating func escape() throws(Failure) -> [UInt8] {
        guard position < bytes.count else { throw failure("it ends in a text") }
        let letter = bytes[position]
        position += 1
        let plain: [UInt8: UInt8] = [34: 34, 92: 92, 47: 47, 98: 8, 102: 12, 110: 10, 114: 13, 116: 9]
        if let byte = plain[letter] { return [byte] }
        guard letter == UInt8(ascii: "u") else { throw failure("an unknown escape in a text") }
        var unit = try hexadecimal()
        if (0xD800..<0xDC00).contains(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw failure("half a character in a text") }
            unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw failure("half a character in a text") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("it ends in a text") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
                throw failure("an escape needs four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard position < bytes.count, bytes[position] == UInt8(ascii: letter) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ letter: Unicode.Scalar, skipping: Bool = true) throws(Failure) {
        if skipping { skipSpaces() }
        guard position < bytes.count, bytes[position] == UInt8(ascii: letter) else {
            throw failure("'\(letter)' is expected")
        }
        position += 1
    }

    private mutating func skipSpaces() {
        while position < bytes.count, [32, 9, 10, 13].contains(bytes[position]) { position += 1 }
    }

    func failure(_ reason: String) -> Failure { Failure(reason: "\(reason), at byte \(position) of the header") }
}
