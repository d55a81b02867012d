/// `PETA.mat`, by which the field compares attribute recognition on PETA: labels of numbered pictures, the labels that are
/// scored, and random partitions of the pictures.
///
/// A struct `peta` of four fields: `data` [N, 4 + 105] (a picture's number, the person over all subsets, the subset, the
/// person within it, then each label, 0 or 1), the labels' names (cell), the numbers of the selected labels (35), and the
/// partitions (cell of structs) with the numbers of the pictures of train, val and test. Numbers count from 1. Public code
/// reads fields by their place (`loadmat(…)['peta'][0][0][3]`); here a name that is known comes first, `partion` among them.
///
/// Source: Li, Chen, Huang 2015 (DeepMAR) with the files of its authors' code; Deng et al. 2014.
struct PETAMatrix {
    /// The file.
    let path: String

    /// The person on each picture, N of them.
    let persons: [Int]

    /// The selected labels, yes/no each, in the file's order.
    let table: AttributeTable

    /// What is known of each picture, as states of `table`'s values.
    let labels: [PersonLabels]

    /// The partitions, of which one is used.
    let partitions: [PETAPartition]

    /// How many labels the file holds, selected or not.
    let labelCount: Int

    /// What is odd in the file, and what is done about it.
    let notes: [String]

    /// Columns before the labels, and the most pictures; PETA has 19,000.
    private static let leading = 4, most = 1 << 20

    /// Takes labels and partitions out of a file.
    ///
    /// Throws where a field is missing or of another kind, a label is none of PETA's or neither 0 nor 1, or a partition
    /// names a picture that is not there, or twice.
    init(_ file: MATLABFile) throws(PersonDataError) {
        path = file.path
        let fields = try PETAMatrixFields(file)
        let names = try fields.labelNames()
        let chosen = try fields.selected(of: names.count)
        let (values, width) = (try fields.numbers("data", place: 0), Self.leading + names.count)
        let count = values.count / width
        guard (1...Self.most).contains(count), count * width == values.count else {
            throw PersonDataError(
                path,
                "peta.data has \(values.count) numbers, expected are 1 to \(Self.most) rows of \(Self.leading) + "
                    + "\(names.count) of them")
        }
        persons = try (0..<count).map { row throws(PersonDataError) in
            try fields.whole(
                values[count + row], "data of row \(row + 1), column 2 (the person)", in: 0...Int(Int32.max) - 1)
        }
        var states = [[UInt8]](repeating: [], count: count)
        for label in chosen {
            let first = (Self.leading + label) * count
            for row in 0..<count {
                let value = values[first + row]
                guard value == 0 || value == 1 else {
                    throw PersonDataError(
                        path, "peta.data of row \(row + 1), \(names[label]), is \(value), expected is 0 or 1")
                }
                states[row].append(value == 1 ? PersonLabels.yes : PersonLabels.no)
            }
        }
        labels = states.map { PersonLabels($0) }
        table = try AttributeTable(chosen.map { PersonAttribute(names[$0], .binary) })
        partitions = try fields.partitions(of: count)
        labelCount = names.count
        let strangers = (0..<count).count { values[$0] != Double($0 + 1) }
        notes = strangers > 0 ? ["\(strangers) rows have another number than their place; the place counts"] : []
    }

    /// Selected labels that at most a share of the pictures has, with the share in percent.
    func rareLabels(atMost share: Double) -> [String] {
        table.attributes.indices.compactMap { index in
            let percent = 100 * Double(labels.count { $0.states[index] == PersonLabels.yes }) / Double(labels.count)
            return percent <= 100 * share ? "\(table.attributes[index].name) (\((percent * 10).rounded() / 10) %)" : nil
        }
    }
}

/// Which pictures train, and which test; places from 0 on, in the order of the file.
struct PETAPartition: Equatable {
    /// The parts; the second is for choosing settings, and trains with the first in the figures of the literature.
    let train: [Int], validation: [Int], test: [Int]
}
