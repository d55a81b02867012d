internal import CMatIO
internal import Glibc

/// A label file of the form of Lin et al. (2017): a struct with structs `test` and `train`, each with numeric fields
/// (1×n) and `image_index` (1×n cell of 4-character ids). MATLAB v5, compressed.
struct CodedLabelFile {
    /// The struct's name.
    let variable: String

    /// The fields of `train`, in file order, without `image_index`.
    let trainFields: [String]

    /// The fields of `test`, in file order, without `image_index`.
    let testFields: [String]

    /// The code of a person's field; nil for one that is not known.
    let code: (TwinPerson, String) -> Int?

    /// Writes the labels of `people` to `path`, in the order of their numbers.
    ///
    /// - Throws: `TwinError` where the file can't be written.
    func write(_ people: [TwinPerson], to path: String) throws(TwinError) {
        // The library's own header holds the date; ours keeps equal twins equal byte by byte.
        let header = "MATLAB 5.0 MAT-file, synthetic twin of \(variable).mat, written by jcm"
        guard let file = Mat_CreateVer(path, header, MAT_FT_MAT5) else {
            throw TwinError("label file: \(path) could not be created; is the folder there and writable?")
        }
        var one = [1, 1]
        let top = Self.withNames(["test", "train"]) { Mat_VarCreateStruct(variable, 2, &one, $0, 2) }
        let ordered = people.sorted { $0.personID < $1.personID }
        var written: Int32 = 1
        if let top {
            let test = split(ordered.filter { !$0.trains }, testFields)
            let train = split(ordered.filter(\.trains), trainFields)
            Mat_VarSetStructFieldByName(top, "test", 0, test)
            Mat_VarSetStructFieldByName(top, "train", 0, train)
            written = Mat_VarWrite(file, top, MAT_COMPRESSION_ZLIB)
            Mat_VarFree(top)
        }
        guard Mat_Close(file) == 0, written == 0 else {
            throw TwinError("label file: \(path) could not be written whole; is the disk full?")
        }
    }

    /// The struct of one side of the split.
    private func split(_ people: [TwinPerson], _ fields: [String]) -> UnsafeMutablePointer<matvar_t>? {
        var one = [1, 1]
        var sizes = [1, people.count]
        let variable = Self.withNames(fields + ["image_index"]) {
            Mat_VarCreateStruct(nil, 2, &one, $0, UInt32(fields.count + 1))
        }
        for field in fields {
            var values = people.map { person -> Double in
                guard let code = code(person, field) else { preconditionFailure("no attribute \(field)") }
                return Double(code)
            }
            let column = Mat_VarCreate(nil, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, &sizes, &values, 0)
            Mat_VarSetStructFieldByName(variable, field, 0, column)
        }
        var cells = people.map { person -> UnsafeMutablePointer<matvar_t>? in
            var text = Array(TwinShot.padded(person.personID, 4).utf8)
            var length = [1, text.count]
            return Mat_VarCreate(nil, MAT_C_CHAR, MAT_T_UINT8, 2, &length, &text, 0)
        }
        let index = Mat_VarCreate(nil, MAT_C_CELL, MAT_T_CELL, 2, &sizes, &cells, 0)
        Mat_VarSetStructFieldByName(variable, "image_index", 0, index)
        return variable
    }

    /// Calls `body` with the names as C wants them.
    static func withNames<Result>(
        _ names: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = names.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var list = copies.map { UnsafePointer($0) }
        return list.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    }
}
