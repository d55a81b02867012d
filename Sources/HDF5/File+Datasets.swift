internal import CHDF5

extension File {
    /// The dataset at `path`.
    public func dataset(_ path: String) throws(HDF5Error) -> Dataset {
        let handle = try place(path).handle("open the dataset") { H5Dopen2(id, path, hid_t(H5P_DEFAULT)) }
        return try Dataset(file: self, path: path, handle: handle)
    }

    /// Makes a contiguous dataset whose place in the file exists from now on, its content undefined.
    ///
    /// Groups on the way are made; a dataset that exists is an error.
    public func createDataset(
        _ path: String, _ type: ElementType, shape: [Int]
    ) throws(HDF5Error) -> Dataset {
        try writing { () throws(HDF5Error) in
            let handle = try create(path, type.native, shape, early: true)
            return try Dataset(file: self, path: path, handle: handle)
        }
    }

    /// Writes an array as a new contiguous dataset.
    public func write<Element: HDF5Element>(
        _ values: [Element], shape: [Int], to path: String
    ) throws(HDF5Error) {
        try values.withBytes { (bytes) throws(HDF5Error) in
            try write(bytes, as: Element.elementType, shape: shape, to: path)
        }
    }

    /// Writes elements that lie in memory as a new contiguous dataset, without a copy.
    public func write(
        _ bytes: UnsafeRawBufferPointer, as type: ElementType, shape: [Int], to path: String
    ) throws(HDF5Error) {
        let count = shape.reduce(1, *)
        precondition(
            bytes.count == count * type.stride, "\(bytes.count) bytes for \(path) \(shape) as \(type)")
        let dataset = try createDataset(path, type, shape: shape)
        try dataset.write(rows: dataset.allRows, from: bytes, as: type)
    }

    /// The extents of a dataset; empty for a single number.
    public func shape(of path: String) throws(HDF5Error) -> [Int] { try dataset(path).shape }

    /// A whole dataset, converted by HDF5.
    public func read<Element: HDF5Element>(
        _ path: String, as type: Element.Type = Element.self
    ) throws(HDF5Error) -> [Element] {
        let dataset = try dataset(path)
        return try dataset.read(rows: dataset.allRows, as: type)
    }

    /// A whole dataset into memory that has room for exactly its elements, converted by HDF5.
    public func read(
        _ path: String, into bytes: UnsafeMutableRawBufferPointer, as type: ElementType
    ) throws(HDF5Error) {
        let dataset = try dataset(path)
        if bytes.count != dataset.count * type.stride {
            throw place(path).error(
                "has the shape \(dataset.shape), room is for \(bytes.count / type.stride)")
        }
        try dataset.read(rows: dataset.allRows, into: bytes, as: type)
    }

    /// A new dataset of a library type; `early` takes its place in the file at once and fills nothing in.
    func create(_ path: String, _ type: hid_t, _ shape: [Int], early: Bool) throws(HDF5Error) -> Handle {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in \(shape) for \(path)")
        let place = place(path)
        let space = try place.space(shape)
        let links = try intermediateGroups(path)
        let creation = try place.handle("set up the dataset") { H5Pcreate(jcm_h5_dataset_create()) }
        let (spaceID, linksID, creationID) = (space.id, links.id, creation.id)
        // equal content is to make equal bytes, whenever it is written
        try place.check("set up the dataset") { H5Pset_obj_track_times(creationID, false) }
        if early {
            try place.check("set up the dataset") { H5Pset_alloc_time(creationID, H5D_ALLOC_TIME_EARLY) }
            try place.check("set up the dataset") { H5Pset_fill_time(creationID, H5D_FILL_TIME_NEVER) }
        }
        return try place.handle("create the dataset") {
            H5Dcreate2(id, path, type, spaceID, linksID, creationID, hid_t(H5P_DEFAULT))
        }
    }
}
