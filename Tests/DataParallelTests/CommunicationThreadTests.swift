import Foundation
import Synchronization
import Testing

@testable import DataParallel
@testable import MPI

@Suite struct CommunicationThreadTests {
    private let error = MPIError(operation: "MPI_Test", code: 1, text: "no", rank: 0, count: 1, host: "here")

    @Test func `Jobs are done in order, step after step`() throws {
        let done = Mutex<[Int]>([])
        let thread = CommunicationThread { job in done.withLock { $0.append(job) } }
        for _ in 0..<3 {
            thread.begin()
            for count in [1, 1, 4, 7] { thread.post(count) }
            try thread.wait()
        }
        thread.stop()
        #expect(done.withLock { $0 } == [0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6])
    }

    @Test func `An error surfaces in the wait, and the jobs after it are not begun`() {
        let begun = Mutex<[Int]>([])
        let error = error
        let thread = CommunicationThread { (job) throws(MPIError) in
            begun.withLock { $0.append(job) }
            if job == 1 { throw error }
        }
        thread.begin()
        thread.post(5)
        #expect(throws: error) { try thread.wait() }
        #expect(begun.withLock { $0 } == [0, 1])
    }

    @Test func `A job that hangs does not keep its owner`() {
        let (hasBegun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let thread = CommunicationThread { _ in
            hasBegun.signal()
            mayEnd.wait()
        }
        thread.begin()
        thread.post(1)
        hasBegun.wait()
        thread.stop()
        mayEnd.signal()
    }
}
