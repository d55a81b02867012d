import Foundation
import Images
import Synthesis
import Testing

/// For looking at: with JCM_TWIN_SHEET=<file.ppm> in the environment, a sheet of people is written there; 16 people,
/// each of them 8 times, and beside it `<file.txt>` with their attributes.
@Suite struct SheetOfPeople {
    @Test func `a sheet is written where JCM_TWIN_SHEET says`() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let path = environment["JCM_TWIN_SHEET"] else {
            return print("skipped: JCM_TWIN_SHEET is not set")
        }
        let scale = Int(environment["JCM_TWIN_SCALE"] ?? "1") ?? 1
        let seed = UInt64(environment["JCM_TWIN_SEED"] ?? "1") ?? 1
        let count = Int(environment["JCM_TWIN_COUNT"] ?? "16") ?? 16
        let twin = try Twin(
            configuration: TwinConfiguration(
                seed: seed, trainIdentities: count, testIdentities: 0, cameras: 6, height: 128 * scale,
                width: 64 * scale))
        var pictures: [Picture] = []
        let start = ContinuousClock.now
        for person in twin.people {
            for shot in 0..<8 {
                pictures.append(twin.picture(person: person, camera: 1 + shot % 6, shot: shot))
            }
        }
        print("\(pictures.count) pictures in \(ContinuousClock.now - start)")
        let sheet = Sheet.grid(pictures, columns: 16)
        let header = Data("P6 \(sheet.width) \(sheet.height) 255\n".utf8)
        try (header + Data(sheet.pixels)).write(to: URL(fileURLWithPath: path))
        let names = twin.people.map { "\($0.personID): \($0.look)" }.joined(separator: "\n")
        try names.write(toFile: path + ".txt", atomically: true, encoding: .utf8)
    }
}
