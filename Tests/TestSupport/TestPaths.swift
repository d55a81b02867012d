public import Foundation

/// Where tests find and leave files.
public enum TestPaths {
    /// The root of the repository that these tests were built from.
    public static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The committed golden values.
    public static let fixtures = repository.appending(path: "Tests/Fixtures").path

    /// The folder of shared data sets: `JCM_SHARED_DATA`, or `shared/data` beside the repository or above it.
    ///
    /// `nil` where there is none: the test then says that it is skipped, and passes.
    public static let sharedData: String? = {
        var candidates: [String] = []
        if let asked = ProcessInfo.processInfo.environment["JCM_SHARED_DATA"] { candidates.append(asked) }
        var folder = repository
        while folder.pathComponents.count > 1 {
            folder.deleteLastPathComponent()
            candidates.append(folder.appending(path: "shared/data").path)
        }
        return candidates.first { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
        }
    }()

    /// Gives `body` an empty folder, and removes it afterwards.
    public static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "jcm-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
