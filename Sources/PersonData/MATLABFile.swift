internal import CMatIO
internal import Glibc

/// What a variable of a MATLAB file holds; only the kinds that label files use.
indirect enum MATLABValue: Equatable {
    /// An array of numbers, in MATLAB's order (columns first).
    case numbers([Double])

    /// A row of characters.
    case text(String)

    /// A cell array.
    case cells([MATLABValue])

    /// A single struct; its fields by name, as their order says nothing.
    case structure([String: MATLABValue])

    /// `3 numbers`, for messages.
    var kind: String {
        switch self {
        case .numbers(let list): "\(list.count) numbers"
        case .text: "text"
        case .cells(let list): "\(list.count) cells"
        case .structure(let fields): "a struct of \(fields.count) fields"
        }
    }
}

/// Reads variables of MATLAB files of version 5 (`save -v6` or `-v7`) through libmatio.
///
/// Everything is copied and checked at once: sizes against what is there, kinds, depth. Files of version 7.3, which
/// are HDF5, are refused.
struct MATLABFile {
    let path: String

    /// A file that begins as one of version 5 does.
    init(_ path: String) throws(PersonDataError) {
        self.path = path
        guard let file = fopen(path, "rb") else { throw .system(path, "cannot be opened") }
        defer { fclose(file) }
        var start = [UInt8](repeating: 0, count: 128)
        let count = fread(&start, 1, 128, file)
        guard count == 128, start.starts(with: "MATLAB 5.0 MAT-file".utf8) else {
            throw PersonDataError(
                path, "is no MATLAB file of version 5: save it with `save -v7` (or scipy.io.savemat)")
        }
    }

    /// The variable named so.
    ///
    /// Throws where there is none, or it holds what label files do not.
    func read(_ name: String) throws(PersonDataError) -> MATLABValue {
        guard let file = Mat_Open(path, Int32(MAT_ACC_RDONLY.rawValue)) else {
            throw PersonDataError(path, "cannot be read as a MATLAB file")
        }
        defer { Mat_Close(file) }
        guard let variable = Mat_VarRead(file, name) else {
            throw PersonDataError(
                path, "has no readable variable \(name): the file is another one, or damaged")
        }
        defer { Mat_VarFree(variable) }
        return try value(variable, name, depth: 0)
    }

    private func value(
        _ pointer: UnsafeMutablePointer<matvar_t>, _ name: String, depth: Int
    ) throws(PersonDataError) -> MATLABValue {
        func refuse(_ reason: String) -> PersonDataError { PersonDataError(path, "\(name): \(reason)") }
        let variable = pointer.pointee
        guard depth < 8 else { throw refuse("is nested deeper than label files are") }
        guard variable.rank == 2, let extents = variable.dims else {
            throw refuse("has \(variable.rank) extents, expected are 2")
        }
        let (count, overflow) = extents[0].multipliedReportingOverflow(by: extents[1])
        guard !overflow, count <= 1 << 24 else { throw refuse("claims \(extents[0])×\(extents[1]) elements") }
        guard variable.isComplex == 0 else { throw refuse("holds complex numbers") }
        switch variable.class_type {
        case MAT_C_STRUCT:
            guard count == 1 else { throw refuse("is an array of \(count) structs, expected is one") }
            var fields: [String: MATLABValue] = [:]
            let fieldCount = Int(Mat_VarGetNumberOfFields(pointer))
            guard fieldCount <= 1 << 12, let names = Mat_VarGetStructFieldnames(pointer) else {
                throw refuse("has \(fieldCount) fields")
            }
            for index in 0..<fieldCount {
                guard let characters = names[index],
                    let field = Mat_VarGetStructFieldByName(pointer, characters, 0)
                else { throw refuse("its field number \(index + 1) cannot be read") }
                let fieldName = String(
                    decoding: UnsafeBufferPointer(
                        start: UnsafeRawPointer(characters).assumingMemoryBound(to: UInt8.self),
                        count: strlen(characters)), as: UTF8.self)
                fields[fieldName] = try value(field, "\(name).\(fieldName)", depth: depth + 1)
            }
            return .structure(fields)
        case MAT_C_CELL:
            var cells: [MATLABValue] = []
            for index in 0..<Int(count) {
                guard let cell = Mat_VarGetCell(pointer, Int32(index)) else {
                    throw refuse("its cell number \(index + 1) cannot be read")
                }
                cells.append(try value(cell, "\(name){\(index + 1)}", depth: depth + 1))
            }
            return .cells(cells)
        case MAT_C_CHAR:
            guard count == 0 || extents[0] == 1 else { throw refuse("is \(extents[0]) lines of text") }
            return .text(
                String(
                    decoding: try elements(variable, Int(count), refuse).map {
                        UInt16(exactly: $0) ?? 0xFFFD
                    }, as: UTF16.self))
        default:
            return .numbers(try elements(variable, Int(count), refuse))
        }
    }

    /// The elements of a numeric or character array, each exactly as Double.
    private func elements(
        _ variable: matvar_t, _ count: Int, _ refuse: (String) -> PersonDataError
    ) throws(PersonDataError) -> [Double] {
        if count == 0 { return [] }
        guard let data = variable.data else { throw refuse("holds no data") }
        func read<Number: BitwiseCopyable>(_: Number.Type, _ convert: (Number) -> Double)
            throws(PersonDataError) -> [Double]
        {
            let size = MemoryLayout<Number>.size
            guard Int(variable.data_size) == size, variable.nbytes >= count * size else {
                throw refuse("holds \(variable.nbytes) bytes for \(count) elements of \(variable.data_size)")
            }
            return (0..<count).map {
                convert(data.loadUnaligned(fromByteOffset: $0 * size, as: Number.self))
            }
        }
        switch variable.data_type {
        case MAT_T_DOUBLE: return try read(Double.self) { $0 }
        case MAT_T_SINGLE: return try read(Float.self) { Double($0) }
        case MAT_T_INT8: return try read(Int8.self) { Double($0) }
        case MAT_T_UINT8, MAT_T_UTF8: return try read(UInt8.self) { Double($0) }
        case MAT_T_INT16: return try read(Int16.self) { Double($0) }
        case MAT_T_UINT16, MAT_T_UTF16: return try read(UInt16.self) { Double($0) }
        case MAT_T_INT32: return try read(Int32.self) { Double($0) }
        case MAT_T_UINT32: return try read(UInt32.self) { Double($0) }
        default: throw refuse("holds data of type \(variable.data_type.rawValue), which label files do not")
        }
    }
}
