// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The classes of Attention.td.

#ifndef GYRE_DIALECT_OPS_ATTENTION_H
#define GYRE_DIALECT_OPS_ATTENTION_H

#include "dialect/ops/Operators.h"

#define GET_OP_CLASSES
#include "dialect/ops/attention/Attention.h.inc"

namespace mlir::gyre {

/// Where heads and tokens stand among the dimensions of q, k and v.
struct AttentionLayout {
  unsigned leading, heads, tokens;

  static AttentionLayout of(AttentionOp op);
};

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_ATTENTION_H
