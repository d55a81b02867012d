internal import Glibc

/// A lock on a file that ends with the process, however it ends: what is locked is never worked on twice at once.
///
/// `flock` works between processes of a node, and between nodes where the shared file system keeps locks (NFS, Lustre
/// mounted with `flock`).
public final class FolderLock {
    private let descriptor: Int32

    /// The lock on `path`, made where it is not there; nil where someone else holds it.
    public init?(_ path: String, shared: Bool = false) throws(StudyError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StudyError("\(path): cannot be opened: \(String(cString: strerror(errno)))", exitCode: 1)
        }
        while flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            close(descriptor)
            if code == EWOULDBLOCK { return nil }
            throw StudyError(
                "\(path): cannot be locked: \(String(cString: strerror(code))); put the study on a file system with locks",
                exitCode: 1)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
