internal import Glibc

/// Why a file could not be brought to a node: one line with where, what, and what to do.
public struct StagingError: Error, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let path: String

    /// What was found, what helps.
    public let reason: String

    init(_ path: String, _ reason: String) { (self.path, self.reason) = (path, reason) }

    /// With the system's words for `errno`.
    static func system(_ path: String, _ what: String) -> StagingError {
        StagingError(path, "\(what): \(String(cString: strerror(errno)))")
    }

    /// `/local/market.h5.partial: cannot be written: No space left on device`.
    public var description: String { "\(path): \(reason)" }
}
