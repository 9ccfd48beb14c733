// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of maps for CPUs.

#include "codegen/cpu/Emitters.h"
#include "dialect/structures/Structures.h"

using namespace mlir;
using namespace mlir::gyre;

void gyre::expandMath(Operation *) {}
