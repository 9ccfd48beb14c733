// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluation of the postfix programs in gyre/abi.h.

#ifndef GYRE_RUNTIME_EXPRESSION_H
#define GYRE_RUNTIME_EXPRESSION_H

#include "gyre/abi.h"

namespace gyre {

/// Evaluates `expression`. GYRE_SUCCESS, GYRE_ERROR_SIZE_OVERFLOW,
/// GYRE_ERROR_BAD_SIZE (a divisor that is not positive), or GYRE_ERROR_ABI
/// (no program of this version).
int32_t evaluate(const gyre_expr &expression, const int64_t *sizes,
                 int32_t sizeCount, int64_t &value);

} // namespace gyre

#endif // GYRE_RUNTIME_EXPRESSION_H
