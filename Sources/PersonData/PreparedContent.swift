internal import Glibc
internal import HDF5

/// All of a prepared file but the pixels, read and checked.
struct PreparedContent {
    let height: Int
    let width: Int
    let table: AttributeTable
    let personIDs: [Int]
    let cameraIDs: [Int]
    let splits: [DataSplit]
    let names: [String]
    let labelValues: [UInt8]
    let identityNames: [Int: String]
    let provenance: PreparedProvenance
    let imageOffset: Int

    init(_ path: String) throws(PersonDataError) {
        do { try self.init(reading: path) } catch let error as PersonDataError {
            throw error
        } catch let error as HDF5Error {
            throw PersonDataError(
                path,
                "cannot be read (\(error.object): \(error.reason)): prepare the data anew with `jcm prepare`")
        } catch {
            throw PersonDataError(path, "cannot be read: \(error)")
        }
    }

    private init(reading path: String) throws {
        func refuse(_ reason: String) -> PersonDataError {
            PersonDataError(path, "\(reason): prepare the data anew with `jcm prepare`")
        }
        if access(path, R_OK) != 0 {
            throw PersonDataError(
                path,
                "cannot be read: \(String(cString: strerror(errno))); `jcm prepare` writes prepared files")
        }
        let isSealed = try PreparedSeal.check(path)
        let file = try File(reading: path)
        guard try file.hasAttribute("format"),
            try file.attribute("format", as: String.self) == PreparedFile.format
        else { throw refuse("is no prepared file") }
        let version = try file.attribute("format_version", as: Int.self)
        guard (1...PreparedFile.version).contains(version) else {
            throw refuse("has format version \(version), read here are 1 to \(PreparedFile.version)")
        }
        guard isSealed || version == 1 else { throw refuse("has lost its end, or was changed by another program") }
        do { table = try AttributeTable(json: file.attribute("attribute_table")) } catch let error
            as PersonDataError
        {
            throw refuse("has an attribute table that \(error.reason)")
        }

        let images = try file.dataset(PreparedFile.images)
        let shape = images.shape
        guard shape.count == 4, shape[3] == 3, shape.allSatisfy({ $0 > 0 }), shape[1] <= 1 << 14,
            shape[2] <= 1 << 14,
            try images.storedType() == .uint8
        else { throw refuse("/images is \(shape), expected is uint8 [N, H, W, 3]") }
        let count = shape[0]
        (height, width) = (shape[1], shape[2])
        imageOffset = try images.fileOffset()
        func expect(_ name: String, _ expected: [Int]) throws {
            let found = try file.shape(of: name)
            if found != expected {
                throw refuse("\(name) is \(found), expected is \(expected) as /images is \(shape)")
            }
        }
        for name in [PreparedFile.personID, PreparedFile.cameraID, PreparedFile.split, PreparedFile.name] {
            try expect(name, [count])
        }
        try expect(PreparedFile.labelValues, [count, table.valueCount])
        personIDs = try file.read(PreparedFile.personID, as: Int32.self).map { Int($0) }
        cameraIDs = try file.read(PreparedFile.cameraID, as: Int32.self).map { Int($0) }
        splits = try file.read(PreparedFile.split, as: UInt8.self).map {
            guard let split = DataSplit(rawValue: $0) else {
                throw refuse("/split holds \($0), expected are 0, 1, 2")
            }
            return split
        }
        names = try file.readStrings(PreparedFile.name)
        labelValues = try file.read(PreparedFile.labelValues)
        if let odd = labelValues.first(where: {
            ![PersonLabels.no, PersonLabels.yes, PersonLabels.unknown].contains($0)
        }) {
            throw refuse("/label_values holds \(odd), expected are 0, 1, 255")
        }
        for (index, split) in splits.enumerated() where split == .train && personIDs[index] <= 0 {
            throw refuse(
                "train picture \(names[index]) has the identity \(personIDs[index]), not one above 0")
        }

        let identities = try file.read(PreparedFile.identityID, as: Int32.self)
        let identityWords = try file.readStrings(PreparedFile.identityName)
        guard identities.count == identityWords.count, Set(identities).count == identities.count else {
            throw refuse("/identity_id and /identity_name do not agree")
        }
        identityNames = Dictionary(uniqueKeysWithValues: zip(identities.map { Int($0) }, identityWords))
        provenance = PreparedProvenance(
            source: try file.attribute("source"), resize: try file.attribute("resize"),
            versions: try file.attribute("versions"), date: try file.attribute("date"),
            notes: try file.readStrings(PreparedFile.notes),
            badPictures: try file.readStrings(PreparedFile.badPictures))
        try file.close()
    }
}
