internal import CMatIO
internal import PersonData
internal import Tensors

/// Writes `PETA.mat`, the labels of PETA's numbered pictures, as it is published beside DeepMAR.
///
/// A struct `peta`: `data` [N, 4 + 105] of picture, person, subset, person within it and the labels, the names (cell), the
/// numbers of the 35 labels that are scored, and in `partion` five partitions, each with the numbers of half of the
/// pictures (train), a tenth (val), and the rest (test). MATLAB v5; not compressed, as libmatio 1.5.23 then writes a wrong length over
/// cells of text (2026-11-25).
struct PETAMatrixFile {
    /// Who is on each picture, in the order of the pictures' numbers: the person, the subset, the person within it.
    let pictures: [(person: Int, subset: Int, number: Int)]

    /// The labels of each person.
    let labels: [Int: Set<String>]

    /// Draws the partitions.
    let seed: UInt64

    private static let selected = 35, partitions = 5

    /// Writes the file.
    ///
    /// - Throws: `TwinError` where it can't be written.
    func write(to path: String) throws(TwinError) {
        let header = "MATLAB 5.0 MAT-file, synthetic twin of PETA.mat, written by jcm"
        guard let file = Mat_CreateVer(path, header, MAT_FT_MAT5) else {
            throw TwinError("label file: \(path) could not be created; is the folder there and writable?")
        }
        var written: Int32 = 1
        let fields = ["data", "attribute", "selected_attribute", "partion"]
        if let top = Self.structure("peta", fields, [data, names, Self.column(1...Self.selected), partitions]) {
            written = Mat_VarWrite(file, top, MAT_COMPRESSION_NONE)
            Mat_VarFree(top)
        }
        guard Mat_Close(file) == 0, written == 0 else {
            throw TwinError("label file: \(path) could not be written whole; is the disk full?")
        }
    }

    private typealias Variable = UnsafeMutablePointer<matvar_t>?

    private var data: Variable {
        let columns = [
            pictures.indices.map { UInt16($0 + 1) }, pictures.map { UInt16($0.person) },
            pictures.map { UInt16($0.subset) }, pictures.map { UInt16($0.number) },
        ]
        let marks = PETALabels.names.map { name in
            pictures.map { labels[$0.person]?.contains(name) == true ? UInt16(1) : 0 }
        }
        return Self.numbers((columns + marks).flatMap { $0 }, rows: pictures.count)
    }

    private var names: Variable {
        Self.cells(
            PETALabels.names.map { name in
                var (text, length) = (Array(name.utf8), [1, name.utf8.count])
                return Mat_VarCreate(nil, MAT_C_CHAR, MAT_T_UINT8, 2, &length, &text, 0)
            })
    }

    private var partitions: Variable {
        Self.cells(
            (0..<Self.partitions).map { number in
                var random = RandomStream(seed: seed, .permutation, index: UInt64(number))
                let order = random.permutation(pictures.count).map { $0 + 1 }
                let (train, validation) = (order.count / 2, order.count / 10)
                let parts = [
                    order[..<train], order[train..<(train + validation)], order[(train + validation)...],
                ]
                return Self.structure(nil, ["train", "val", "test"], parts.map { Self.column($0) })
            })
    }

    private static func column(_ values: some Collection<Int>) -> Variable {
        numbers(values.map { UInt16($0) }, rows: values.count)
    }

    private static func numbers(_ values: [UInt16], rows: Int) -> Variable {
        var (values, sizes) = (values, [rows, rows > 0 ? values.count / rows : 0])
        return Mat_VarCreate(nil, MAT_C_UINT16, MAT_T_UINT16, 2, &sizes, &values, 0)
    }

    private static func cells(_ cells: [Variable]) -> Variable {
        var (cells, sizes) = (cells, [cells.count, 1])
        return Mat_VarCreate(nil, MAT_C_CELL, MAT_T_CELL, 2, &sizes, &cells, 0)
    }

    private static func structure(_ name: String?, _ fields: [String], _ values: [Variable]) -> Variable {
        var one = [1, 1]
        let variable = CodedLabelFile.withNames(fields) { Mat_VarCreateStruct(name, 2, &one, $0, UInt32(fields.count)) }
        for (field, value) in zip(fields, values) { Mat_VarSetStructFieldByName(variable, field, 0, value) }
        return variable
    }
}
