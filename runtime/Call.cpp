// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens on entry to a generated function and on the way out: the checks
// of the contract with the caller, and the workspace.

#include "Expression.h"
#include "Loop.h"
#include "Message.h"

#include <algorithm>
#include <cinttypes>
#include <cstddef>
#include <cstdlib>
#include <sys/mman.h>

using namespace gyre;

static_assert(sizeof(gyre_frame) == 128, "generated code reserves 128 bytes");
static_assert(sizeof(gyre_arg_info) == 32 && sizeof(gyre_expr) == 24 &&
                  sizeof(gyre_entry_info) == 80 &&
                  sizeof(gyre_requirement) == 56,
              "generated code writes these layouts");

namespace {

/// The checks of one call. Each returns a status and has written the message.
class Entry {
public:
  Entry(const gyre_entry_info &info, void *const *arguments,
        const int64_t *sizes, gyre_call *call)
      : info(info), arguments(arguments), sizes(sizes), call(call) {}

  int32_t checkCall();
  int32_t checkSizes();
  int32_t checkArguments();
  int32_t checkOverlap();
  int32_t prepare(gyre_frame &frame);

private:
  Message message() const { return Message(call).add("%s: ", info.name); }
  int32_t evaluate(const gyre_expr &expression, int64_t &value);
  int32_t countBytes(const gyre_arg_info &arg, int64_t &bytes);
  bool isIdle();
  int32_t checkDisjoint(int32_t output, int64_t outputBytes, int32_t other);
  int32_t allocate(gyre_frame &frame, int64_t bytes);

  const gyre_entry_info &info;
  void *const *arguments;
  const int64_t *sizes;
  gyre_call *call;
};

} // namespace

/// True where two ranges share a byte. Differences do not wrap, sums might.
static bool overlaps(const void *a, int64_t aBytes, const void *b,
                     int64_t bBytes) {
  uintptr_t x = reinterpret_cast<uintptr_t>(a);
  uintptr_t y = reinterpret_cast<uintptr_t>(b);
  if (aBytes == 0 || bBytes == 0)
    return false;
  return x <= y ? y - x < uint64_t(aBytes) : x - y < uint64_t(bBytes);
}

static bool isAligned(const void *pointer, int64_t alignment) {
  return reinterpret_cast<uintptr_t>(pointer) % uint64_t(alignment) == 0;
}

/// Where scratch and threads are concerned: what a call needs in all, or -1.
static int64_t totalBytes(int64_t shared, int64_t scratch, int64_t threads) {
  int64_t total;
  shared = alignUp(shared);
  scratch = alignUp(scratch);
  if (shared < 0 || scratch < 0 ||
      __builtin_mul_overflow(scratch, threads, &total) ||
      __builtin_add_overflow(total, shared, &total))
    return -1;
  return total;
}

static void workspaceParts(const gyre_entry_info &info, const int64_t *sizes,
                           int64_t &shared, int64_t &scratch) {
  shared = scratch = 0;
  if (info.workspace)
    info.workspace(sizes, &shared, &scratch);
}

static int64_t defaultThreads(const gyre_entry_info &info) {
  return std::max<int64_t>(1, info.max_threads ? info.max_threads() : 1);
}

/// A struct of a later version is understood if it says nothing new. A smaller
/// one has no room for a message.
static bool isKnown(const gyre_call &call) {
  if (call.size < sizeof(gyre_call))
    return false;
  const char *bytes = reinterpret_cast<const char *>(&call);
  return std::all_of(bytes + sizeof(gyre_call), bytes + call.size,
                     [](char byte) { return byte == 0; });
}

