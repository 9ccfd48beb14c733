// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The gyre dialect.

#ifndef GYRE_DIALECT_GYREDIALECT_H
#define GYRE_DIALECT_GYREDIALECT_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"

#include "dialect/GyreDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialect/GyreAttrs.h.inc"

#endif // GYRE_DIALECT_GYREDIALECT_H
