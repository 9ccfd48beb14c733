// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stack machine of seven instructions with checked arithmetic.

#include "Expression.h"

/// left op right; the result replaces left.
static int32_t apply(int64_t code, int64_t &left, int64_t right) {
  bool overflow = false;
  switch (code) {
  case GYRE_EXPR_ADD:
    overflow = __builtin_add_overflow(left, right, &left);
    break;
  case GYRE_EXPR_SUB:
    overflow = __builtin_sub_overflow(left, right, &left);
    break;
  case GYRE_EXPR_MUL:
    overflow = __builtin_mul_overflow(left, right, &left);
    break;
  case GYRE_EXPR_FLOORDIV:
  case GYRE_EXPR_CEILDIV:
  case GYRE_EXPR_MOD: {
    if (right <= 0)
      return GYRE_ERROR_BAD_SIZE;
    int64_t quotient = left / right, rest = left % right;
    if (code == GYRE_EXPR_FLOORDIV)
      left = quotient - (rest < 0);
    else if (code == GYRE_EXPR_CEILDIV)
      left = quotient + (rest > 0);
    else
      left = rest < 0 ? rest + right : rest;
    break;
  }
  default:
    return GYRE_ERROR_ABI;
  }
  return overflow ? GYRE_ERROR_SIZE_OVERFLOW : GYRE_SUCCESS;
}

int32_t gyre::evaluate(const gyre_expr &expression, const int64_t *sizes,
                       int32_t sizeCount, int64_t &value) {
  int64_t stack[GYRE_EXPR_DEPTH];
  int depth = 0;
  for (int64_t i = 0; i < expression.count; ++i) {
    const gyre_expr_op &op = expression.ops[i];
    if (op.code == GYRE_EXPR_CONST || op.code == GYRE_EXPR_SIZE) {
      bool isSize = op.code == GYRE_EXPR_SIZE;
      if (depth == GYRE_EXPR_DEPTH ||
          (isSize && (op.value < 0 || op.value >= sizeCount)))
        return GYRE_ERROR_ABI;
      stack[depth++] = isSize ? sizes[op.value] : op.value;
      continue;
    }
    if (depth < 2)
      return GYRE_ERROR_ABI;
    --depth;
    if (int32_t status = apply(op.code, stack[depth - 1], stack[depth]))
      return status;
  }
  if (depth != 1)
    return GYRE_ERROR_ABI;
  value = stack[0];
  return GYRE_SUCCESS;
}
