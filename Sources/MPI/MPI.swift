// The MPI module.
