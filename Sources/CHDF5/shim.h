// What Swift cannot import of hdf5.h: identifiers that are macros over mutable globals or function calls.
#pragma once
#include <hdf5.h>

static inline hid_t jcm_h5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t jcm_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t jcm_h5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t jcm_h5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t jcm_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t jcm_h5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t jcm_h5_c_string(void) { return H5T_C_S1; }
static inline size_t jcm_h5_variable(void) { return H5T_VARIABLE; }
static inline unsigned jcm_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned jcm_h5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned jcm_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline hid_t jcm_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t jcm_h5_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t jcm_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline haddr_t jcm_h5_address_undefined(void) { return HADDR_UNDEF; }
