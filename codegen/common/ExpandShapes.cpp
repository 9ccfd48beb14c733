// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the ExpandShapes pass: strides of reshapes that upstream
// does not compute.

#include "codegen/common/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_EXPANDSHAPES
#include "codegen/common/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

static bool splitsIntoUnknowns(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  return llvm::any_of(op.getReassociationIndices(),
                      [&](ArrayRef<int64_t> group) {
                        return llvm::count_if(group, [&](int64_t dim) {
                                 return type.isDynamicDim(dim);
                               }) > 1;
                      });
}

static void expand(memref::ExpandShapeOp op) {
  OpBuilder b(op);
  Location loc = op.getLoc();
  auto source = memref::ExtractStridedMetadataOp::create(b, loc, op.getSrc());
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  auto [known, knownOffset] = op.getResultType().getStridesAndOffset();
  SmallVector<OpFoldResult> strides(sizes.size());
  for (auto [dim, group] : llvm::enumerate(op.getReassociationIndices())) {
    Value stride = source.getStrides()[dim];
    for (int64_t part : llvm::reverse(group)) {
      strides[part] = ShapedType::isDynamic(known[part])
                          ? OpFoldResult(stride)
                          : b.getIndexAttr(known[part]);
      stride = arith::MulIOp::create(
          b, loc, stride, getValueOrCreateConstantIndexOp(b, loc, sizes[part]));
    }
  }
  OpFoldResult offset = ShapedType::isDynamic(knownOffset)
                            ? OpFoldResult(source.getOffset())
                            : b.getIndexAttr(knownOffset);
  Value cast = memref::ReinterpretCastOp::create(b, loc, op.getResultType(),
                                                 source.getBaseBuffer(), offset,
                                                 sizes, strides);
  op.replaceAllUsesWith(cast);
  op.erase();
}

namespace {
struct ExpandShapes : gyre::impl::ExpandShapesBase<ExpandShapes> {
  void runOnOperation() override {
    SmallVector<memref::ExpandShapeOp> ops;
    getOperation().walk([&](memref::ExpandShapeOp op) {
      if (splitsIntoUnknowns(op))
        ops.push_back(op);
    });
    llvm::for_each(ops, expand);
  }
};
} // namespace
