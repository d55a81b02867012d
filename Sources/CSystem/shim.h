// Instructions and calls of the platform that Swift has no name for.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

/// Tells the core that the thread spins.
static inline void jcm_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Asks for the cache line of an address before it is needed, into the second cache; any address will do.
static inline void jcm_fetch_ahead(const void *address) { __builtin_prefetch(address, 0, 2); }

/// The same into the first cache.
static inline void jcm_fetch_soon(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Whether `jcm_flush_lines` may be called on this CPU.
static inline int jcm_flushes_lines(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_CLFLUSHOPT);
#else
    return 0;
#endif
}

/// Takes the cache lines of `count` numbers, which begin with a line, out of all cores' caches, without waiting for it. No
/// number changes. Only where `jcm_flushes_lines`: other CPUs do not know the instruction.
static inline void jcm_flush_lines(float *begin, long count) {
#if defined(__x86_64__)
    for (long i = 0; i < count; i += 16) __asm__ volatile("clflushopt %0" : "+m"(begin[i]));
#else
    (void)begin;
    (void)count;
#endif
}

/// Vectorises, unlike Swift's squareRoot(), which calls sqrtf on Linux for errno's sake.
static inline float jcm_sqrt(float x) { return __builtin_elementwise_sqrt(x); }

/// The processors this process may run on: what taskset, mpirun's binding or a cgroup's cpuset left it.
static inline int jcm_available_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/// 4, 3 or 0: the highest x86-64 level this CPU has of those that jcm is built for.
static inline int jcm_cpu_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return 4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 3;
#endif
    return 0;
}

/// Makes this thread take numbers below 2^-126 as zero: arithmetic with them is a hundred times slower.
static inline void jcm_flush_denormals(void) {
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#elif defined(__aarch64__)
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | 1ul << 24));
#endif
}

/// Lines reach a pipe or a file one by one, not in blocks of 4 KB.
static inline void jcm_line_buffered_output(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

/// Asks for a huge page in the place of small ones, shared ones too, whatever the system grants by itself (Linux 6.1 and
/// later); whether it did. The first of them is made where it does not exist yet: no huge page comes of none.
static inline int jcm_join_pages(void *begin, unsigned long bytes) {
    const int collapse = 25;  // MADV_COLLAPSE, which older headers do not name
    (void)*(volatile const char *)begin;
    return madvise(begin, bytes, collapse) == 0;
}

/// A file in memory without a name in any folder, or -1.
static inline int jcm_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
