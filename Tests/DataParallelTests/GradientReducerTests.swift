import Testing

@testable import DataParallel

@Suite struct GradientReducerTests {
    @Test func `Buckets are cut from the end, and cover the buffer`() {
        #expect(GradientReducer.buckets(of: 10, bucketBytes: 16) == [6..<10, 2..<6, 0..<2])
        #expect(GradientReducer.buckets(of: 8, bucketBytes: 16) == [4..<8, 0..<4])
        #expect(GradientReducer.buckets(of: 3, bucketBytes: 16) == [0..<3])
        #expect(GradientReducer.buckets(of: 0, bucketBytes: 16).isEmpty)
    }

    @Test func `A mismatch names the ranks that are in the minority`() {
        let mismatch = ReplicaMismatch(name: "parameters", checksums: [5, 7, 7, 9, 7])
        #expect(mismatch.ranks == [0, 3])
        #expect(mismatch.description.contains("rank 0, 3 holds other bits than rank 1"))
        #expect(ReplicaMismatch(name: "parameters", checksums: [5, 7]).ranks == [1])
    }
}
