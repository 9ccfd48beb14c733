/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What generated code needs from the runtime: the constant data that describes
 * an entry point, the checks on entry, parallel loops, weights. Layouts are
 * those of a C compiler for a 64-bit target; the compiler emits them as LLVM
 * constants. Programs include runtime.h instead.
 */
#ifndef GYRE_ABI_H
#define GYRE_ABI_H

#include "gyre/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up when anything below changes its layout or meaning. */
#define GYRE_ABI_VERSION 2

/* ---- Expressions of the named sizes ------------------------------------- */

enum gyre_expr_code {
  GYRE_EXPR_CONST = 0, /* push value                    */
  GYRE_EXPR_SIZE = 1,  /* push sizes[value]             */
  GYRE_EXPR_ADD = 2,   /* the others pop two, push one  */
  GYRE_EXPR_SUB = 3,
  GYRE_EXPR_MUL = 4,
  GYRE_EXPR_FLOORDIV = 5, /* divisors have to be positive */
  GYRE_EXPR_CEILDIV = 6,
  GYRE_EXPR_MOD = 7
};

typedef struct gyre_expr_op {
  int64_t code;  /* gyre_expr_code */
  int64_t value; /* of CONST and SIZE, otherwise 0 */
} gyre_expr_op;

/* A program never holds more than this many values. */
#define GYRE_EXPR_DEPTH 16

/* A postfix program: "2 * T + 1" is SIZE 0, CONST 2, MUL, CONST 1, ADD. It is
 * evaluated with overflow checks. */
typedef struct gyre_expr {
  const gyre_expr_op *ops;
  int64_t count;
  const char *text; /* for messages: "2 * T + 1" */
} gyre_expr;

/* ---- Entry points ------------------------------------------------------- */

enum gyre_arg_kind {
  GYRE_ARG_INPUT = 0,
  GYRE_ARG_OUTPUT = 1,
  GYRE_ARG_WEIGHT = 2
};

/* A contiguous row-major array. */
typedef struct gyre_arg_info {
  const char *name;
  const gyre_expr *dims;
  int32_t rank;
  int32_t element_bytes; /* a power of two; also the alignment */
  int32_t kind;          /* gyre_arg_kind */
  int32_t may_overwrite; /* an output: index of the argument that may be the
                            same array; -1: none */
} gyre_arg_info;

enum gyre_relation {
  GYRE_REQUIRE_EQUAL = 0,
  GYRE_REQUIRE_AT_MOST = 1 /* left <= right */
};

/* How two expressions have to compare: what the compiler could not prove. */
typedef struct gyre_requirement {
  gyre_expr left;
  gyre_expr right;
  int64_t relation; /* gyre_relation */
} gyre_requirement;

/* CPU features that an object may ask for: bit and LLVM's name. Levels stand
 * for all that they contain; a target's baseline needs no bit. */
#define GYRE_CPU_FEATURES(X)                                                   \
  X(X86_64_V2, 0, "x86-64-v2")                                                 \
  X(X86_64_V3, 1, "x86-64-v3")                                                 \
  X(X86_64_V4, 2, "x86-64-v4")                                                 \
  X(AVX512_VNNI, 3, "avx512vnni")                                              \
  X(AVX512_BF16, 4, "avx512bf16")                                              \
  X(AVX512_FP16, 5, "avx512fp16")

enum gyre_cpu_feature {
#define GYRE_CPU_FEATURE(name, bit, text) GYRE_CPU_##name = 1 << bit,
  GYRE_CPU_FEATURES(GYRE_CPU_FEATURE)
#undef GYRE_CPU_FEATURE
      GYRE_CPU_BASELINE = 0
};

/* The features of this machine, as bits of gyre_cpu_feature; also tells which
 * of several variants in one object to call. */
uint64_t gyre_cpu_features(void);

typedef struct gyre_entry_info {
  uint32_t abi_version; /* GYRE_ABI_VERSION */
  int32_t arg_count;
  int32_t size_count;
  int32_t requirement_count;
  const char *name; /* of the function, for messages */
  const gyre_arg_info *args;
  const char *const *sizes;
  const gyre_requirement *requirements;

  /* Writes the bytes that a call needs: once, and for each thread that works
   * at the same time. Negative where 63 bits do not hold them. NULL: none. */
  void (*workspace)(const int64_t *sizes, int64_t *shared, int64_t *scratch);

  /* gyre_max_threads; NULL in a program compiled with --threads=off. */
  int32_t (*max_threads)(void);

  uint64_t cpu_features; /* all that the code may use */

  /* Integer scalar arguments, which requirements may name: values that follow
   * the sizes in gyre_enter's array, and in the numbering of GYRE_EXPR_SIZE. */
  int32_t integer_count;
  int32_t reserved; /* 0 */
} gyre_entry_info;

/* State of a call, in the caller's stack frame. */
typedef struct gyre_frame {
  void *workspace;         /* the shared part */
  int64_t workspace_bytes; /* of the shared part */
  void *scratch;           /* behind it: what the threads share out */
  int64_t scratch_bytes;
  gyre_parallel_for_fn parallel_for;
  void *parallel_for_user;
  int64_t threads;
  void *owned;     /* to be freed by gyre_leave */
  int64_t is_idle; /* not 0: no result has elements, the body need not run */
  int64_t reserved[7];
} gyre_frame;

