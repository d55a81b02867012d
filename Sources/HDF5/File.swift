internal import CHDF5

/// An HDF5 file: datasets, strings and attributes by path.
///
/// Paths are like `/parameters/cnn.layer1.0.conv1.weight`: slashes separate groups, dots are part of a name.
/// A file is used by one thread at a time. A file that was written is good only once `close()` returned.
public final class File {
    /// Where the file is.
    public let path: String

    let id: hid_t
    private var isOpen = true

    /// Whether a write failed: the library's own close may then succeed nevertheless.
    private(set) var failure: HDF5Error?

    /// Datasets from this size on, in bytes, begin at a multiple of `alignment`, so that they can be mapped.
    static let alignmentThreshold: hsize_t = 1 << 20
    static let alignment: hsize_t = 4096

    private enum Mode { case reading, creating, updating }

    /// Opens a file for reading.
    public convenience init(reading path: String) throws(HDF5Error) { try self.init(path, .reading) }

    /// Creates a file; one that exists is emptied.
    public convenience init(creating path: String) throws(HDF5Error) { try self.init(path, .creating) }

    /// Opens a file for reading and adding.
    public convenience init(updating path: String) throws(HDF5Error) { try self.init(path, .updating) }

    private init(_ path: String, _ mode: Mode) throws(HDF5Error) {
        self.path = path
        let place = Place(file: path, object: "/")
        let access = try place.handle("set up access") { H5Pcreate(jcm_h5_file_access()) }
        let list = access.id
        try place.check("set up access") { H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) }
        try place.check("set up access") { H5Pset_alignment(list, Self.alignmentThreshold, Self.alignment) }
        // No locks: what others may read was written under another name, and renamed when it was whole. Some file systems have
        // none, and the lock of a closed file lives on in a process that another thread is starting just then.
        try place.check("set up access") { H5Pset_file_locking(list, false, true) }
        id = try place.check(mode == .creating ? "create the file" : "open the file") {
            switch mode {
            case .reading: H5Fopen(path, jcm_h5_read_only(), list)
            case .updating: H5Fopen(path, jcm_h5_read_write(), list)
            case .creating: H5Fcreate(path, jcm_h5_truncate(), hid_t(H5P_DEFAULT), list)
            }
        }
    }

    deinit { if isOpen { H5Fclose(id) } }

    /// Writes what is still in memory and closes the file.
    ///
    /// Throws also where an earlier write failed: the library may forget that one.
    public func close() throws(HDF5Error) {
        guard isOpen else { return }
        isOpen = false
        let place = Place(file: path, object: "/")
        let flushed = Result { () throws(HDF5Error) in
            try place.check("write the file out") { H5Fflush(id, H5F_SCOPE_GLOBAL) }
        }
        try place.check("close the file") { H5Fclose(id) }
        if let failure { throw failure }
        _ = try flushed.get()
    }

    /// The place of `object`, for messages; the file must be open.
    func place(_ object: String) -> Place {
        precondition(isOpen, "\(path): used after close")
        return Place(file: path, object: object)
    }

    /// Runs a write and remembers that it failed.
    func writing<Result>(_ body: () throws(HDF5Error) -> Result) throws(HDF5Error) -> Result {
        do { return try body() } catch {
            failure = failure ?? error
            throw error
        }
    }

    /// Whether there is a group or dataset at `path`.
    public func exists(_ path: String) throws(HDF5Error) -> Bool {
        let place = place(path)
        var prefix = ""
        for name in path.split(separator: "/") {
            prefix += "/" + name
            let whole = prefix
            if try place.check("look it up", { H5Lexists(id, whole, hid_t(H5P_DEFAULT)) }) == 0 {
                return false
            }
            if try place.check("look it up", { H5Oexists_by_name(id, whole, hid_t(H5P_DEFAULT)) }) == 0 {
                return false
            }
        }
        return true
    }

    /// Whether `path` is a group.
    public func isGroup(_ path: String) throws(HDF5Error) -> Bool {
        let object = try open(path)
        return H5Iget_type(object.id) == H5I_GROUP
    }

    /// The names of the groups and datasets in a group, in the order of their bytes.
    public func children(of group: String) throws(HDF5Error) -> [String] {
        final class Names { var list: [String] = [] }
        let place = place(group)
        let handle = try place.handle("open the group") { H5Gopen2(id, group, hid_t(H5P_DEFAULT)) }
        let names = Names()
        let collect: H5L_iterate_t = { _, name, _, context in
            guard let name, let context else { return -1 }
            Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().list.append(String(cString: name))
            return 0
        }
        let groupID = handle.id
        try place.check("list the group") {
            H5Literate(
                groupID, H5_INDEX_NAME, H5_ITER_INC, nil, collect, Unmanaged.passUnretained(names).toOpaque())
        }
        return names.list
    }

    /// The paths of all datasets below a group, each group's in the order of their names.
    ///
    /// Throws where groups lie deeper than `depth` in one another: a damaged file may hold a circle.
    public func datasets(below group: String = "/", depth: Int = 16) throws(HDF5Error) -> [String] {
        guard depth > 0 else { throw place(group).error("its groups are nested too deeply, or in a circle") }
        var found: [String] = []
        for name in try children(of: group) {
            let path = group.hasSuffix("/") ? group + name : group + "/" + name
            guard try exists(path) else { continue }
            if try isGroup(path) { found += try datasets(below: path, depth: depth - 1) } else { found.append(path) }
        }
        return found
    }

    /// Makes a group, and those above it, where they are not there yet.
    public func createGroup(_ path: String) throws(HDF5Error) {
        if try exists(path) { return }
        let links = try intermediateGroups(path)
        let list = links.id
        _ = try writing { () throws(HDF5Error) in
            _ = try place(path).handle("create the group") {
                H5Gcreate2(id, path, list, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
            }
        }
    }

    /// The group or dataset at `path`.
    func open(_ path: String) throws(HDF5Error) -> Handle {
        try place(path).handle("open it") { H5Oopen(id, path, hid_t(H5P_DEFAULT)) }
    }

    /// The property that makes the groups on the way.
    func intermediateGroups(_ path: String) throws(HDF5Error) -> Handle {
        let place = place(path)
        let links = try place.handle("set up links") { H5Pcreate(jcm_h5_link_create()) }
        let list = links.id
        try place.check("set up links") { H5Pset_create_intermediate_group(list, 1) }
        return links
    }
}
