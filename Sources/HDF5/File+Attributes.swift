internal import CHDF5

extension File {
    /// Writes an attribute of a group, a dataset or (`/`) the file; one of this name is replaced.
    public func setAttribute(
        _ name: String, of path: String = "/", to value: some AttributeValue
    ) throws(HDF5Error) {
        let place = place(path == "/" ? "attribute \(name)" : "\(path): attribute \(name)")
        try writing { () throws(HDF5Error) in
            let object = try open(path)
            let objectID = object.id
            if try place.check("look it up", { H5Aexists(objectID, name) }) > 0 {
                try place.check("replace it") { H5Adelete(objectID, name) }
            }
            switch value.stored {
            case .strings(let list, let isScalar):
                let type = try place.stringType()
                let typeID = type.id
                let attribute = try place.createAttribute(objectID, name, typeID, isScalar ? nil : list.count)
                let id = attribute.id
                if list.isEmpty { return }
                try place.withCStrings(list) { (pointers) throws(HDF5Error) in
                    try place.check("write it") { H5Awrite(id, typeID, pointers) }
                }
            case .integers(let list, let isScalar):
                try place.write(list, isScalar, to: objectID, name)
            case .reals(let list, let isScalar):
                try place.write(list, isScalar, to: objectID, name)
            }
        }
    }

    /// An attribute of a group, a dataset or (`/`) the file; throws where it is missing or of another kind.
    public func attribute<Value: AttributeValue>(
        _ name: String, of path: String = "/", as type: Value.Type = Value.self
    ) throws(HDF5Error) -> Value {
        let place = place(path == "/" ? "attribute \(name)" : "\(path): attribute \(name)")
        let object = try open(path)
        let objectID = object.id
        let attribute = try place.handle("open it") { H5Aopen(objectID, name, hid_t(H5P_DEFAULT)) }
        let stored = try place.read(attribute)
        guard let value = Value(stored) else {
            throw place.error("holds \(stored.kind), expected is \(type)")
        }
        return value
    }

    /// Whether the group, dataset or file has this attribute.
    public func hasAttribute(_ name: String, of path: String = "/") throws(HDF5Error) -> Bool {
        let object = try open(path)
        let objectID = object.id
        return try place(path).check("look up attribute \(name)") { H5Aexists(objectID, name) } > 0
    }

    /// The names of the attributes of a group, a dataset or the file, in the order of their bytes.
    public func attributes(of path: String = "/") throws(HDF5Error) -> [String] {
        final class Names { var list: [String] = [] }
        let object = try open(path)
        let objectID = object.id
        let names = Names()
        let collect: H5A_operator2_t = { _, name, _, context in
            guard let name, let context else { return -1 }
            Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().list.append(String(cString: name))
            return 0
        }
        try place(path).check("list the attributes") {
            H5Aiterate2(
                objectID, H5_INDEX_NAME, H5_ITER_INC, nil, collect, Unmanaged.passUnretained(names).toOpaque()
            )
        }
        return names.list
    }
}

extension Place {
    /// A new attribute: a row of `count`, or a single value.
    fileprivate func createAttribute(
        _ object: hid_t, _ name: String, _ type: hid_t, _ count: Int?
    ) throws(HDF5Error) -> Handle {
        let space = try space(count.map { [$0] } ?? [])
        let spaceID = space.id
        return try handle("create it") {
            H5Acreate2(object, name, type, spaceID, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
        }
    }

    fileprivate func write<Element: HDF5Element>(
        _ values: [Element], _ isScalar: Bool, to object: hid_t, _ name: String
    ) throws(HDF5Error) {
        let type = Element.elementType.native
        let attribute = try createAttribute(object, name, type, isScalar ? nil : values.count)
        let id = attribute.id
        if !values.isEmpty { try check("write it") { H5Awrite(id, type, values) } }
    }

    fileprivate func read(_ attribute: borrowing Handle) throws(HDF5Error) -> StoredAttribute {
        let id = attribute.id
        let type = try handle("read the type") { H5Aget_type(id) }
        let space = try handle("read the shape") { H5Aget_space(id) }
        let extents = try shape(of: space)
        let count = H5Sget_simple_extent_type(space.id) == H5S_NULL ? 0 : extents.reduce(1, *)
        guard count <= 1 << 24 else { throw error("claims \(count) values") }
        switch H5Tget_class(type.id) {
        case H5T_STRING:
            let list = try readStrings(count: count, stored: type, space: space) { memory, buffer in
                H5Aread(id, memory, buffer)
            }
            return .strings(list, isScalar: extents.isEmpty)
        case H5T_INTEGER, H5T_ENUM:
            return .integers(try values(id, count), isScalar: extents.isEmpty)
        case H5T_FLOAT:
            return .reals(try values(id, count), isScalar: extents.isEmpty)
        default:
            throw error("is neither text nor number")
        }
    }

    private func values<Element: HDF5Element>(_ id: hid_t, _ count: Int) throws(HDF5Error) -> [Element] {
        var values = [Element](repeating: 0, count: count)
        if count > 0 { try check("read it") { H5Aread(id, Element.elementType.native, &values) } }
        return values
    }
}
