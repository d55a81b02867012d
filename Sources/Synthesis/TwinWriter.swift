internal import Foundation
internal import Images
internal import Synchronization
public import Tensors

/// Writes a twin as the data set is laid out that it stands for: folders of picture files, and labels.
public enum TwinWriter {
    /// The label file's name, beside the folders.
    public static let labelFile = "market_attribute.mat"

    /// Draws and writes every picture of `twin`, and the label file, into `folder`.
    ///
    /// Everything is written to `<folder>.partial`, which gets its name in the end: a folder is whole or not there.
    /// A partial folder of an earlier run that was killed is removed. The bytes don't depend on `workers`.
    ///
    /// - Parameters:
    ///   - overwrite: whether a folder that is there and not empty may be replaced.
    ///   - workers: the threads that share the pictures.
    ///   - progress: called with the pictures done and their total about a hundred times, by the first worker.
    /// - Throws: `TwinError` where the folder is there and not empty, or can't be written.
    public static func write(
        _ twin: Twin, as layout: TwinLayout = .market, to folder: String, overwrite: Bool = false,
        workers: WorkerTeam,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(TwinError) {
        let path = trimmed(folder)
        let partial = path + ".partial"
        try prepare(path, partial, layout, overwrite: overwrite)
        do throws(TwinError) {
            try writePictures(of: twin, as: layout, to: partial, workers, progress)
            try layout.writeLabels(twin, partial)
            try install(partial, as: path)
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
    }

    private static func trimmed(_ folder: String) -> String {
        var path = folder
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func prepare(
        _ path: String, _ partial: String, _ layout: TwinLayout, overwrite: Bool
    ) throws(TwinError) {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw TwinError("twin: \(path) is a file, expected a new folder; give another path")
            }
            let held = (try? files.contentsOfDirectory(atPath: path).count) ?? 0
            guard held == 0 || overwrite else {
                throw TwinError(
                    "twin: \(path) holds \(held) entries, expected none; overwrite it or give another path")
            }
        }
        do {
            if files.fileExists(atPath: partial) { try files.removeItem(atPath: partial) }
            for name in layout.folders {
                try files.createDirectory(atPath: partial + "/" + name, withIntermediateDirectories: true)
            }
        } catch {
            throw TwinError("twin: \(partial) can't be written: \(oneLine(error))")
        }
    }

    private static func writePictures(
        of twin: Twin, as layout: TwinLayout, to partial: String, _ workers: WorkerTeam, _ progress: (Int, Int) -> Void
    ) throws(TwinError) {
        let total = twin.shots.count
        let next = Atomic<Int>(0)
        let failure = Mutex<(index: Int, error: TwinError)?>(nil)
        let stride = max(1, total / 100)
        // Pictures are handed out one by one: those with two people take longer than others.
        workers.parallel { thread in
            var reported = 0
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < total, failure.withLock({ $0 == nil }) else { break }
                let shot = twin.shots[index]
                do throws(TwinError) {
                    try write(twin, shot, to: "\(partial)/\(layout.path(shot))")
                } catch {
                    failure.withLock { held in
                        if held.map({ index < $0.index }) ?? true { held = (index, error) }
                    }
                }
                if thread == 0, index - reported >= stride {
                    reported = index
                    progress(index, total)
                }
            }
        }
        if let failed = failure.withLock({ $0 }) { throw failed.error }
        progress(total, total)
    }

    private static func write(_ twin: Twin, _ shot: TwinShot, to path: String) throws(TwinError) {
        do {
            let bytes = try TwinLayout.encode(
                twin.picture(shot), as: path, quality: twin.configuration.jpegQuality)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw TwinError("twin: \(path): \(oneLine(error))")
        }
    }

    /// Gives the finished folder its name; what it replaces is moved aside first and removed last.
    private static func install(_ partial: String, as path: String) throws(TwinError) {
        let files = FileManager.default
        let old = path + ".replaced"
        do {
            let replaces = files.fileExists(atPath: path)
            if replaces {
                if files.fileExists(atPath: old) { try files.removeItem(atPath: old) }
                try files.moveItem(atPath: path, toPath: old)
            }
            try files.moveItem(atPath: partial, toPath: path)
            if replaces { try files.removeItem(atPath: old) }
        } catch {
            throw TwinError("twin: \(path) can't be put in place: \(oneLine(error))")
        }
    }

    private static func oneLine(_ error: any Error) -> String {
        let words = error is TwinError ? String(describing: error) : error.localizedDescription
        return words.replacingOccurrences(of: "\n", with: " ")
    }
}
