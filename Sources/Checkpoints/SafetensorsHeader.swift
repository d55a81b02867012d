/// What a safetensors file says of its tensors: u64 length (little-endian), JSON {name: {dtype, shape, data_offsets}}.
///
/// Source: the format's description by its makers (Hugging Face safetensors); as there, the tensors fill the data without
/// gap or overlap.
struct SafetensorsHeader {
    /// A tensor's type, extents (PyTorch's order) and bytes, counted from the beginning of the data.
    struct Entry {
        let type: SafetensorsType
        let shape: [Int]
        let range: Range<Int>
    }

    /// By name.
    private(set) var entries: [String: Entry] = [:]

    /// The texts under `__metadata__`.
    private(set) var metadata: [String: String] = [:]

    /// Parses a header whose data are `dataBytes` long, and checks every number in it.
    init(_ text: [UInt8], dataBytes: Int) throws(SafetensorsScanner.Failure) {
        var scanner = SafetensorsScanner(text)
        guard text.first == UInt8(ascii: "{") else { throw scanner.failure("'{' is expected") }
        var entries: [String: Entry] = [:]
        var metadata: [String: String] = [:]
        try scanner.object { (inner, name) throws(SafetensorsScanner.Failure) in
            if name == "__metadata__" {
                try inner.object { (value, key) throws(SafetensorsScanner.Failure) in metadata[key] = try value.text() }
            } else {
                entries[name] = try Self.entry(&inner, name, dataBytes)
            }
        }
        guard scanner.isAtEnd() else { throw scanner.failure("something stands behind the last brace") }
        var end = 0
        // Of two that begin at the same byte, one without elements comes first.
        let inOrder = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < (
                $1.value.range.lowerBound, $1.value.range.upperBound
            )
        }
        for (name, entry) in inOrder {
            let start = entry.range.lowerBound
            guard start == end else {
                throw Self.failure(name, "begins at \(start), the one before ends at \(end): a gap or an overlap")
            }
            end = entry.range.upperBound
        }
        guard end == dataBytes else {
            throw SafetensorsScanner.Failure(
                reason: "its tensors end at \(end), the data at \(dataBytes): it is cut off")
        }
        (self.entries, self.metadata) = (entries, metadata)
    }

    private static func entry(
        _ scanner: inout SafetensorsScanner, _ name: String, _ dataBytes: Int
    ) throws(SafetensorsScanner.Failure) -> Entry {
        var typeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.object { (value, key) throws(SafetensorsScanner.Failure) in
            switch key {
            case "dtype": typeName = try value.text()
            case "shape": shape = try value.numbers(most: 32)
            case "data_offsets": offsets = try value.numbers(most: 2)
            default: throw failure(name, "has a field '\(key.prefix(60))' that is not known")
            }
        }
        guard let typeName, let shape, let offsets, offsets.count == 2 else {
            throw failure(name, "needs dtype, shape and two data_offsets")
        }
        guard let type = SafetensorsType(rawValue: typeName) else {
            throw failure(name, "has the element type '\(typeName.prefix(60))', which is not known")
        }
        guard offsets[0] <= offsets[1], offsets[1] <= dataBytes else {
            throw failure(name, "lies at \(offsets[0])…\(offsets[1]) of \(dataBytes) bytes of data")
        }
        var bytes = type.stride
        for extent in shape {
            let (product, overflows) = bytes.multipliedReportingOverflow(by: extent)
            guard !overflows else { throw failure(name, "has more elements than can be counted") }
            bytes = product
        }
        guard bytes == offsets[1] - offsets[0] else {
            throw failure(name, "takes \(bytes) bytes by its shape, \(offsets[1] - offsets[0]) by its offsets")
        }
        return Entry(type: type, shape: shape, range: offsets[0]..<offsets[1])
    }

    private static func failure(_ name: String, _ reason: String) -> SafetensorsScanner.Failure {
        SafetensorsScanner.Failure(reason: "'\(printable(name))' \(reason)")
    }

    /// A name for messages: short, and on one line.
    static func printable(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(80).map { $0.value < 32 ? "?" : $0 }))
    }
}
