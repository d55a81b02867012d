/// One picture of a twin: who, where and when; its file name is made of nothing else.
public struct TwinShot: Hashable, Sendable {
    /// The folder of the data set that it lies in.
    public enum Folder: String, Sendable, CaseIterable {
        case train = "bounding_box_train"
        case gallery = "bounding_box_test"
        case query
    }

    /// Where its file lies.
    public var folder: Folder
    /// 1…9999, 0 for a distractor, −1 for junk.
    public var personID: Int
    /// From 1.
    public var camera: Int
    /// Which walk past the camera, from 1.
    public var sequence: Int
    /// Number of the frame in the sequence, up to six digits.
    public var frame: Int
    /// Number of the box in the frame, up to two digits.
    public var box: Int

    /// A shot from its parts.
    public init(folder: Folder, personID: Int, camera: Int, sequence: Int, frame: Int, box: Int) {
        self.folder = folder
        self.personID = personID
        self.camera = camera
        self.sequence = sequence
        self.frame = frame
        self.box = box
    }

    /// `0002_c1s1_000451_03.jpg`, or `-1_c1s1_000401_03.jpg`.
    public var fileName: String {
        let person = personID < 0 ? "-1" : Self.padded(personID, 4)
        return "\(person)_c\(camera)s\(sequence)_\(Self.padded(frame, 6))_\(Self.padded(box, 2)).jpg"
    }

    /// `value` with zeros in front, `digits` long.
    static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
