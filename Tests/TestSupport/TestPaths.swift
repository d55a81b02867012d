/// Where tests find files.
public enum TestPaths {
    /// `Tests/Fixtures`.
    public static let fixtures = String(#filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }) + "/Fixtures"
}
