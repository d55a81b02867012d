// The HDF5 module.
