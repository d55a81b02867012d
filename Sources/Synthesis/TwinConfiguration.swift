/// What a synthetic twin of Market-1501 is made of: how many people and pictures, how large, from which seed.
public struct TwinConfiguration: Equatable, Sendable {
    /// Names the twin: the same configuration gives the same bytes on every machine.
    public var seed: UInt64

    /// Identities whose pictures are in `bounding_box_train`.
    public var trainIdentities: Int

    /// Identities whose pictures are in `query` and `bounding_box_test`; none of them is in training.
    public var testIdentities: Int

    /// Pictures of each identity, over all cameras: at least 2.
    public var picturesPerIdentity: Int

    /// Cameras of the site, 2 to 9; a person passes by two of them or more.
    public var cameras: Int

    /// Queries of a test identity at most, one a camera.
    public var maximumQueriesPerIdentity: Int

    /// Height of a picture in pixels.
    public var height: Int

    /// Width of a picture in pixels.
    public var width: Int

    /// Quality of the JPEG files, 1 to 100.
    public var jpegQuality: Int

    /// Pictures of id 0000 in `bounding_box_test`: false detections, strangers, parts of people.
    public var distractors: Int

    /// Pictures of id −1 in `bounding_box_test`: badly cut people, to be ignored by the protocol.
    public var junk: Int

    /// The least share that a rare value (hat, short upper colours, children, …) gets; 0 keeps Market's shares.
    ///
    /// Market has 43 hats among 1,501 people: a twin of 40 people would have one. Binary values and ages are
    /// raised to this share, colours to half of it.
    public var minimumShare: Float

    /// Pixels drawn for one pixel of the picture along each side, averaged afterwards: 1 to 4.
    public var oversampling: Int

    /// A configuration; every value has a default that makes a small set.
    public init(
        seed: UInt64 = 1, trainIdentities: Int = 100, testIdentities: Int = 100,
        picturesPerIdentity: Int = 16,
        cameras: Int = 6, maximumQueriesPerIdentity: Int = 6, height: Int = 128, width: Int = 64,
        jpegQuality: Int = 90, distractors: Int = 50, junk: Int = 50, minimumShare: Float = 0.12,
        oversampling: Int = 2
    ) {
        self.seed = seed
        self.trainIdentities = trainIdentities
        self.testIdentities = testIdentities
        self.picturesPerIdentity = picturesPerIdentity
        self.cameras = cameras
        self.maximumQueriesPerIdentity = maximumQueriesPerIdentity
        self.height = height
        self.width = width
        self.jpegQuality = jpegQuality
        self.distractors = distractors
        self.junk = junk
        self.minimumShare = minimumShare
        self.oversampling = oversampling
    }

    /// Checks every value.
    ///
    /// - Throws: `TwinError` that names the first value out of range, and the range.
    public func validate() throws(TwinError) {
        func require(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(TwinError) {
            guard range.contains(value) else {
                throw TwinError(
                    "twin: \(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
            }
        }
        try require("trainIdentities", trainIdentities, 0...9998)
        try require("testIdentities", testIdentities, 0...9998)
        try require("trainIdentities + testIdentities", trainIdentities + testIdentities, 1...9999)
        try require("picturesPerIdentity", picturesPerIdentity, 2...2000)
        try require("cameras", cameras, 2...9)
        try require("maximumQueriesPerIdentity", maximumQueriesPerIdentity, 1...9)
        try require("height", height, 16...2048)
        try require("width", width, 8...2048)
        try require("jpegQuality", jpegQuality, 1...100)
        try require("distractors", distractors, 0...999_999)
        try require("junk", junk, 0...999_999)
        try require("oversampling", oversampling, 1...4)
        guard minimumShare >= 0, minimumShare <= 0.25 else {
            throw TwinError("twin: minimumShare is \(minimumShare), expected 0 to 0.25")
        }
    }
}
