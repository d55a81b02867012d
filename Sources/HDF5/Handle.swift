internal import CHDF5

/// An identifier of the library that is given back when it goes out of scope.
struct Handle: ~Copyable {
    let id: hid_t

    /// Takes over `id`, which is valid.
    init(_ id: hid_t) { self.id = id }

    /// Drops one reference, whatever the kind: the library closes the object with its last one. A file that
    /// was closed has taken its objects along; their identifiers are no longer valid then, which is no
    /// error.
    deinit { if H5Iis_valid(id) > 0 { H5Idec_ref(id) } }
}

/// Where a call takes place, for messages; it turns return codes into errors.
struct Place {
    let file: String
    let object: String

    /// The error that `reason` describes.
    func error(_ reason: String) -> HDF5Error { HDF5Error(file: file, object: object, reason: reason) }

    /// The result of `call`; throws where it is negative.
    @discardableResult
    func check<Code: SignedInteger>(_ action: String, _ call: () -> Code) throws(HDF5Error) -> Code {
        silenceLibrary()
        let code = call()
        if code < 0 { throw error("cannot \(action): \(takeLibraryWords())") }
        return code
    }

    /// The identifier that `call` gives, owned.
    func handle(_ action: String, _ call: () -> hid_t) throws(HDF5Error) -> Handle {
        Handle(try check(action, call))
    }

    /// A dataspace of `shape`; a scalar where it is empty.
    func space(_ shape: [Int]) throws(HDF5Error) -> Handle {
        let extents = shape.map { hsize_t($0) }
        return try handle("describe the shape \(shape)") {
            extents.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(extents.count), extents, nil)
        }
    }

    /// The extents of a dataspace.
    func shape(of space: borrowing Handle) throws(HDF5Error) -> [Int] {
        let id = space.id
        let rank = Int(try check("read the shape") { H5Sget_simple_extent_ndims(id) })
        var extents = [hsize_t](repeating: 0, count: rank)
        try check("read the shape") { H5Sget_simple_extent_dims(id, &extents, nil) }
        var count = 1
        for extent in extents {
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(clamping: extent))
            if overflow || product > Int.max / 16 { throw error("has the impossible shape \(extents)") }
            count = product
        }
        return extents.map { Int($0) }
    }
}
