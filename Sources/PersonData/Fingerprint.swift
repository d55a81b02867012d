internal import Glibc

/// A number that differs where what was added does: FNV-1a (Fowler, Noll, Vo), 64 bits.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Of nothing yet.
    init() {}

    /// Of numbers.
    init(_ numbers: some Sequence<UInt64>) { for number in numbers { add(number) } }

    /// Adds a number.
    mutating func add(_ number: UInt64) {
        // FNV takes bytes; whole words, mixed between, are as good here and eight times as fast
        value = (value ^ number) &* 0x100_0000_01B3
        value ^= value >> 32
    }

    /// Adds a text, and that it ends here.
    mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        add(UInt64(text.utf8.count))
    }

    /// Adds size and time of last change of a file, zeros where there is none.
    mutating func add(file path: String) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        for number in [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec] {
            add(isThere ? UInt64(bitPattern: Int64(number)) : 0)
        }
    }
}

extension PersonCatalogue {
    /// Of all that is known of the pictures: equal on all ranks that see the same data.
    var fingerprint: UInt64 {
        var print = Fingerprint()
        for text in [source, table.withAllValues(false).json] + findings { print.add(text) }
        for entry in entries {
            print.add(entry.name)
            print.add(entry.path)
            for number in [entry.personID, entry.cameraID, Int(entry.split.rawValue)] {
                print.add(UInt64(bitPattern: Int64(number)))
            }
            for state in entry.labels.states { print.add(UInt64(state)) }
        }
        for (number, name) in identityNames.sorted(by: { $0.key < $1.key }) {
            print.add(UInt64(bitPattern: Int64(number)))
            print.add(name)
        }
        return print.value
    }
}
