// What Swift cannot import of mpi.h: handles and markers that are macros with casts or addresses.
#pragma once
#include <mpi.h>

static inline MPI_Comm jcm_mpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm jcm_mpi_comm_null(void) { return MPI_COMM_NULL; }
static inline MPI_Datatype jcm_mpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype jcm_mpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype jcm_mpi_byte(void) { return MPI_BYTE; }
static inline MPI_Datatype jcm_mpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Op jcm_mpi_sum(void) { return MPI_SUM; }
static inline MPI_Op jcm_mpi_max(void) { return MPI_MAX; }
static inline MPI_Op jcm_mpi_min(void) { return MPI_MIN; }
static inline MPI_Info jcm_mpi_info_null(void) { return MPI_INFO_NULL; }
static inline MPI_Errhandler jcm_mpi_errors_return(void) { return MPI_ERRORS_RETURN; }
static inline void *jcm_mpi_in_place(void) { return MPI_IN_PLACE; }
