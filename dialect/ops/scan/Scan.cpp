// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the scans share, and their registration.

#include "dialect/ops/scan/Scan.h"

#include "dialect/Builders.h"

using namespace mlir;
using namespace mlir::gyre;

Value gyre::statesOr(Value initial, OpBuilder &b, Location loc,
                     ArrayRef<OpFoldResult> sizes, Type element) {
  return initial ? initial : filledTensor(b, loc, sizes, element, 0.0);
}

Scalar gyre::stepOf(ArrayRef<Scalar> e, bool softplus,
                    ArrayRef<double> limits) {
  Scalar step = e.size() == 2 ? e[0] + e[1] : e[0];
  if (softplus)
    step = gyre::softplus(step);
  if (limits.empty())
    return step;
  // Comparisons that hand NaN on.
  step = select(less(step, limits[0]), limits[0], step);
  return select(greater(step, limits[1]), limits[1], step);
}

#define GET_OP_CLASSES
#include "dialect/ops/scan/Scan.cpp.inc"

namespace mlir::gyre {
void registerScan(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/scan/Scan.cpp.inc"
      >();
}
} // namespace mlir::gyre
