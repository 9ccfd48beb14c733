// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the LowerReductions pass: sums, products, maxima and
// minima along dimensions become gyre.reduce with one state.

#include "passes/Passes.h"

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_LOWERREDUCTIONS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// The value that changes nothing. For maxnumf and minnumf an infinity serves,
/// though NaN is what arith calls neutral: vector code compares and selects.
static TypedAttr getNeutral(Operation *combiner) {
  Type type = combiner->getResult(0).getType();
  if (isa<arith::MaxNumFOp, arith::MinNumFOp>(combiner))
    return FloatAttr::get(
        type, APFloat::getInf(cast<FloatType>(type).getFloatSemantics(),
                              /*Negative=*/isa<arith::MaxNumFOp>(combiner)));
  return arith::getNeutralElement(combiner).value_or(TypedAttr());
}

namespace {
struct LowerReduction : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 ||
        op.getNumLoops() == op.getNumParallelLoops() ||
        op.getNumParallelLoops() + op.getNumReductionLoops() !=
            op.getNumLoops() ||
        linalg::isaContractionOpInterface(op) || op.hasIndexSemantics())
      return failure();
    // The body computes in the elements' types, a region of gyre.reduce in f32.
    for (Value operand : op->getOperands()) {
      Type element = getElementTypeOrSelf(operand);
      if (!isa<RankedTensorType>(operand.getType()) ||
          getRegionType(element) != element)
        return failure();
    }
    SmallVector<Operation *> combiners;
    Value element = matchReduction(op.getRegionOutputArgs(), 0, combiners);
    if (!element || combiners.size() != 1)
      return failure();
    TypedAttr neutral = getNeutral(combiners.front());
    if (!neutral)
      return failure();

    Location loc = op.getLoc();
    Value init = op.getDpsInits()[0];
    auto fill = init.getDefiningOp<linalg::FillOp>();
    Attribute start;
    bool startsNeutral = fill &&
                         matchPattern(fill.value(), m_Constant(&start)) &&
                         isNeutral(start, neutral);
    Value destination =
        fill ? fill.output()
             : tensor::EmptyOp::create(
                   rewriter, loc, tensor::getMixedSizes(rewriter, loc, init),
                   getElementTypeOrSelf(init))
                   .getResult();
    Value reduced =
        reduce(op, combiners.front(), neutral, destination, rewriter);
    if (startsNeutral) {
      rewriter.replaceOp(op, reduced);
      return success();
    }
    auto rank = cast<RankedTensorType>(init.getType()).getRank();
    SmallVector<AffineMap> maps(3, rewriter.getMultiDimIdentityMap(rank));
    SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
    Operation *combiner = combiners.front();
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, init.getType(), ValueRange{init, reduced}, destination, maps, loops,
        [&](OpBuilder &b, Location loc, ValueRange args) {
          linalg::YieldOp::create(b, loc,
                                  combine(b, combiner, args[0], args[1]));
        });
    return success();
  }

  /// -0 is arith's neutral element of a sum; whoever writes 0 means the same.
  static bool isNeutral(Attribute start, TypedAttr neutral) {
    auto number = dyn_cast<FloatAttr>(start);
    return start == neutral || (number && number.getValue().isZero() &&
                                cast<FloatAttr>(neutral).getValue().isZero());
  }

  static Value combine(OpBuilder &b, Operation *combiner, Value x, Value y) {
    IRMapping mapping;
    mapping.map(combiner->getOperand(0), x);
    mapping.map(combiner->getOperand(1), y);
    return b.clone(*combiner, mapping)->getResult(0);
  }

  static Value reduce(linalg::LinalgOp op, Operation *combiner,
                      TypedAttr neutral, Value destination, OpBuilder &b) {
    Location loc = op.getLoc();
    SmallVector<Attribute> iterators;
    for (utils::IteratorType kind : op.getIteratorTypesArray())
      iterators.push_back(b.getStringAttr(
          kind == utils::IteratorType::parallel ? "parallel" : "reduction"));
    SmallVector<Value> inputs;
    for (OpOperand *input : op.getDpsInputOperands())
      inputs.push_back(input->get());
    auto result =
        ReduceOp::create(b, loc, TypeRange(destination), inputs, destination,
                         /*offsets=*/ValueRange(),
                         b.getAffineMapArrayAttr(op.getIndexingMapsArray()),
                         b.getArrayAttr(iterators), /*pivot=*/0);
    Type type = neutral.getType();

    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&result.getInit());
    YieldOp::create(b, loc,
                    arith::ConstantOp::create(b, loc, neutral).getResult());

    // The body with the state in place of the result so far.
    Block *body = op.getBlock();
    Block *step = b.createBlock(&result.getStep());
    IRMapping mapping;
    for (BlockArgument argument : body->getArguments())
      mapping.map(argument, step->addArgument(argument.getType(), loc));
    for (Operation &inner : body->without_terminator())
      b.clone(inner, mapping);
    YieldOp::create(b, loc,
                    mapping.lookup(body->getTerminator()->getOperand(0)));

    Block *merge =
        b.createBlock(&result.getMerge(), {}, {type, type}, {loc, loc});
    YieldOp::create(
        b, loc,
        combine(b, combiner, merge->getArgument(0), merge->getArgument(1)));
    Block *finish = b.createBlock(&result.getFinish(), {}, type, loc);
    YieldOp::create(b, loc, finish->getArguments());
    return result.getResult(0);
  }
};

struct LowerReductions : gyre::impl::LowerReductionsBase<LowerReductions> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerReduction>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
