internal import Glibc

/// The classes of ImageNet-2012's validation pictures, where they do not lie in a folder a class.
///
/// Two files say them: the developers' kit's `ILSVRC2012_validation_ground_truth.txt`, one ILSVRC2012_ID a line, whose
/// wnids are in its `meta.mat` (the ids are *not* in the order of the wnids); or `LOC_val_solution.csv`, whose lines are
/// `ILSVRC2012_val_00000001,n01751748 111 108 230 366`.
struct ImageNetTruth {
    /// The file.
    let path: String

    /// By the number of the line, from 1 on, or by the picture's name without its end.
    private let byNumber: [String]
    private let byName: [String: String]

    /// The file `given`, or the first in a usual place in or beside `folders`.
    ///
    /// Throws where there is none, or where it is damaged.
    static func find(_ given: String?, near folders: [String]) throws(PersonDataError) -> ImageNetTruth {
        if let given { return try ImageNetTruth(given) }
        let inner = [
            "", "/ILSVRC2012_devkit_t12/data", "/ILSVRC2012_devkit_t12", "/devkit/data", "/..",
            "/../ILSVRC2012_devkit_t12/data", "/../..", "/../../..",
        ]
        for folder in folders {
            for place in inner {
                for name in ["ILSVRC2012_validation_ground_truth.txt", "LOC_val_solution.csv"] {
                    let path = "\(folder)\(place)/\(name)"
                    if access(path, R_OK) == 0 { return try ImageNetTruth(path) }
                }
            }
        }
        throw PersonDataError(
            folders.last ?? "",
            "is flat, and there is neither ILSVRC2012_validation_ground_truth.txt (with meta.mat beside it) nor "
                + "LOC_val_solution.csv; name one with --labels, or sort the pictures into folders by wnid")
    }

    /// Reads either file, told by its first characters.
    init(_ path: String) throws(PersonDataError) {
        self.path = path
        let bytes = try readWhole(path, atMost: 1 << 26, expected: "the classes of ImageNet's validation pictures")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PersonDataError(
                path, "is no text: name the ground truth of the developers' kit, or LOC_val_solution.csv")
        }
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while lines.last?.isEmpty == true { lines.removeLast() }
        if lines.first?.hasPrefix("ImageId") == true {
            (byNumber, byName) = ([], try Self.names(lines, path))
        } else {
            (byNumber, byName) = (try Self.numbers(lines, path), [:])
        }
    }

    /// The wnid of a validation picture, by its name.
    func wnid(of file: String) throws(PersonDataError) -> String {
        let stem = String(file.prefix { $0 != "." })
        if let wnid = byName[stem] { return wnid }
        let parts = stem.split(separator: "_")
        guard !byNumber.isEmpty, parts.count == 3, parts[0] == "ILSVRC2012", parts[1] == "val",
            let number = Int(parts[2]), (1...byNumber.count).contains(number)
        else {
            throw PersonDataError(
                path,
                "says no class of \(file); expected are names as ILSVRC2012_val_00000001.JPEG, of which it knows "
                    + "\(max(byNumber.count, byName.count))")
        }
        return byNumber[number - 1]
    }

    private static func names(_ lines: [Substring], _ path: String) throws(PersonDataError) -> [String: String] {
        var result: [String: String] = [:]
        for (index, line) in lines.enumerated().dropFirst() {
            let fields = line.split(separator: ",", maxSplits: 1)
            guard fields.count == 2, let wnid = fields[1].split(separator: " ").first.map(String.init),
                ImageNetReader.isWnid(wnid)
            else {
                throw PersonDataError(path, "line \(index + 1): expected is a picture, a comma and a wnid")
            }
            result[String(fields[0])] = wnid
        }
        return result
    }

    private static func numbers(_ lines: [Substring], _ path: String) throws(PersonDataError) -> [String] {
        let folder = path.contains("/") ? path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) : "."
        let places = ["\(folder)/meta.mat", "\(folder)/data/meta.mat", "\(folder)/../meta.mat"]
        guard let meta = places.first(where: { access($0, R_OK) == 0 }) else {
            throw PersonDataError(
                path, "needs meta.mat of the developers' kit beside it, which says what its numbers mean")
        }
        let wnids = try wnids(MATLABFile(meta))
        var result: [String] = []
        for (index, line) in lines.enumerated() {
            guard let id = Int(line.filter { $0 != " " }), let wnid = wnids[id] else {
                throw PersonDataError(
                    path,
                    "line \(index + 1): '\(line.prefix(40))' is no ILSVRC2012_ID of \(meta); take both from one kit")
            }
            result.append(wnid)
        }
        return result
    }

    /// wnids by ILSVRC2012_ID: the struct array `synsets` of `meta.mat`.
    private static func wnids(_ file: MATLABFile) throws(PersonDataError) -> [Int: String] {
        let list: [MATLABValue]
        switch try file.read("synsets") {
        case .cells(let cells): list = cells
        case let single: list = [single]
        }
        var result: [Int: String] = [:]
        for value in list {
            guard case .structure(let fields) = value, case .numbers(let id)? = fields["ILSVRC2012_ID"],
                id.count == 1, let number = Int(exactly: id[0]), case .text(let wnid)? = fields["WNID"],
                ImageNetReader.isWnid(wnid), result.updateValue(wnid, forKey: number) == nil
            else {
                throw PersonDataError(
                    file.path, "synsets: expected are structs with their own ILSVRC2012_ID and a WNID")
            }
        }
        return result
    }
}