int32_t Entry::checkCall() {
  if (info.abi_version != GYRE_ABI_VERSION) {
    message().add("expected an object of ABI version %d, got %" PRIu32,
                  GYRE_ABI_VERSION, info.abi_version);
    return GYRE_ERROR_ABI;
  }
  if (call && (call->threads < 0 || call->reserved != 0)) {
    message().add("expected gyre_call.threads to be at least 0 and "
                  "gyre_call.reserved to be 0, got %" PRId32 " and %" PRId32,
                  call->threads, call->reserved);
    return GYRE_ERROR_BAD_CALL;
  }
  uint64_t lacking =
      info.cpu_features ? info.cpu_features & ~gyre_cpu_features() : 0;
  if (!lacking)
    return GYRE_SUCCESS;
  Message line = message().add("this CPU lacks");
#define GYRE_CPU_FEATURE(name, bit, text)                                      \
  if (lacking & GYRE_CPU_##name)                                               \
    line.add(" %s", text);                                                     \
  lacking &= ~uint64_t(GYRE_CPU_##name);
  GYRE_CPU_FEATURES(GYRE_CPU_FEATURE)
#undef GYRE_CPU_FEATURE
  if (lacking)
    line.add(" features 0x%" PRIx64 " unknown to this runtime", lacking);
  return GYRE_ERROR_CPU;
}

int32_t Entry::checkSizes() {
  for (int32_t i = 0; i < info.size_count; ++i)
    if (sizes[i] < 0) {
      message().add("expected size '%s' to be at least 0, got %" PRId64,
                    info.sizes[i], sizes[i]);
      return GYRE_ERROR_BAD_SIZE;
    }
  for (int32_t i = 0; i < info.requirement_count; ++i) {
    const gyre_requirement &requirement = info.requirements[i];
    int64_t left = 0, right = 0;
    if (int32_t status = evaluate(requirement.left, left))
      return status;
    if (int32_t status = evaluate(requirement.right, right))
      return status;
    bool atMost = requirement.relation == GYRE_REQUIRE_AT_MOST;
    if (atMost ? left <= right : left == right)
      continue;
    message().add(atMost ? "expected '%s' to be at most '%s', got %" PRId64
                           " and %" PRId64
                         : "expected '%s' and '%s' to be equal, got %" PRId64
                           " and %" PRId64,
                  requirement.left.text, requirement.right.text, left, right);
    return GYRE_ERROR_BAD_SIZE;
  }
  return GYRE_SUCCESS;
}

int32_t Entry::evaluate(const gyre_expr &expression, int64_t &value) {
  int32_t status = gyre::evaluate(expression, sizes,
                                  info.size_count + info.integer_count, value);
  if (status == GYRE_ERROR_SIZE_OVERFLOW)
    message().add("expected '%s' to fit in 63 bits", expression.text);
  else if (status == GYRE_ERROR_BAD_SIZE)
    message().add("expected positive divisors in '%s'", expression.text);
  else if (status)
    message().add("expected an expression of ABI version %d in '%s'",
                  GYRE_ABI_VERSION, expression.text);
  return status;
}

/// Strides are products of the inner dimensions, so these have to fit even
/// where an outer one is 0.
int32_t Entry::countBytes(const gyre_arg_info &arg, int64_t &bytes) {
  int64_t extent = arg.element_bytes;
  bool isEmpty = false;
  for (int32_t d = 0; d < arg.rank; ++d) {
    int64_t size = 0;
    if (int32_t status = evaluate(arg.dims[d], size))
      return status;
    if (size < 0) {
      message().add("expected dimension %" PRId32 " of '%s', '%s', to be at "
                    "least 0, got %" PRId64,
                    d, arg.name, arg.dims[d].text, size);
      return GYRE_ERROR_BAD_SIZE;
    }
    isEmpty |= size == 0;
    if (__builtin_mul_overflow(extent, std::max<int64_t>(size, 1), &extent)) {
      message().add("expected the bytes of '%s' to fit in 63 bits; dimension "
                    "%" PRId32 " is %" PRId64,
                    arg.name, d, size);
      return GYRE_ERROR_SIZE_OVERFLOW;
    }
  }
  bytes = isEmpty ? 0 : extent;
  return GYRE_SUCCESS;
}

int32_t Entry::checkArguments() {
  for (int32_t i = 0; i < info.arg_count; ++i) {
    const gyre_arg_info &arg = info.args[i];
    int64_t bytes = 0;
    if (int32_t status = countBytes(arg, bytes))
      return status;
    if (bytes == 0)
      continue;
    if (!arguments[i]) {
      message().add("expected '%s' to point to %" PRId64 " bytes, got null",
                    arg.name, bytes);
      return GYRE_ERROR_NULL_ARGUMENT;
    }
    if (!isAligned(arguments[i], arg.element_bytes)) {
      message().add("expected '%s' to be aligned to its elements of %" PRId32
                    " bytes, got address %p",
                    arg.name, arg.element_bytes, arguments[i]);
      return GYRE_ERROR_MISALIGNED;
    }
  }
  return GYRE_SUCCESS;
}

int32_t Entry::checkOverlap() {
  for (int32_t i = 0; i < info.arg_count; ++i) {
    if (info.args[i].kind != GYRE_ARG_OUTPUT)
      continue;
    int64_t bytes = 0;
    countBytes(info.args[i], bytes);
    for (int32_t other = 0; other < info.arg_count; ++other) {
      // Two outputs meet once.
      if (other <= i && info.args[other].kind == GYRE_ARG_OUTPUT)
        continue;
      if (int32_t status = checkDisjoint(i, bytes, other))
        return status;
    }
    if (call && call->workspace &&
        overlaps(arguments[i], bytes, call->workspace,
                 int64_t(std::min<size_t>(call->workspace_bytes, INT64_MAX)))) {
      message().add("expected '%s' not to overlap the workspace",
                    info.args[i].name);
      return GYRE_ERROR_OVERLAP;
    }
  }
  return GYRE_SUCCESS;
}

/// Loops over 2^62 rows of nothing would take their time.
bool Entry::isIdle() {
  for (int32_t i = 0; i < info.arg_count; ++i) {
    int64_t bytes = 0;
    countBytes(info.args[i], bytes);
    if (info.args[i].kind == GYRE_ARG_OUTPUT && bytes != 0)
      return false;
  }
  return true;
}

int32_t Entry::checkDisjoint(int32_t output, int64_t outputBytes,
                             int32_t other) {
  int64_t bytes = 0;
  countBytes(info.args[other], bytes);
  if (!overlaps(arguments[output], outputBytes, arguments[other], bytes))
    return GYRE_SUCCESS;
  bool mayOverwrite = info.args[output].may_overwrite == other;
  if (mayOverwrite && arguments[output] == arguments[other] &&
      outputBytes == bytes)
    return GYRE_SUCCESS;
  message().add("expected '%s' %s '%s', got %" PRId64 " bytes at %p and "
                "%" PRId64 " bytes at %p",
                info.args[output].name,
                mayOverwrite ? "to be the same array as, or not to overlap,"
                             : "not to overlap",
                info.args[other].name, outputBytes, arguments[output], bytes,
                arguments[other]);
  return GYRE_ERROR_OVERLAP;
}

int32_t Entry::prepare(gyre_frame &frame) {
  int64_t shared, scratch;
  workspaceParts(info, sizes, shared, scratch);
  int64_t threads = defaultThreads(info);
  if (call && call->threads && info.max_threads)
    threads = call->threads;
  int64_t least = totalBytes(shared, scratch, 1);
  int64_t wanted = totalBytes(shared, scratch, threads);
  if (least < 0 || wanted < 0) {
    message().add("expected the bytes of the workspace to fit in 63 bits");
    return GYRE_ERROR_SIZE_OVERFLOW;
  }

  frame = gyre_frame{};
  frame.is_idle = isIdle();
  frame.threads = threads;
  if (call) {
    frame.parallel_for = call->parallel_for;
    frame.parallel_for_user = call->parallel_for_user;
  }
  if (call && call->workspace) {
    if (!isAligned(call->workspace, GYRE_WORKSPACE_ALIGNMENT)) {
      message().add("expected the workspace to be aligned to %d bytes, got "
                    "address %p",
                    GYRE_WORKSPACE_ALIGNMENT, call->workspace);
      return GYRE_ERROR_WORKSPACE;
    }
    if (call->workspace_bytes < size_t(least)) {
      message().add("expected a workspace of at least %" PRId64
                    " bytes (%" PRId64 " for all threads), got %zu",
                    least, wanted, call->workspace_bytes);
      return GYRE_ERROR_WORKSPACE;
    }
    frame.workspace = call->workspace;
    wanted = int64_t(std::min<size_t>(call->workspace_bytes, size_t(wanted)));
  } else if (wanted > 0) {
    if (int32_t status = allocate(frame, wanted))
      return status;
  }
  frame.workspace_bytes = shared;
  int64_t sharedEnd = alignUp(shared);
  if (frame.workspace)
    frame.scratch = static_cast<char *>(frame.workspace) + sharedEnd;
  frame.scratch_bytes = wanted - sharedEnd;
  return GYRE_SUCCESS;
}

/// First touch of ordinary pages costs more than many kernels do, so large
/// workspaces ask for huge ones.
int32_t Entry::allocate(gyre_frame &frame, int64_t bytes) {
  constexpr int64_t hugePage = 2 << 20;
  bool isLarge = bytes >= 2 * hugePage;
  if (posix_memalign(&frame.owned,
                     isLarge ? hugePage : GYRE_WORKSPACE_ALIGNMENT,
                     size_t(bytes)) != 0) {
    frame.owned = nullptr;
    message().add("expected to allocate a workspace of %" PRId64 " bytes",
                  bytes);
    return GYRE_ERROR_OUT_OF_MEMORY;
  }
#ifdef MADV_HUGEPAGE
  if (isLarge)
    madvise(frame.owned, size_t(bytes) & -size_t(hugePage), MADV_HUGEPAGE);
#endif
  frame.workspace = frame.owned;
  return GYRE_SUCCESS;
}

int32_t gyre_enter(const gyre_entry_info *info, void *const *arguments,
                   const int64_t *sizes, gyre_call *call, gyre_frame *frame) {
  if (call && !isKnown(*call))
    return GYRE_ERROR_ABI;
  Entry entry(*info, arguments, sizes, call);
  if (int32_t status = entry.checkCall())
    return status;
  if (int32_t status = entry.checkSizes())
    return status;
  if (int32_t status = entry.checkArguments())
    return status;
  if (int32_t status = entry.checkOverlap())
    return status;
  if (int32_t status = entry.prepare(*frame))
    return status;
  if (call)
    call->message[0] = 0;
  return GYRE_SUCCESS;
}

void gyre_leave(gyre_frame *frame) {
  std::free(frame->owned);
  frame->owned = nullptr;
}

size_t gyre_workspace_bytes(const gyre_entry_info *info, const int64_t *sizes) {
  for (int32_t i = 0; i < info->size_count; ++i)
    if (sizes[i] < 0)
      return SIZE_MAX;
  int64_t shared, scratch;
  workspaceParts(*info, sizes, shared, scratch);
  int64_t total = totalBytes(shared, scratch, defaultThreads(*info));
  return total < 0 ? SIZE_MAX : size_t(total);
}

const char *gyre_status_string(int32_t status) {
  switch (status) {
  case GYRE_SUCCESS:
    return "success";
  case GYRE_ERROR_NULL_ARGUMENT:
    return "null argument";
  case GYRE_ERROR_BAD_SIZE:
    return "bad size";
  case GYRE_ERROR_SIZE_OVERFLOW:
    return "size overflow";
  case GYRE_ERROR_OVERLAP:
    return "result overlaps an argument";
  case GYRE_ERROR_MISALIGNED:
    return "misaligned argument";
  case GYRE_ERROR_WORKSPACE:
    return "workspace too small or misaligned";
  case GYRE_ERROR_CPU:
    return "unsupported CPU";
  case GYRE_ERROR_OUT_OF_MEMORY:
    return "out of memory";
  case GYRE_ERROR_BAD_WEIGHTS:
    return "bad weights";
  case GYRE_ERROR_FILE:
    return "unreadable file";
  case GYRE_ERROR_BAD_CALL:
    return "bad option of the call";
  case GYRE_ERROR_ABI:
    return "ABI mismatch";
  case GYRE_ERROR_DRIVER:
    return "no NVIDIA driver, device or context";
  case GYRE_ERROR_DEVICE:
    return "unsupported GPU";
  case GYRE_ERROR_LAUNCH:
    return "the driver refused a launch";
  }
  return "unknown status";
}
