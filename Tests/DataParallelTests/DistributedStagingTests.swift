import Foundation
import MPI
import TestSupport
import Testing

@testable import DataParallel

/// Each rank stands for a node with a folder of its own.
@Suite(.serialized, .enabled(if: TestWorld.isPresent, "runs under mpirun")) struct DistributedStagingTests {
    /// A file of `count` bytes on rank 0, and a folder a rank; both removed in the end.
    private func withScene(
        _ world: Communicator, _ count: Int, _ body: (_ source: String, _ folder: String, _ bytes: Data) throws -> Void
    ) throws {
        let name = world.rank == 0 ? "/jcm-stage-\(UUID().uuidString.prefix(8))" : ""
        let root = NSTemporaryDirectory() + (try world.broadcast(name))
        let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) })
        if world.rank == 0 {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            try bytes.write(to: URL(filePath: root + "/original.h5"))
        }
        try world.barrier()
        try body(root + "/original.h5", "\(root)/node\(world.rank)/deep", bytes)
        try world.barrier()
        if world.rank == 0 { try FileManager.default.removeItem(atPath: root) }
    }

    private func stage(_ source: String, _ folder: String, _ world: Communicator) throws -> FileStaging.Summary {
        try FileStaging.stage(
            source, into: folder, world: world, node: world.split(color: world.rank), pieceBytes: 1000)
    }

    private func held(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: folder + "/" + $0))) })
    }

    @Test(arguments: [0, 1, 999, 1000, 1001, 54_321]) func `every node gets a copy, once`(count: Int) {
        TestWorld.run { world in
            try withScene(world, count) { source, folder, bytes in
                let first = try stage(source, folder, world)
                #expect(first == .init(bytes: count, places: world.count, present: 0, sent: count))
                #expect(try held(folder) == ["original.h5": bytes])
                let second = try stage(source, folder, world)
                #expect(second == .init(bytes: count, places: world.count, present: world.count, sent: 0))
                #expect(try held(folder) == ["original.h5": bytes])
            }
        }
    }

    @Test func `ranks of one node leave the writing to the first, and nodes that share a folder too`() {
        TestWorld.run { world in
            try withScene(world, 5000) { source, folder, bytes in
                let root = (source as NSString).deletingLastPathComponent
                let one = try FileStaging.stage(
                    source, into: root + "/one", world: world, node: world.splitShared(), pieceBytes: 1000)
                #expect(one == .init(bytes: 5000, places: 1, present: 0, sent: 5000))
                let shared = try stage(source, root + "/shared", world)
                #expect(shared == .init(bytes: 5000, places: 1, present: 0, sent: 5000))
                for name in ["one", "shared"] { #expect(try held(root + "/" + name) == ["original.h5": bytes]) }
            }
        }
    }

    @Test func `what an earlier job left is checked: good pieces stay, the rest is sent`() {
        TestWorld.run { world in
            try withScene(world, 10_500) { source, folder, bytes in
                _ = try stage(source, folder, world)
                let copy = folder + "/original.h5"
                // the last rank's copy has a flipped bit, and it has a part of which pieces 2 and 7 are bad
                if world.rank == world.count - 1 {
                    var broken = bytes
                    broken[2_500] ^= 1
                    try broken.write(to: URL(filePath: copy))
                    broken[7_999] ^= 128
                    try broken.prefix(9_999).write(to: URL(filePath: copy + ".partial"))
                }
                let summary = try stage(source, folder, world)
                // 2, 7, 9 (a byte is missing) and the last, of 500 bytes
                #expect(
                    summary == .init(bytes: 10_500, places: world.count, present: world.count - 1, sent: 3_500))
                #expect(try held(folder) == ["original.h5": bytes])
            }
        }
    }

    @Test func `an error of one node ends the staging on all, and leaves nothing half-written`() {
        TestWorld.run { world in
            try withScene(world, 5000) { source, folder, _ in
                let last = world.rank == world.count - 1
                // a folder in the way of the copy
                if last {
                    try FileManager.default.createDirectory(
                        atPath: folder + "/original.h5", withIntermediateDirectories: true)
                }
                #expect(throws: CollectiveFailure.self) { try stage(source, folder, world) }
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(names == (last ? ["original.h5"] : []))
            }
            try withScene(world, 10) { source, folder, _ in
                for wrong in [source + "x", (source as NSString).deletingLastPathComponent, "/dev/zero"] {
                    #expect(throws: CollectiveFailure.self) { try stage(wrong, folder, world) }
                }
                #expect(!FileManager.default.fileExists(atPath: folder))
            }
        }
    }

    @Test func `another job that stages the same file is not disturbed`() {
        TestWorld.run { world in
            try withScene(world, 3000) { source, folder, bytes in
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let partial = folder + "/original.h5.partial"
                try bytes.prefix(1500).write(to: URL(filePath: partial))
                let other = open(partial, O_RDWR)
                #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
                #expect(throws: CollectiveFailure.self) { try stage(source, folder, world) }
                #expect(try held(folder) == ["original.h5.partial": bytes.prefix(1500)])
                close(other)
                #expect(try stage(source, folder, world).sent == 2000)
            }
        }
    }
}
