// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attributes and types that nobody wrote, out of those that somebody did.

#ifndef GYRE_TESTS_FUZZ_MUTATEATTR_H
#define GYRE_TESTS_FUZZ_MUTATEATTR_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "support/Random.h"

#include <functional>
#include <optional>

namespace mlir::gyre::fuzz {

Type drawElement(MLIRContext *context, test::Random &random);

/// A size, often one that is not known.
int64_t drawExtent(test::Random &random);

RankedTensorType changeTensor(RankedTensorType type, test::Random &random);
Attribute changeAttribute(Attribute attr, test::Random &random);

/// Replaces types everywhere, with the values of their constants.
void replaceTypes(ModuleOp module,
                  std::function<std::optional<Type>(Type)> map);

} // namespace mlir::gyre::fuzz

#endif // GYRE_TESTS_FUZZ_MUTATEATTR_H
