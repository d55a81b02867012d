import Foundation
import HDF5
import Testing

@Suite struct DatasetTests {
    @Test func rowsAreWrittenAndReadByRange() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            let dataset = try file.createDataset("/rows", .int32, shape: [4, 3])
            try dataset.write(rows: 2..<4, [7, 8, 9, 10, 11, 12] as [Int32])
            try dataset.write(rows: 0..<2, [1, 2, 3, 4, 5, 6] as [Int32])
            #expect(try dataset.read(rows: 1..<3, as: Int32.self) == [4, 5, 6, 7, 8, 9])
            #expect(try dataset.read(rows: 1..<1, as: Int32.self) == [])
            #expect(try dataset.read(rows: 3..<4, as: Double.self) == [10, 11, 12])
        }
    }

    @Test func aBigDatasetBeginsOnAPageAndItsBytesLieThere() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1] as [UInt8], shape: [1], to: "/small")
            let values = (0..<400_000).map { Float($0) }
            try file.write(values, shape: [400, 1000], to: "/big")
            let offset = try file.dataset("/big").fileOffset()
            #expect(offset % 4096 == 0)
            try file.close()
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let third = bytes[(offset + 12)..<(offset + 16)].withUnsafeBytes {
                $0.loadUnaligned(as: Float.self)
            }
            #expect(third == 3)
        }
    }

    @Test func aPlaceInTheFileExistsBeforeAnythingIsWritten() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            let dataset = try file.createDataset("/images", .uint8, shape: [10, 200, 300, 3])
            #expect(try dataset.fileOffset() % 4096 == 0)
            #expect(dataset.rowCount == 200 * 300 * 3)
        }
    }

    @Test func anEmptyDatasetHasAShapeButNoPlace() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([] as [UInt8], shape: [0, 5], to: "/none")
            #expect(try file.shape(of: "/none") == [0, 5])
            #expect(try file.read("/none", as: UInt8.self) == [])
            #expect(message { _ = try file.dataset("/none").fileOffset() }.contains("/none"))
        }
    }

    @Test func readingIntoMemoryOfAnotherSizeIsAnError() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1, 2, 3] as [Float], shape: [3], to: "/x")
            var room = [Float](repeating: 0, count: 2)
            let text = message {
                try room.withUnsafeMutableBytes { try file.read("/x", into: $0, as: .float) }
            }
            #expect(text.contains("/x") && text.contains("[3]"))
        }
    }
}
