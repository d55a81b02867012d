internal import CHDF5

/// What HDF5 refused: one line with the file, the object in it, and the library's own words.
public struct HDF5Error: Error, Equatable, CustomStringConvertible {
    /// The file's path.
    public let file: String

    /// The dataset, group or attribute; `/` where the file as a whole is meant.
    public let object: String

    /// What failed, and why.
    public let reason: String

    /// An error from its parts.
    public init(file: String, object: String, reason: String) {
        self.file = file
        self.object = object
        self.reason = reason
    }

    /// `run.h5: /weights: cannot open the dataset: object 'weights' doesn't exist`.
    public var description: String {
        object == "/" ? "\(file): \(reason)" : "\(file): \(object): \(reason)"
    }
}

/// The messages on this thread's error stack, from the call inwards, joined; the stack is emptied.
func takeLibraryWords() -> String {
    final class Words { var list: [String] = [] }
    let words = Words()
    let collect: H5E_walk2_t = { _, entry, context in
        guard let entry, let context, let text = entry.pointee.desc else { return 0 }
        let words = Unmanaged<Words>.fromOpaque(context).takeUnretainedValue()
        let line = String(cString: text).replacing("\n", with: " ")
        if !line.isEmpty && words.list.last != line { words.list.append(line) }
        return 0
    }
    H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_DOWNWARD, collect, Unmanaged.passUnretained(words).toOpaque())
    H5Eclear2(hid_t(H5E_DEFAULT))
    return words.list.isEmpty ? "the library gave no reason" : words.list.joined(separator: ": ")
}

/// Stops the library from printing errors. The switch belongs to a thread, so each call sets it anew.
func silenceLibrary() {
    _ = leavesExitAlone
    H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
}

/// The library's exit handler would close what is still open: after a failed write it crashes, after a damaged file it
/// loops for a while. Files are closed by name here, and an exit must be an exit.
private let leavesExitAlone: Void = { _ = H5dont_atexit() }()
