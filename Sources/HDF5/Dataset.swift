internal import CHDF5

/// An array of numbers in a file, open for reading and writing by rows of its first extent.
public final class Dataset {
    /// Its path in the file.
    public let path: String

    /// The extents; empty for a single number.
    public let shape: [Int]

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// The elements of one row of the first extent.
    public var rowCount: Int { shape.dropFirst().reduce(1, *) }

    private let file: File
    private let handle: Handle

    init(file: File, path: String, handle: consuming Handle) throws(HDF5Error) {
        let id = handle.id
        let place = file.place(path)
        let space = try place.handle("read the shape") { H5Dget_space(id) }
        shape = try place.shape(of: space)
        self.file = file
        self.path = path
        self.handle = handle
    }

    var id: hid_t { handle.id }
    var place: Place { file.place(path) }

    /// The byte of the file at which the elements begin, row-major and without gaps: for `mmap`.
    ///
    /// Throws where they are in chunks, or nothing is stored yet.
    public func fileOffset() throws(HDF5Error) -> Int {
        silenceLibrary()
        let offset = H5Dget_offset(id)
        if offset == jcm_h5_address_undefined() {
            H5Eclear2(hid_t(H5E_DEFAULT))
            throw place.error(
                "its elements are not in one piece of the file (chunked, compressed or not stored)")
        }
        return Int(offset)
    }

    /// The type in the file, where it is exactly one of ours.
    public func storedType() throws(HDF5Error) -> ElementType? {
        let place = place
        let type = try place.handle("read the type") { H5Dget_type(id) }
        let typeID = type.id
        for known: ElementType in [.float, .double, .uint8, .int32, .int64, .uint32] {
            if try place.check("compare types", { H5Tequal(typeID, known.native) }) > 0 { return known }
        }
        return nil
    }

    /// Writes rows `rows` from `bytes`, which hold exactly as many elements of `type`.
    public func write(
        rows: Range<Int>, from bytes: UnsafeRawBufferPointer, as type: ElementType
    ) throws(HDF5Error) {
        check(rows, bytes.count, type)
        if bytes.isEmpty { return }
        try file.writing { () throws(HDF5Error) in
            let place = place
            let memory = try place.space([bytes.count / type.stride])
            let stored = try select(rows)
            let (memoryID, storedID) = (memory.id, stored.id)
            try place.check("write rows \(rows)") {
                H5Dwrite(id, type.native, memoryID, storedID, hid_t(H5P_DEFAULT), bytes.baseAddress)
            }
        }
    }

    /// Reads rows `rows` into `bytes`, which have room for exactly as many elements of `type`; HDF5 converts.
    public func read(
        rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer, as type: ElementType
    ) throws(HDF5Error) {
        check(rows, bytes.count, type)
        if bytes.isEmpty { return }
        let place = place
        let memory = try place.space([bytes.count / type.stride])
        let stored = try select(rows)
        let (memoryID, storedID) = (memory.id, stored.id)
        try place.check("read rows \(rows)") {
            H5Dread(id, type.native, memoryID, storedID, hid_t(H5P_DEFAULT), bytes.baseAddress)
        }
    }

    /// Writes rows from an array.
    public func write<Element: HDF5Element>(rows: Range<Int>, _ values: [Element]) throws(HDF5Error) {
        try values.withBytes { (bytes) throws(HDF5Error) in
            try write(rows: rows, from: bytes, as: Element.elementType)
        }
    }

    /// Reads rows as an array.
    public func read<Element: HDF5Element>(
        rows: Range<Int>, as type: Element.Type = Element.self
    ) throws(HDF5Error) -> [Element] {
        try checkPlausible()
        var values = [Element](repeating: 0, count: rows.count * rowCount)
        try values.withMutableBytes { (bytes) throws(HDF5Error) in
            try read(rows: rows, into: bytes, as: Element.elementType)
        }
        return values
    }

    /// All rows; a single number counts as one.
    public var allRows: Range<Int> { 0..<(shape.first ?? 1) }

    /// Throws where the file claims far more elements than it can hold: before memory is taken for them.
    ///
    /// Compression reaches 1032 at most (deflate).
    func checkPlausible() throws(HDF5Error) {
        let stored = Int(clamping: H5Dget_storage_size(id))
        if count > 1 << 20 && count / 2048 > stored {
            throw place.error("claims \(count) elements, but stores only \(stored) bytes")
        }
    }

    private func check(_ rows: Range<Int>, _ bytes: Int, _ type: ElementType) {
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= allRows.upperBound, "rows \(rows) of \(path) \(shape)")
        precondition(
            bytes == rows.count * rowCount * type.stride,
            "\(bytes) bytes for rows \(rows) of \(path) \(shape) as \(type)")
    }

    private func select(_ rows: Range<Int>) throws(HDF5Error) -> Handle {
        let place = place
        let space = try place.handle("read the shape") { H5Dget_space(id) }
        if shape.isEmpty || rows == allRows { return space }
        let start = [hsize_t(rows.lowerBound)] + [hsize_t](repeating: 0, count: shape.count - 1)
        let counts = [hsize_t(rows.count)] + shape.dropFirst().map { hsize_t($0) }
        let spaceID = space.id
        try place.check("select rows \(rows)") {
            H5Sselect_hyperslab(spaceID, H5S_SELECT_SET, start, nil, counts, nil)
        }
        return space
    }
}
