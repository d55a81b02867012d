internal import Images

/// One thread's part of a `SharedDecoder`: all memory it needs, kept from block to block.
final class BlockDecoder {
    private let shared: SharedDecoder
    private let decoder = PictureDecoder()
    private let resizers: ResizerCache
    private let memory: UnsafeMutableRawBufferPointer

    init(_ shared: SharedDecoder) {
        self.shared = shared
        resizers = ResizerCache(to: PictureSize(height: shared.height, width: shared.width))
        memory = .allocate(byteCount: shared.head.blockRows * shared.head.rowBytes, alignment: 4096)
    }

    deinit { memory.deallocate() }

    /// Makes sure that a block is in the file, and noted.
    func decode(_ number: Int) throws(PersonDataError) -> SharedDecoder.Outcome {
        let indices = shared.head.rows(of: number)
        let block = UnsafeMutableRawBufferPointer(rebasing: memory[..<(indices.count * shared.head.rowBytes)])
        var stamp = Fingerprint()
        for index in indices { stamp.add(file: shared.catalogue.entries[index].path) }
        var outcome = SharedDecoder.Outcome()
        var bad = indices.count < 64 ? 1 << indices.count - 1 : UInt64.max
        if let note = shared.record.note(of: number), note.stamp == stamp.value {
            try shared.rows.read(indices.lowerBound, into: block)
            if PreparationRecord.checksum(UnsafeRawBufferPointer(block)) == note.checksum {
                outcome.kept = indices.count - note.bad.nonzeroBitCount
                if note.bad == 0 { return outcome }
                bad = note.bad
            }
        }
        for (place, index) in indices.enumerated() where bad >> place & 1 == 1 {
            do throws(ImageError) {
                try decode(index, into: block, place)
                bad &= ~(1 << place)
            } catch { outcome.bad.append(SharedDecoder.BadPicture(index: index, reason: error.reason)) }
        }
        try shared.rows.write(indices.lowerBound, UnsafeRawBufferPointer(block))
        let checksum = PreparationRecord.checksum(UnsafeRawBufferPointer(block))
        try shared.record.set(
            PreparationRecord.Note(checksum: checksum, bad: bad, stamp: stamp.value), of: number)
        return outcome
    }

    /// Puts a picture into its place in the block; a bad one is black.
    private func decode(
        _ index: Int, into block: UnsafeMutableRawBufferPointer, _ place: Int
    ) throws(ImageError) {
        let count = shared.head.rowBytes
        let row = UnsafeMutableRawBufferPointer(rebasing: block[(place * count)..<((place + 1) * count)])
            .assumingMemoryBound(to: UInt8.self)
        do throws(ImageError) {
            try decoder.withPixels(file: shared.catalogue.entries[index].path) { size, pixels in
                resizers.resizer(from: size).resize(pixels, into: row)
            }
        } catch {
            row.update(repeating: 0)
            throw error
        }
    }
}