/* Every check of a call, before anything is written. `arguments` are pointers
 * in the order of info->args; the weights of a null weights struct are null.
 * Behind the sizes stand the integers of info->integer_count.
 * On success `frame` is ready and gyre_leave has to follow. Has to be called
 * from code that needs none of info->cpu_features. */
int32_t gyre_enter(const gyre_entry_info *info, void *const *arguments,
                   const int64_t *sizes, gyre_call *call, gyre_frame *frame);

void gyre_leave(gyre_frame *frame);

/* Bytes that let all threads work on a call with these sizes: what <function>_
 * workspace returns. SIZE_MAX where the sizes are bad or the sum overflows. */
size_t gyre_workspace_bytes(const gyre_entry_info *info, const int64_t *sizes);

/* ---- Parallel loops ----------------------------------------------------- */

/* Tiles begin..end of a kernel; `scratch` is this thread's own, aligned to
 * GYRE_WORKSPACE_ALIGNMENT. */
typedef void (*gyre_kernel)(int64_t begin, int64_t end, void *scratch,
                            void *args);

/* Runs all tiles of [0, count), each once, in pieces that depend on count
 * only; no more threads at a time than scratch is there for. */
void gyre_parallel_for(gyre_frame *frame, int64_t count, gyre_kernel kernel,
                       void *args, int64_t scratch_bytes);

/* The same on the calling thread, without any symbol of a threads library. */
void gyre_serial_for(gyre_frame *frame, int64_t count, gyre_kernel kernel,
                     void *args, int64_t scratch_bytes);

/* How many threads OpenMP would take; for gyre_entry_info::max_threads. */
int32_t gyre_max_threads(void);

/* ---- Sanitizing --------------------------------------------------------- */

/* What code compiled with --sanitize=undefined calls where a check fails:
 * prints both texts and aborts. `function` is a generated function or a kernel
 * of one, `what` the reason and the instruction. */
void gyre_undefined(const char *function, const char *what);

/* ---- NVIDIA GPUs -------------------------------------------------------- */

typedef struct gyre_cuda_kernel {
  const char *name;
  int32_t threads;      /* of a block */
  int32_t shared_bytes; /* of a block, beyond what the kernel declares itself */
} gyre_cuda_kernel;

/* The kernels of all functions for one target. */
typedef struct gyre_cuda_module {
  const char *target;  /* for messages: "sm_90a" */
  int32_t capability;  /* 10 * major + minor; runs on this and later ones, */
  int32_t exact;       /* or on this one only */
  const char *image;   /* PTX */
  const gyre_cuda_kernel *kernels;
  int64_t kernel_count;
  void **loaded; /* the runtime's, null at first */
} gyre_cuda_module;

/* A function for one target. */
typedef struct gyre_cuda_variant {
  const gyre_cuda_module *module;
  const gyre_entry_info *info;
} gyre_cuda_variant;

/* State of a call, in the caller's stack frame. */
typedef struct gyre_cuda_frame {
  gyre_frame base;
  int64_t variant; /* of those that were given */
  void *stream;
  gyre_call *call;
  const gyre_cuda_module *module;
  void *const *functions; /* of the kernels, in this context */
  const char *name;       /* of the function, for messages */
  int32_t status;
  int32_t reserved;
} gyre_cuda_frame;

/* gyre_enter for a call on `stream`: finds the last variant that the device of
 * the current context runs and loads its kernels. The driver's library is
 * opened by the first such call of the process. */
int32_t gyre_cuda_enter(const gyre_cuda_variant *variants, int32_t count,
                        void *const *arguments, const int64_t *sizes,
                        void *stream, gyre_call *call, gyre_cuda_frame *frame);

/* Launches kernel number `kernel` of the module over `count` tiles.
 * `parameters` are pointers to them. After a launch that failed nothing else
 * is launched. */
void gyre_cuda_launch(gyre_cuda_frame *frame, int64_t kernel, int64_t count,
                      void **parameters, int64_t scratch_bytes);

/* The status of the call. */
int32_t gyre_cuda_leave(gyre_cuda_frame *frame);

/* For gyre_entry_info::max_threads: tiles with scratch that run at a time. */
int32_t gyre_cuda_max_blocks(void);

/* ---- Weights ------------------------------------------------------------ */

typedef struct gyre_weight_info {
  const char *name;
  const char *type; /* as safetensors writes it: "F32", "BF16", "I64" */
  const int64_t *shape;
  int32_t rank;
  int32_t element_bytes;
} gyre_weight_info;

typedef struct gyre_weights_info {
  uint32_t abi_version; /* GYRE_ABI_VERSION */
  int32_t count;
  const char *name; /* of the model, for messages */
  const gyre_weight_info *weights;
} gyre_weights_info;

/* Maps a safetensors file and writes the address of each weight to
 * slots[0..count). Tensors that the model does not know are left alone. On
 * failure slots and mapping are as they were. */
int32_t gyre_weights_bind(const gyre_weights_info *info, const char *path,
                          const void **slots, gyre_mapping *mapping,
                          gyre_call *call);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* GYRE_ABI_H */
