/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What a program that calls generated functions sees: status codes, the
 * options of a call, mapped weights. Plain C99.
 *
 * Every generated function returns a gyre_status and takes a `gyre_call *` as
 * its last argument. NULL means the defaults: memory for intermediates is
 * allocated for the call, threads are OpenMP's, the message is dropped.
 *
 * f_cuda, beside f in a header compiled for a GPU, runs f on a stream: arrays,
 * weights and the workspace are device memory, and the workspace is required.
 * It launches kernels and returns; it allocates nothing and waits for nothing,
 * so a CUDA graph can capture it. (The first call in a context loads the
 * kernels, which a capture can't do.) A fault that happens later, on the
 * device, is told by whatever waits for the stream.
 */
#ifndef GYRE_RUNTIME_H
#define GYRE_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a generated function returns. Unless it is GYRE_SUCCESS, nothing has
 * been written but the message in gyre_call. */
enum gyre_status {
  GYRE_SUCCESS = 0,
  GYRE_ERROR_NULL_ARGUMENT = 1, /* a null pointer where there are elements  */
  GYRE_ERROR_BAD_SIZE = 2,      /* negative, or sizes that disagree         */
  GYRE_ERROR_SIZE_OVERFLOW = 3, /* a product of sizes exceeds 63 bits       */
  GYRE_ERROR_OVERLAP = 4,       /* a result lies over another argument      */
  GYRE_ERROR_MISALIGNED = 5,    /* a pointer not aligned to its elements    */
  GYRE_ERROR_WORKSPACE = 6,     /* workspace too small, or misaligned       */
  GYRE_ERROR_CPU = 7,           /* compiled for a CPU with more features    */
  GYRE_ERROR_OUT_OF_MEMORY = 8, /* the workspace could not be allocated     */
  GYRE_ERROR_BAD_WEIGHTS = 9,   /* a weight is missing, or not as expected  */
  GYRE_ERROR_FILE = 10,         /* a file cannot be read                    */
  GYRE_ERROR_BAD_CALL = 11,     /* a field of gyre_call out of range        */
  GYRE_ERROR_ABI = 12,          /* header, object and runtime do not match  */
  GYRE_ERROR_DRIVER = 13,       /* no NVIDIA driver, device or context      */
  GYRE_ERROR_DEVICE = 14,       /* compiled for other GPUs than this one    */
  GYRE_ERROR_LAUNCH = 15        /* the driver refused a module or a launch  */
};

/* A short name for a status, never NULL: "result overlaps an argument". */
const char *gyre_status_string(int32_t status);

/* A workspace starts at a multiple of this (a cache line, a 512-bit vector). */
#define GYRE_WORKSPACE_ALIGNMENT 64

/* A host's own parallel loop: runs `task(context, i)` for each i in
 * [0, count), in any order and on any threads, and returns when all are done.
 * Results do not depend on how it does that. */
typedef void (*gyre_parallel_for_fn)(void *user, int64_t count,
                                     void (*task)(void *context, int64_t i),
                                     void *context);

/* Options of a call, and its message. Start from GYRE_CALL_INIT; the first
 * field lets the struct grow without breaking objects already compiled. One
 * gyre_call serves one call at a time. */
typedef struct gyre_call {
  size_t size; /* sizeof(gyre_call) */

  /* Memory for intermediates, aligned to GYRE_WORKSPACE_ALIGNMENT. A function f
   * says with f_workspace(sizes...) how much lets all threads work; with less,
   * fewer do. NULL: allocated for this call. */
  void *workspace;
  size_t workspace_bytes;

  /* NULL: OpenMP's threads. */
  gyre_parallel_for_fn parallel_for;
  void *parallel_for_user;

  /* How many threads; 0: as many as OpenMP would take. */
  int32_t threads;
  int32_t reserved; /* 0 */

  /* Why the status is not GYRE_SUCCESS: one line, ends with a zero. */
  char message[256];
} gyre_call;

#define GYRE_CALL_INIT {sizeof(gyre_call), NULL, 0, NULL, NULL, 0, 0, ""}

/* A file of weights, mapped by a generated <model>_weights_bind. Pointers into
 * it are valid until gyre_weights_unbind. */
typedef struct gyre_mapping {
  void *data;
  size_t bytes;
} gyre_mapping;

/* Unmaps the file. A zeroed or already unbound mapping is left as it is. */
void gyre_weights_unbind(gyre_mapping *mapping);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* GYRE_RUNTIME_H */
