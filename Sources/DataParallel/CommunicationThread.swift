internal import Foundation
internal import Glibc
internal import MPI

/// A thread that does numbered jobs in their order while its owner goes on.
///
/// It sleeps while there is nothing to do: on a machine with as many ranks as processors a spinning one would
/// take time from the kernels.
final class CommunicationThread {
    private let queue: Queue
    private var thread = pthread_t()
    private var isStopped = false

    /// Starts the thread; `job` is called on it, and on no other.
    init(_ job: @escaping (Int) throws(MPIError) -> Void) {
        queue = Queue(job)
        let context = Unmanaged.passRetained(queue).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Queue>.fromOpaque(context!).takeRetainedValue().work()
                return nil
            }, context)
        precondition(code == 0, "no communication thread: \(String(cString: strerror(code)))")
    }

    /// Forgets the jobs of the step before, all of which must be done.
    func begin() { queue.begin() }

    /// Says that the jobs 0 ..< `count` may be done.
    func post(_ count: Int) { queue.post(count) }

    /// Waits until all posted jobs are done; throws the first error of one.
    func wait() throws(MPIError) { try queue.wait() }

    /// Ends the thread and waits until it has left, and with it its references.
    ///
    /// Where a job hangs, because another rank has failed, the thread is left to itself after a second: this
    /// rank may have an error to report, and its report ends the job.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        if queue.stop(within: 1) { pthread_join(thread, nil) } else { pthread_detach(thread) }
    }

    deinit { stop() }

    /// What owner and thread share.
    private final class Queue: @unchecked Sendable {
        private let condition = NSCondition()
        private let job: (Int) throws(MPIError) -> Void
        private var posted = 0
        private var done = 0
        private var error: MPIError?
        private var isStopping = false
        private var hasLeft = false

        init(_ job: @escaping (Int) throws(MPIError) -> Void) { self.job = job }

        func begin() {
            condition.lock()
            precondition(posted == done, "\(posted) buckets posted and \(done) reduced before a new step")
            (posted, done) = (0, 0)
            condition.unlock()
        }

        func post(_ count: Int) {
            condition.lock()
            posted = count
            condition.broadcast()
            condition.unlock()
        }

        func wait() throws(MPIError) {
            condition.lock()
            while done < posted { condition.wait() }
            let failure = error
            condition.unlock()
            if let failure { throw failure }
        }

        /// Whether the thread left its loop in that many seconds.
        func stop(within seconds: Double) -> Bool {
            let deadline = Date(timeIntervalSinceNow: seconds)
            condition.lock()
            defer { condition.unlock() }
            isStopping = true
            condition.broadcast()
            while !hasLeft && condition.wait(until: deadline) {}
            return hasLeft
        }

        func work() {
            condition.lock()
            while true {
                while done >= posted && !isStopping { condition.wait() }
                if isStopping { break }
                let (next, hasFailed) = (done, error != nil)
                condition.unlock()
                var failure: MPIError?
                if !hasFailed { do throws(MPIError) { try job(next) } catch { failure = error } }
                condition.lock()
                if let failure { error = failure }
                done += 1
                if done >= posted { condition.broadcast() }
            }
            hasLeft = true
            condition.broadcast()
            condition.unlock()
        }
    }
}
