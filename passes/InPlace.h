// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which values may be made in the memory of others.

#ifndef GYRE_PASSES_INPLACE_H
#define GYRE_PASSES_INPLACE_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::gyre {

/// The kernel that makes `result` where it could write over `source`: each
/// element of the source is read by the map that makes the same element of the
/// result, and by nothing else from there on. Null where it could not.
scf::ForallOp findWriteThrough(Value result, Value source);

/// Makes `result` in the memory of `source`, which findWriteThrough allows.
void writeThrough(scf::ForallOp forall, OpResult result, Value source);

/// For each value that the condition of `loop` passes on, the number of the
/// carried tensor whose buffer it takes: itself, or one of its type that is not
/// passed on. Nothing for scalars, and for tensors without such a place.
SmallVector<std::optional<unsigned>> getCarriers(scf::WhileOp loop);

} // namespace mlir::gyre

#endif // GYRE_PASSES_INPLACE_H
