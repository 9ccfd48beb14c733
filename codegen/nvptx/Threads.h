// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The threads of a block as emitters use them: dealing points, barriers,
// exchange of values, shared memory.

#ifndef GYRE_CODEGEN_NVPTX_THREADS_H
#define GYRE_CODEGEN_NVPTX_THREADS_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::gyre {

/// Threads that execute in step and can shuffle.
constexpr int64_t warpThreads = 32;
/// The widest access of one thread.
constexpr int64_t accessBytes = 16;

class Threads {
public:
  /// `id` is this thread's number, an index below `count`.
  Threads(Value id, int64_t count) : id(id), count(count) {}

  Value getId() const { return id; }
  int64_t getCount() const { return count; }

  /// Two blocks on a multiprocessor are enough, so that a thread may use all
  /// the registers that it can have; where nobody asks for them there are four.
  void takeAllRegisters() { allRegisters = true; }
  bool takesAllRegisters() const { return allRegisters; }

  /// All threads have come here, and see what the others have written.
  void barrier(OpBuilder &b, Location loc) const;

  /// `value` of the thread of this warp whose number differs in the bits of
  /// `distance`. All threads of a warp have to come here together.
  Value exchange(OpBuilder &b, Location loc, Value value,
                 int64_t distance) const;

  /// Memory of the block, aligned to 16 bytes.
  Value shared(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
               Type element) const;

  /// Deals the points of `extents`, the last dimension fastest, to threads:
  /// number `first` and every `stride`-th from there.
  void forPoints(OpBuilder &b, Location loc, ValueRange extents, Value first,
                 Value stride,
                 function_ref<void(OpBuilder &, ValueRange)> body) const;
  /// To all threads of the block.
  void forPoints(OpBuilder &b, Location loc, ValueRange extents,
                 function_ref<void(OpBuilder &, ValueRange)> body) const;

private:
  Value id;
  int64_t count;
  bool allRegisters = false;
};

/// How many elements a thread moves by one access of `operands` that are
/// contiguous along loop dimension `lane`; 1 where there are none.
int64_t accessWidth(ValueRange operands, ArrayRef<AffineMap> maps,
                    unsigned lane);

/// Whether accesses of `width` elements along `lane` are aligned in all
/// `operands` that are contiguous there: an i1, or null where they never are.
/// Loops of extent 1 don't count.
Value accessesAlign(OpBuilder &b, Location loc, ValueRange operands,
                    ArrayRef<AffineMap> maps, unsigned lane, int64_t width,
                    ValueRange extents);

/// Marks the vector accesses in `region` as aligned to what they move.
void markAligned(Region &region);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_NVPTX_THREADS_H
