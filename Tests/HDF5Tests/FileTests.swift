import Foundation
import HDF5
import Testing

@Suite struct FileTests {
    @Test func numbersOfEveryTypeComeBackFromGroupsThatAreMadeOnTheWay() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1.5, -2, 3] as [Float], shape: [3], to: "/a/b/float")
            try file.write([1.25, 1e300] as [Double], shape: [2, 1], to: "/a/b/double")
            try file.write([0, 255] as [UInt8], shape: [2], to: "/a/uint8")
            try file.write([Int32.min, 7] as [Int32], shape: [2], to: "/a/int32")
            try file.write([Int64.min, 7] as [Int64], shape: [2], to: "/a/int64")
            try file.write([UInt32.max] as [UInt32], shape: [], to: "/a/uint32")
            try file.close()
            let again = try File(reading: path)
            #expect(try again.read("/a/b/float", as: Float.self) == [1.5, -2, 3])
            #expect(try again.read("/a/b/double", as: Double.self) == [1.25, 1e300])
            #expect(try again.shape(of: "/a/b/double") == [2, 1])
            #expect(try again.read("/a/uint8", as: UInt8.self) == [0, 255])
            #expect(try again.read("/a/int32", as: Int32.self) == [.min, 7])
            #expect(try again.read("/a/int64", as: Int64.self) == [.min, 7])
            #expect(try again.read("/a/uint32", as: UInt32.self) == [.max])
            #expect(try again.shape(of: "/a/uint32") == [])
            #expect(try again.dataset("/a/int64").storedType() == .int64)
        }
    }

    @Test func hdf5ConvertsBetweenTypes() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1, 2, 3] as [Int64], shape: [3], to: "/x")
            #expect(try file.read("/x", as: Float.self) == [1, 2, 3])
        }
    }

    @Test func namesMayHoldDots() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1] as [Float], shape: [1], to: "/parameters/cnn.layer1.0.conv1.weight")
            try file.write([1] as [Float], shape: [1], to: "/parameters/cnn.bn1.weight")
            #expect(try file.children(of: "/parameters") == ["cnn.bn1.weight", "cnn.layer1.0.conv1.weight"])
            #expect(try file.exists("/parameters/cnn.bn1.weight"))
            #expect(try !file.exists("/parameters/cnn"))
            #expect(try !file.exists("/nothing/below/here"))
            #expect(try file.exists("/"))
            #expect(try file.datasets().count == 2)
        }
    }

    @Test func stringsComeBackWithTheirUmlautsAndEmptyOnes() throws {
        try withTemporaryFile { path in
            let strings = ["grün", "", "日本", String(repeating: "x", count: 3000)]
            let file = try File(creating: path)
            try file.write(strings, to: "/names/all")
            try file.write([], to: "/names/none")
            try file.close()
            let again = try File(reading: path)
            #expect(try again.readStrings("/names/all") == strings)
            #expect(try again.readStrings("/names/none") == [])
            #expect(message { _ = try again.read("/names/all", as: Float.self) }.contains("/names/all"))
        }
    }

    @Test func aStringWithTheCharacterZeroIsRefused() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            #expect(message { try file.write(["a\0b"], to: "/s") }.contains("character 0"))
            #expect(message { try file.close() }.contains("character 0"))
        }
    }

    @Test func aDatasetThatExistsIsNotOverwritten() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1] as [Float], shape: [1], to: "/x")
            let text = message { try file.write([2] as [Float], shape: [1], to: "/x") }
            #expect(text.contains("/x") && text.contains("already exists"))
        }
    }

    @Test func updatingAddsToAFile() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1] as [Float], shape: [1], to: "/x")
            try file.close()
            let more = try File(updating: path)
            try more.write([2] as [Float], shape: [1], to: "/y")
            try more.close()
            #expect(try File(reading: path).datasets() == ["/x", "/y"])
        }
    }

    @Test func aLockThatAnotherHoldsIsNotWaitedFor() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([1.5] as [Double], shape: [1], to: "/x")
            try file.close()
            let other = open(path, O_RDWR)
            defer { close(other) }
            #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
            #expect(try File(reading: path).read("/x", as: Double.self) == [1.5])
        }
    }

    @Test func errorsNameFileAndDatasetAndSpeakTheLibrarysWordsInOneLine() throws {
        try withTemporaryFile { path in
            let absent = message { _ = try File(reading: path) }
            #expect(absent.contains(path) && absent.contains("No such file"))
            try File(creating: path).close()
            let file = try File(reading: path)
            let missing = message { _ = try file.read("/missing", as: Float.self) }
            #expect(missing.hasPrefix("\(path): /missing: ") && missing.contains("doesn't exist"))
            #expect(!missing.contains("\n"))
            #expect(message { try file.write([1] as [Float], shape: [1], to: "/x") }.contains("/x"))
        }
    }

    @Test func errorsOfAnotherThreadStayAsQuietAndClear() throws {
        withTemporaryFile { path in
            nonisolated(unsafe) var text = ""
            let done = DispatchSemaphore(value: 0)
            Thread {
                text = message { _ = try File(reading: path) }
                done.signal()
            }.start()
            done.wait()
            #expect(text.contains("No such file"))
        }
    }

    @Test func truncatedAndForeignFilesAreErrors() throws {
        try withTemporaryFile { path in
            let file = try File(creating: path)
            try file.write([Float](repeating: 1, count: 100_000), shape: [100_000], to: "/x")
            try file.close()
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for length in [0, 7, 100, whole.count / 2] {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                #expect(message { _ = try File(reading: path).read("/x", as: Float.self) }.contains(path))
            }
            try Data("not hdf5 at all".utf8).write(to: URL(fileURLWithPath: path))
            #expect(message { _ = try File(reading: path) }.contains("signature"))
        }
    }

    @Test func aFullDiskIsReportedByTheWriteAndAgainByClose() throws {
        let full = "/dev/full"
        guard FileManager.default.fileExists(atPath: full) else { return print("skipped: no \(full)") }
        #expect(message { try File(creating: full).close() } != "no error")
    }
}
