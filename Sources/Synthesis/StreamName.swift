/// Which random stream belongs to what, so that every picture can be drawn alone and in any order.
enum StreamName {
    /// The attributes of a person.
    case attributes(person: Int)
    /// The look of a person beyond the attributes.
    case look(person: Int)
    /// A camera's place.
    case camera(Int)
    /// Which cameras a person passes, and when.
    case schedule(person: Int)
    /// Who is in which split.
    case split
    /// A walk past a camera: direction and light.
    case walk(person: Int, camera: Int, sequence: Int)
    /// One picture.
    case shot(person: Int, camera: Int, sequence: Int, frame: Int, box: Int)

    /// The stream's index: kind 4 bits, person 15, camera 5, sequence 5, frame 24, box 8.
    var index: UInt64 {
        func pack(
            _ kind: UInt64, person: Int = 0, camera: Int = 0, sequence: Int = 0, frame: Int = 0, box: Int = 0
        ) -> UInt64 {
            let who = UInt64(truncatingIfNeeded: person + 1) & 0x7FFF
            let place = UInt64(truncatingIfNeeded: camera) & 31
            let walk = UInt64(truncatingIfNeeded: sequence) & 31
            let time = UInt64(truncatingIfNeeded: frame) & 0xFF_FFFF
            let piece = UInt64(truncatingIfNeeded: box) & 0xFF
            return kind << 60 | who << 45 | place << 40 | walk << 35 | time << 8 | piece
        }
        switch self {
        case .attributes(let person): return pack(1, person: person)
        case .look(let person): return pack(2, person: person)
        case .camera(let number): return pack(3, camera: number)
        case .schedule(let person): return pack(4, person: person)
        case .split: return pack(5)
        case .walk(let person, let camera, let sequence):
            return pack(6, person: person, camera: camera, sequence: sequence)
        case .shot(let person, let camera, let sequence, let frame, let box):
            return pack(7, person: person, camera: camera, sequence: sequence, frame: frame, box: box)
        }
    }
}
