/// A prepared file: its pictures, which stay on the disk and are mapped into memory, and all that is known of them.
///
/// Read-only, and safe to use from several threads. Pages are shared by the ranks of a machine.
public final class PreparedFileReader: Sendable {
    /// The file.
    public let path: String

    /// N, the number of pictures.
    public let count: Int

    /// H, in pixels.
    public let height: Int

    /// W, in pixels.
    public let width: Int

    /// The attributes that `labels`, `sequence` and all that follows speak of: the file's, or those asked for.
    public let table: AttributeTable

    /// The attributes that the file holds.
    public let storedTable: AttributeTable

    /// Above 0 a person, 0 a distractor, −1 junk.
    public let personIDs: [Int]

    /// 0 where there are no cameras.
    public let cameraIDs: [Int]

    /// Each picture's part of the data set; nil where it is not used.
    public let splits: [DataSplit?]

    /// Each picture's path in the data set.
    public let names: [String]

    /// The names of identities that are not numbers.
    public let identityNames: [Int: String]

    /// The class of each person of the training set: the rank of its id among the sorted ones.
    public let classOfPerson: [Int: Int]

    /// The length of the longest sequence of all pictures, without end mark.
    public let longestSequence: Int

    /// Where the file comes from.
    public let provenance: PreparedProvenance

    private let labelList: [PersonLabels]
    private let mapped: MappedBytes
    private let normalisation: PixelNormalisation

    /// Opens and checks a file; `table` leaves out or reorders attributes, which are matched by name; `pixels` is what the
    /// network wants of the pictures. With `validationIdentities` so many training people become queries and gallery
    /// instead of the test.
    ///
    /// Throws where the file is missing, no prepared file, damaged or contradicts itself, or lacks an attribute.
    public init(
        _ path: String, table: AttributeTable? = nil, pixels: PixelConvention = PixelConvention(),
        validationIdentities: Int = 0
    ) throws(PersonDataError) {
        let content = try PreparedContent(path)
        normalisation = PixelNormalisation(pixels)
        self.path = path
        count = content.personIDs.count
        height = content.height
        width = content.width
        storedTable = content.table
        personIDs = content.personIDs
        cameraIDs = content.cameraIDs
        splits =
            validationIdentities == 0
            ? content.splits
            : try ValidationPeople(
                validationIdentities, personIDs: content.personIDs, cameraIDs: content.cameraIDs,
                splits: content.splits, source: path
            ).splits
        names = content.names
        identityNames = content.identityNames
        provenance = content.provenance
        let table = table ?? content.table
        self.table = table
        let map: [Int]
        do { map = try table.valueMap(from: content.table) } catch {
            throw PersonDataError(path, error.reason)
        }
        let width = content.table.valueCount
        // people have many pictures and few different labels: most of the arrays are shared
        var known: [ArraySlice<UInt8>: PersonLabels] = [:]
        let labelList = (0..<count).map { index in
            let stored = content.labelValues[(index * width)..<((index + 1) * width)]
            if let labels = known[stored] { return labels }
            let labels = PersonLabels(map.map { stored[stored.startIndex + $0] })
            known[stored] = labels
            return labels
        }
        self.labelList = labelList
        longestSequence = known.values.map { table.sequence($0).count }.max() ?? 0
        let trained = Set(zip(personIDs, splits).filter { $0.1 == .train && $0.0 > 0 }.map(\.0)).sorted()
        classOfPerson = Dictionary(uniqueKeysWithValues: trained.enumerated().map { ($1, $0) })
        mapped = try MappedBytes(
            path, offset: content.imageOffset, count: count * content.height * content.width * 3)
    }

    /// The number of identities among the train pictures: the classes of the identity loss.
    public var trainIdentityCount: Int { classOfPerson.count }

    /// The numbers of the pictures of a split, ascending.
    public func indices(of split: DataSplit) -> [Int] { splits.indices.filter { splits[$0] == split } }

    /// What is known of picture number `index`, as states of `table`'s values.
    public func labels(of index: Int) -> PersonLabels { labelList[index] }

    /// The tokens of picture number `index`, ascending.
    public func sequence(of index: Int) -> [Int] { table.sequence(labelList[index]) }

    /// The `height · width · 3` bytes of picture number `index`; valid as long as the reader.
    public func pixels(of index: Int) -> UnsafeBufferPointer<UInt8> {
        precondition((0..<count).contains(index), "picture \(index) of \(count)")
        let size = height * width * 3
        return UnsafeBufferPointer(rebasing: mapped.bytes[(index * size)..<((index + 1) * size)])
    }

    /// Picture number `index` as the network wants it, mirrored left to right where `flipped`.
    ///
    /// Shapes: output [H, W, 3].
    public func normalise(_ index: Int, flipped: Bool, into output: UnsafeMutablePointer<Float>) {
        guard let pixels = pixels(of: index).baseAddress else { return }
        normalisation.apply(pixels, height: height, width: width, flipped: flipped, into: output)
    }
}
