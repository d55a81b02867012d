/// How a bucket of gradients is summed over the ranks.
public enum ReductionAlgorithm: String, CaseIterable, Sendable {
    /// In a binary tree over the rank numbers: the same bits for one number of ranks, whatever nodes they are
    /// on, and the tree that micro-batches continue below it.
    ///
    /// Each rank owns a segment of the bucket, receives it from all (all-to-all), sums it, and gives the sum
    /// to all (all-gather): as much traffic as a ring.
    case tree
    /// `MPI_Allreduce`, in the order that the library chooses for the number of ranks and the length.
    case mpi
}
