/// One of the ten sets of pictures that PETA is made of.
public enum PETASubset: String, Sendable, CaseIterable {
    case threeDPeS = "3DPeS"
    case caviar = "CAVIAR4REID"
    case cuhk = "CUHK"
    case grid = "GRID"
    case iLID = "i-LID"
    case mit = "MIT"
    case prid = "PRID"
    case sarc3D = "SARC3D"
    case townCentre = "TownCentre"
    case viper = "VIPeR"

    /// The eight that JCM's paper uses: all but CUHK and MIT.
    public static let paper = allCases.filter { $0 != .cuhk && $0 != .mit }

    /// The subsets in a list such as `paper`, `all` or `TownCentre,VIPeR`, in PETA's order.
    ///
    /// Throws where a name is none of theirs, or the list is empty.
    public static func list(_ text: String) throws(PersonDataError) -> [PETASubset] {
        switch text {
        case "paper": return paper
        case "all": return allCases
        default:
            var chosen = Set<PETASubset>()
            for name in text.split(separator: ",") {
                guard let subset = allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
                    throw PersonDataError(
                        String(name),
                        "is no subset of PETA; give paper, all, or some of "
                            + allCases.map(\.rawValue).joined(separator: ","))
                }
                chosen.insert(subset)
            }
            if chosen.isEmpty { throw PersonDataError("subsets of PETA", "none is named; give paper, all, or names") }
            return allCases.filter(chosen.contains)
        }
    }

    /// How many pictures it has, as published.
    public var pictures: Int {
        switch self {
        case .threeDPeS: 1_012
        case .caviar: 1_220
        case .cuhk: 4_563
        case .grid: 1_275
        case .iLID: 477
        case .mit: 888
        case .prid: 1_134
        case .sarc3D: 200
        case .townCentre: 6_967
        case .viper: 1_264
        }
    }

    /// How the names of its pictures end.
    public var pictureEnding: String {
        switch self {
        case .threeDPeS, .sarc3D, .viper: "bmp"
        case .cuhk, .prid: "png"
        case .grid: "jpeg"
        case .caviar, .iLID, .mit, .townCentre: "jpg"
        }
    }

    /// Who is on a picture: its name up to the first `_`, in CUHK the whole name; nil where it is no picture's name.
    func identity(ofPicture name: String) -> String? {
        guard let stem = Self.stem(name) else { return nil }
        let word = self == .cuhk ? stem : stem.prefix { $0 != "_" }
        return word.isEmpty ? nil : Self.key(word)
    }

    /// Who a line of the label file is about: a number may have other leading zeros than in the pictures' names.
    func identity(ofLine word: Substring) -> String {
        Self.key(self == .cuhk ? Self.stem(String(word)) ?? word : word)
    }

    /// A picture's name without the ending of a picture.
    private static func stem(_ name: String) -> Substring? {
        guard let dot = name.lastIndex(of: "."),
            ["bmp", "jpg", "jpeg", "png"].contains(name[name.index(after: dot)...].lowercased())
        else { return nil }
        return name[..<dot]
    }

    /// Numbers without leading zeros, other words as they are.
    private static func key(_ word: Substring) -> String {
        guard isDigits(word.utf8) else { return String(word) }
        let digits = word.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }
}
