import Foundation

/// Calls `body` with the path of a file that does not exist yet, and removes it afterwards.
func withTemporaryFile<Value>(_ body: (String) throws -> Value) rethrows -> Value {
    let path = NSTemporaryDirectory() + "hdf5-\(UUID().uuidString).h5"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

/// The message of the error that `body` throws.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "no error"
    } catch { return "\(error)" }
}
