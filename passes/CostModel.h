// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operations cost, read from their regions, maps and types.

#ifndef GYRE_PASSES_COSTMODEL_H
#define GYRE_PASSES_COSTMODEL_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Operation.h"

namespace mlir::gyre {

/// How an operation's loops and operands look to tiling: the same for
/// structures and for linalg.
struct LoopView {
  Operation *op = nullptr;
  SmallVector<bool> parallel;
  /// A map for each operand, null for what has none (scalars, offsets).
  SmallVector<AffineMap> operandMaps;
  SmallVector<AffineMap> resultMaps;

  /// Nothing where `op` can't be tiled.
  static std::optional<LoopView> of(Operation *op);
  unsigned getNumLoops() const { return parallel.size(); }
  bool isMap() const {
    return llvm::all_of(parallel, [](bool p) { return p; });
  }
  /// The static extent of a loop, or ShapedType::kDynamic.
  int64_t getExtent(unsigned loop) const;
};

/// The cost of evaluating `block` once in additions: a special function is a
/// polynomial of some ten.
int64_t getCost(Block *block);

/// Whether evaluating `block` again beats reading its value from memory.
bool isCheap(Block *block);

} // namespace mlir::gyre

#endif // GYRE_PASSES_COSTMODEL_H
