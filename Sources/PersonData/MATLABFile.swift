internal import CDeflate

/// What a variable of a MATLAB file holds; only the kinds that label files use.
indirect enum MATLABValue: Equatable {
    /// An array of numbers, in MATLAB's order (columns first).
    case numbers([Double])

    /// A row of characters.
    case text(String)

    /// A cell array, or an array of several structs.
    case cells([MATLABValue])

    /// A single struct.
    case structure(MATLABFields)
}

/// The fields of a struct, found by name: their order says nothing.
struct MATLABFields: Equatable {
    /// The names in the order of the file, which may differ between two structs of the same kind.
    private(set) var names: [String] = []
    private var values: [String: MATLABValue] = [:]

    /// The value of a field; nil where there is none.
    subscript(name: String) -> MATLABValue? { values[name] }

    /// Adds a field; false where there is one of that name.
    mutating func add(_ name: String, _ value: MATLABValue) -> Bool {
        names.append(name)
        return values.updateValue(value, forKey: name) == nil
    }
}

/// Reads variables of MATLAB files of version 5 (`save -v6` or `-v7`).
///
/// The format: "MAT-File Format" (MathWorks), level 5: a header of 128 bytes, then elements of type, length and data;
/// compressed ones hold an element in a zlib stream with its checksum. Read here and not by libmatio because a flipped
/// bit can make that one hang (1.5.23). Version 7.3, which is HDF5, and version 4 are refused.
struct MATLABFile {
    let path: String

    /// What the file holds, by name.
    private let variables: [String: MATLABValue]

    /// Rows and columns of each.
    private let extents: [String: (rows: Int, columns: Int)]

    /// The most bytes that a variable may unpack to; Market-1501's takes 160 KB.
    private static let mostBytes = 1 << 28

    /// Reads a file.
    init(_ path: String) throws(PersonDataError) {
        try self.init(path, readWhole(path, atMost: Self.mostBytes, expected: "a MATLAB file"))
    }

    /// Takes the bytes of a file apart; `path` stands in messages.
    init(_ path: String, _ bytes: [UInt8]) throws(PersonDataError) {
        self.path = path
        guard bytes.count >= 128, bytes.starts(with: "MATLAB 5.0 MAT-file".utf8) else {
            throw PersonDataError(
                path, "is no MATLAB file of version 5: save it with `save -v7` (or scipy.io.savemat)")
        }
        guard bytes[126] == UInt8(ascii: "I"), bytes[127] == UInt8(ascii: "M") else {
            throw PersonDataError(path, "is a MATLAB file in big-endian order: save it on another machine")
        }
        var variables: [String: MATLABValue] = [:]
        var extents: [String: (rows: Int, columns: Int)] = [:]
        do {
            var elements = MATLABElements(bytes[128...])
            while var element = try elements.next() {
                if element.type == .compressed {
                    var inner = MATLABElements(try Self.unpack(element.data)[...])
                    guard let unpacked = try inner.next() else {
                        throw MATLABDamage("an empty compressed element")
                    }
                    element = unpacked
                }
                guard element.type == .matrix else { continue }
                let matrix = try MATLABMatrix(element.data)
                variables[matrix.name] = try matrix.value(matrix.name, depth: 0)
                extents[matrix.name] = (matrix.extents[0], matrix.extents[1])
            }
        } catch let damage as MATLABDamage {
            throw PersonDataError(path, "is damaged, or no file of labels: \(damage.reason)")
        } catch {
            throw PersonDataError(path, "cannot be read: \(error)")
        }
        (self.variables, self.extents) = (variables, extents)
    }

    /// The names of its variables.
    var names: [String] { variables.keys.sorted() }

    /// The variable named so.
    ///
    /// Throws where there is none.
    func read(_ name: String) throws(PersonDataError) -> MATLABValue {
        guard let value = variables[name] else {
            throw PersonDataError(path, "has no variable \(name), only: \(variables.keys.sorted().shortList)")
        }
        return value
    }

    /// The numbers of the variable named so, row by row.
    ///
    /// Throws where there is none, it is not of numbers, or not of `columns` columns.
    func rows(_ name: String, columns: Int) throws(PersonDataError) -> [[Double]] {
        guard case .numbers(let values) = try read(name), let extents = extents[name] else {
            throw PersonDataError(path, "\(name) is no array of numbers")
        }
        guard extents.columns == columns else {
            throw PersonDataError(
                path, "\(name) is \(extents.rows)×\(extents.columns), expected are \(columns) columns")
        }
        return (0..<extents.rows).map { row in (0..<columns).map { values[row + $0 * extents.rows] } }
    }

    private static func unpack(_ packed: ArraySlice<UInt8>) throws -> [UInt8] {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw MATLABDamage("no memory to unpack")
        }
        defer { libdeflate_free_decompressor(decompressor) }
        var room = max(1 << 16, packed.count * 8)
        while room <= mostBytes {
            var length = 0
            var result = LIBDEFLATE_BAD_DATA
            let unpacked = packed.withUnsafeBytes { source in
                [UInt8](unsafeUninitializedCapacity: room) { target, filled in
                    result = libdeflate_zlib_decompress(
                        decompressor, source.baseAddress, source.count, target.baseAddress, room, &length)
                    filled = result == LIBDEFLATE_SUCCESS ? length : 0
                }
            }
            if result == LIBDEFLATE_SUCCESS { return unpacked }
            guard result == LIBDEFLATE_INSUFFICIENT_SPACE else {
                throw MATLABDamage("compressed data do not unpack, or not to their checksum")
            }
            room *= 4
        }
        throw MATLABDamage("a variable of more than \(mostBytes >> 20) MB")
    }
}

/// What is wrong with the bytes of a MATLAB file.
struct MATLABDamage: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
