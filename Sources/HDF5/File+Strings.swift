internal import CHDF5
internal import Glibc

extension File {
    /// Writes strings as a new one-dimensional dataset of variable length, UTF-8.
    ///
    /// Throws where a string holds the character 0, which HDF5 takes for its end.
    public func write(_ strings: [String], to path: String) throws(HDF5Error) {
        try writing { () throws(HDF5Error) in
            let place = place(path)
            let type = try place.stringType()
            let dataset = try create(path, type.id, [strings.count], early: false)
            let (typeID, datasetID) = (type.id, dataset.id)
            if strings.isEmpty { return }
            try place.withCStrings(strings) { (pointers) throws(HDF5Error) in
                try place.check("write the strings") {
                    H5Dwrite(
                        datasetID, typeID, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), pointers)
                }
            }
        }
    }

    /// The strings of a dataset, of fixed or variable length.
    public func readStrings(_ path: String) throws(HDF5Error) -> [String] {
        let dataset = try dataset(path)
        try dataset.checkPlausible()
        let place = place(path)
        let id = dataset.id
        let type = try place.handle("read the type") { H5Dget_type(id) }
        let space = try place.handle("read the shape") { H5Dget_space(id) }
        return try place.readStrings(count: dataset.count, stored: type, space: space) { memory, buffer in
            H5Dread(id, memory, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), buffer)
        }
    }
}

extension Place {
    /// The type of strings of variable length, UTF-8.
    func stringType() throws(HDF5Error) -> Handle {
        let type = try handle("describe strings") { H5Tcopy(jcm_h5_c_string()) }
        let id = type.id
        try check("describe strings") { H5Tset_size(id, jcm_h5_variable()) }
        try check("describe strings") { H5Tset_cset(id, H5T_CSET_UTF8) }
        return type
    }

    /// Calls `body` with the addresses of the strings.
    func withCStrings(
        _ strings: [String], _ body: (UnsafeRawPointer) throws(HDF5Error) -> Void
    ) throws(HDF5Error) {
        if let bad = strings.first(where: { $0.utf8.contains(0) }) {
            throw error(
                "the string \(bad.debugDescription) holds the character 0, which ends a string in HDF5")
        }
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        try copies.withBytes { (bytes) throws(HDF5Error) in
            if let base = bytes.baseAddress { try body(base) }
        }
    }

    /// Strings through `read`, which takes the type in memory and the buffer.
    func readStrings(
        count: Int, stored: borrowing Handle, space: borrowing Handle,
        _ read: (hid_t, UnsafeMutableRawPointer) -> herr_t
    ) throws(HDF5Error) -> [String] {
        let (storedID, spaceID) = (stored.id, space.id)
        guard H5Tget_class(storedID) == H5T_STRING else {
            throw error("holds numbers, strings were expected")
        }
        if count == 0 { return [] }
        if try check("read the type", { H5Tis_variable_str(storedID) }) > 0 {
            let type = try handle("describe strings") { H5Tcopy(storedID) }
            let typeID = type.id
            var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
            return try pointers.withMutableBytes { (bytes) throws(HDF5Error) in
                let base = bytes.baseAddress!
                try check("read the strings") { read(typeID, base) }
                defer { H5Dvlen_reclaim(typeID, spaceID, hid_t(H5P_DEFAULT), base) }
                return bytes.bindMemory(to: UnsafeMutablePointer<CChar>?.self).map {
                    $0.map { String(cString: $0) } ?? ""
                }
            }
        }
        let size = H5Tget_size(storedID)
        let isSpacePadded = H5Tget_strpad(storedID) == H5T_STR_SPACEPAD
        guard size > 0, size <= 1 << 24, count <= 1 << 24, size * count <= 1 << 30 else {
            throw error("claims \(count) strings of \(size) bytes")
        }
        var bytes = [UInt8](repeating: 0, count: size * count)
        try bytes.withMutableBytes { (buffer) throws(HDF5Error) in
            let base = buffer.baseAddress!
            try check("read the strings") { read(storedID, base) }
        }
        return (0..<count).map { index in
            var text = bytes[(index * size)..<((index + 1) * size)].prefix { $0 != 0 }
            while isSpacePadded, text.last == UInt8(ascii: " ") { text.removeLast() }
            return String(decoding: text, as: UTF8.self)
        }
    }
}
