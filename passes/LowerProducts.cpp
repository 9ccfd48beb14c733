// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the LowerProducts pass: contractions become plain
// products of gyre.contract_reduce, with element-wise work on their result in
// the product's own region.

#include "passes/Passes.h"

#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_LOWERPRODUCTS
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

/// Makes a plain product; `score` fills its region, given the block arguments.
/// The last `rights` inputs belong to a region `right`, which comes later.
static ContractReduceOp
createProduct(OpBuilder &b, Location loc, unsigned contractions,
              ValueRange inputs, ValueRange inits, ArrayRef<AffineMap> maps,
              ArrayAttr iterators,
              function_ref<SmallVector<Value>(OpBuilder &, Block &)> score,
              unsigned rights = 0) {
  auto product = ContractReduceOp::create(
      b, loc, TypeRange(inits), inputs, inits, /*offsets=*/ValueRange(),
      /*limit_operands=*/ValueRange(), b.getAffineMapArrayAttr(maps), iterators,
      contractions, /*rides=*/ArrayRef<int64_t>(), /*pivot=*/0,
      /*limit=*/AffineMapAttr(), /*start=*/AffineMapAttr(), /*bounds=*/0);
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&product.getScore());
  auto addArgument = [&](Value input) {
    block->addArgument(getRegionType(getElementTypeOrSelf(input)), loc);
  };
  for (unsigned k = 0; k < contractions; ++k)
    addArgument(inputs[2 * k]);
  llvm::for_each(inputs.drop_front(2 * contractions).drop_back(rights),
                 addArgument);
  YieldOp::create(b, loc, score(b, *block));
  return product;
}

/// Whether all elements of `value` are zero, as linalg.fill or a map without
/// inputs makes them.
static bool isZeros(Value value) {
  Value element;
  if (auto fill = value.getDefiningOp<linalg::FillOp>())
    element = fill.value();
  else if (auto map = value.getDefiningOp<linalg::GenericOp>())
    element = map.getBody()->getTerminator()->getOperand(
        cast<OpResult>(value).getResultNumber());
  return element && (matchPattern(element, m_AnyZeroFloat()) ||
                     matchPattern(element, m_Zero()));
}

namespace {
struct LowerContraction : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || !linalg::isaContractionOpInterface(op))
      return failure();
    FailureOr<linalg::ContractionDimensions> dims =
        linalg::inferContractionDims(op);
    if (failed(dims) || (dims->m.empty() && dims->n.empty()))
      return failure();
    Value init = op.getDpsInits()[0];
    Type type = getRegionType(getElementTypeOrSelf(init));
    for (OpOperand *input : op.getDpsInputOperands())
      if (getRegionType(getElementTypeOrSelf(input->get())) != type)
        return rewriter.notifyMatchFailure(op, "products of mixed types");

    // Lanes run along the result's last dimension, so the operand that has it
    // is the right one.
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs = {op.getDpsInputOperand(0)->get(),
                                 op.getDpsInputOperand(1)->get()};
    AffineMap resultMap = maps[2];
    bool last = resultMap.getNumResults() != 0 &&
                maps[0].isFunctionOfDim(
                    resultMap.getDimPosition(resultMap.getNumResults() - 1));
    if (dims->n.empty() ||
        (last && !dims->m.empty() &&
         llvm::is_contained(dims->m, resultMap.getDimPosition(
                                         resultMap.getNumResults() - 1)))) {
      std::swap(inputs[0], inputs[1]);
      std::swap(maps[0], maps[1]);
    }
    SmallVector<AffineMap> newMaps = {maps[0], maps[1]};
    // What the sums start from is one more element, unless it is zero.
    bool zero = isZeros(init);
    Value destination;
    if (zero) {
      destination = cast<DestinationStyleOpInterface>(init.getDefiningOp())
                        .getTiedOpOperand(cast<OpResult>(init))
                        ->get();
    } else {
      inputs.push_back(init);
      newMaps.push_back(resultMap);
      destination = tensor::EmptyOp::create(
          rewriter, op.getLoc(),
          tensor::getMixedSizes(rewriter, op.getLoc(), init),
          getElementTypeOrSelf(init));
    }
    newMaps.push_back(resultMap);
    SmallVector<Attribute> iterators;
    for (utils::IteratorType kind : op.getIteratorTypesArray())
      iterators.push_back(rewriter.getStringAttr(
          kind == utils::IteratorType::parallel ? "parallel" : "contraction"));
    auto score = [&](OpBuilder &b, Block &block) -> SmallVector<Value> {
      Value sum = block.getArgument(0);
      if (zero)
        return {sum};
      Value start = block.getArgument(1);
      if (isa<FloatType>(type))
        return {arith::AddFOp::create(b, op.getLoc(), sum, start)};
      return {arith::AddIOp::create(b, op.getLoc(), sum, start)};
    };
    rewriter.replaceOp(op,
                       createProduct(rewriter, op.getLoc(), /*contractions=*/1,
                                     inputs, destination, newMaps,
                                     rewriter.getArrayAttr(iterators), score));
    return success();
  }
};

/// A map of a product's values becomes the tail of its `score`.
struct FuseEpilogue : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp map,
                                PatternRewriter &rewriter) const override {
    if (!linalg::isElementwise(map) || !map.hasPureTensorSemantics())
      return failure();
    for (OpOperand &init : map.getDpsInitsMutable())
      if (map.payloadUsesValueFromOperand(&init))
        return failure();
    for (OpOperand *operand : map.getDpsInputOperands()) {
      auto product = operand->get().getDefiningOp<ContractReduceOp>();
      if (product && product.isPlainProduct() &&
          succeeded(fuse(product, map, operand, rewriter)))
        return success();
    }
    return failure();
  }

  static LogicalResult fuse(ContractReduceOp product, linalg::GenericOp map,
                            OpOperand *operand, PatternRewriter &rewriter) {
    AffineMap access = map.getMatchingIndexingMap(operand);
    if (product->getNumResults() != 1 || !product->hasOneUse() ||
        product->getBlock() != map->getBlock() || !access.isPermutation() ||
        !product.getOffsets().empty())
      return failure();
    SmallVector<AffineMap> maps = product.getIndexingMapsArray();
    // From the product's loops to those of the map.
    AffineMap loops = inversePermutation(access).compose(maps.back());
    maps.pop_back();
    // New elements go in front of what belongs to `right`.
    SmallVector<Value> inputs(product.getInputs());
    unsigned rights = product.getNumReadings(), at = inputs.size() - rights;
    SmallVector<OpOperand *> others;
    for (OpOperand *other : map.getDpsInputOperands())
      if (other != operand) {
        others.push_back(other);
        inputs.insert(inputs.begin() + at, other->get());
        maps.insert(maps.begin() + at,
                    map.getMatchingIndexingMap(other).compose(loops));
        ++at;
      }
    for (OpOperand &init : map.getDpsInitsMutable())
      maps.push_back(map.getMatchingIndexingMap(&init).compose(loops));

    auto score = [&](OpBuilder &b, Block &block) {
      unsigned own = product.getScore().getNumArguments();
      IRMapping first;
      first.map(product.getScore().getArguments(),
                block.getArguments().take_front(own));
      for (Operation &op : product.getScore().front().without_terminator())
        b.clone(op, first);
      Value value = first.lookupOrDefault(
          product.getScore().front().getTerminator()->getOperand(0));
      IRMapping second;
      // The map sees the product as it is stored.
      auto narrow = [&](Value value, Value stored) {
        Type type = stored.getType();
        if (value.getType() == type)
          return value;
        return Value(arith::TruncFOp::create(b, map.getLoc(), type, value));
      };
      second.map(map.getMatchingBlockArgument(operand),
                 narrow(value, map.getMatchingBlockArgument(operand)));
      for (auto [i, other] : llvm::enumerate(others)) {
        Value stored = map.getMatchingBlockArgument(other);
        second.map(stored, narrow(block.getArgument(own + i), stored));
      }
      for (Operation &op : map.getBody()->without_terminator()) {
        auto index = dyn_cast<linalg::IndexOp>(op);
        if (!index) {
          b.clone(op, second);
          continue;
        }
        second.map(index.getResult(),
                   IndexOp::create(b, op.getLoc(), b.getIndexType(),
                                   loops.getDimPosition(index.getDim())));
      }
      SmallVector<Value> values;
      for (Value yielded : map.getBody()->getTerminator()->getOperands()) {
        Value value = second.lookupOrDefault(yielded);
        Type type = getRegionType(value.getType());
        if (value.getType() != type)
          value = arith::ExtFOp::create(b, map.getLoc(), type, value);
        values.push_back(value);
      }
      return values;
    };
    auto fused = createProduct(
        rewriter, map.getLoc(), product.getContractions(), inputs,
        map.getOutputs(), maps, product.getIteratorTypes(), score, rights);
    fused.getRight().takeBody(product.getRight());
    rewriter.replaceOp(map, fused);
    rewriter.eraseOp(product);
    return success();
  }
};

/// A map that widens narrow elements becomes the region `right` of the
/// contraction that they are the right operand of, or `payload` where they are
/// that: fewer bytes are read, and the wide ones exist in registers and panels
/// only.
struct FuseReadings : OpRewritePattern<ContractReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractReduceOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getOffsets().empty())
      return failure();
    if (op.getContractions() == 1 && op.getRight().empty() &&
        succeeded(fuse(op, 1, op.getRight(), rewriter)))
      return success();
    if (op.getNumPayloads() == 0 || !op.getPayload().empty())
      return failure();
    return fuse(op, op.getFirstPayload(), op.getPayload(), rewriter);
  }

  static LogicalResult fuse(ContractReduceOp product, unsigned input,
                            Region &region, PatternRewriter &rewriter) {
    Value wide = product.getInputs()[input];
    auto collapse = wide.getDefiningOp<tensor::CollapseShapeOp>();
    auto map = (collapse ? collapse.getSrc() : wide)
                   .getDefiningOp<linalg::GenericOp>();
    if (!map || !isWidening(map) || map->getBlock() != product->getBlock())
      return failure();

    // The loops of the map as expressions of the product's.
    SmallVector<AffineMap> maps = product.getIndexingMapsArray();
    SmallVector<AffineExpr> positions(maps[input].getResults());
    if (collapse && failed(delinearize(collapse, positions)))
      return failure();
    AffineMap toResult = AffineMap::get(maps[input].getNumDims(), 0, positions,
                                        rewriter.getContext());
    AffineMap loops =
        inversePermutation(map.getIndexingMapsArray().back()).compose(toResult);

    // The input that stands for the operand has all of its loops.
    SmallVector<OpOperand *> operands = map.getDpsInputOperands();
    auto composed = [&](OpOperand *operand) {
      return map.getMatchingIndexingMap(operand).compose(loops);
    };
    auto main = llvm::find_if(operands, [&](OpOperand *operand) {
      AffineMap access = composed(operand);
      for (unsigned dim = 0; dim < loops.getNumDims(); ++dim)
        if (maps[input].isFunctionOfDim(dim) && !access.isFunctionOfDim(dim))
          return false;
      return true;
    });
    if (main == operands.end())
      return failure();
    std::iter_swap(operands.begin(), main);

    // What `right` sees stands before what `payload` sees.
    SmallVector<Value> inputs(product.getInputs());
    inputs[input] = operands.front()->get();
    maps[input] = composed(operands.front());
    unsigned at = inputs.size();
    if (input == 1)
      at -= product.getNumReadings();
    for (OpOperand *operand : ArrayRef(operands).drop_front()) {
      inputs.insert(inputs.begin() + at, operand->get());
      maps.insert(maps.begin() + at++, composed(operand));
    }
    // Sizes of loops are those of the dimensions that they walk alone.
    for (unsigned dim = 0; dim < loops.getNumDims(); ++dim)
      if (llvm::none_of(maps, [&](AffineMap access) {
            return access.getResultPosition(rewriter.getAffineDimExpr(dim));
          }))
        return failure();
    rewriter.modifyOpInPlace(product, [&] {
      product.getInputsMutable().assign(inputs);
      product.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      writeReading(rewriter, region, map, operands, loops);
    });
    return success();
  }

  /// Whether a map has one result that takes more bytes than each input of its
  /// size, and is made element by element.
  static bool isWidening(linalg::GenericOp map) {
    if (!map.hasPureTensorSemantics() || map->getNumResults() != 1 ||
        map.getNumLoops() != map.getNumParallelLoops() ||
        map.payloadUsesValueFromOperand(&map.getDpsInitsMutable()[0]))
      return false;
    SmallVector<AffineMap> maps = map.getIndexingMapsArray();
    if (!maps.back().isPermutation() || !llvm::all_of(maps, [](AffineMap m) {
          return m.isProjectedPermutation();
        }))
      return false;
    for (Operation &op : map.getBody()->without_terminator())
      if (!op.hasTrait<OpTrait::Elementwise>() &&
          !op.hasTrait<OpTrait::ConstantLike>() && !isa<linalg::IndexOp>(op))
        return false;
    auto bits = [](Value value) {
      return getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
    };
    return llvm::any_of(map.getInputs(), [&](Value input) {
      return isa<RankedTensorType>(input.getType()) &&
             !getElementTypeOrSelf(input.getType()).isIndex() &&
             bits(input) < bits(map->getResult(0));
    });
  }

  /// Positions in what `collapse` makes become positions in its source.
  static LogicalResult delinearize(tensor::CollapseShapeOp collapse,
                                   SmallVectorImpl<AffineExpr> &positions) {
    SmallVector<AffineExpr> source;
    for (auto [position, group] :
         llvm::zip_equal(positions, collapse.getReassociationIndices())) {
      SmallVector<AffineExpr> parts;
      AffineExpr rest = position;
      for (int64_t dim : llvm::reverse(ArrayRef(group).drop_front())) {
        int64_t size = collapse.getSrcType().getDimSize(dim);
        if (ShapedType::isDynamic(size) || size == 0)
          return failure();
        parts.push_back(rest % size);
        rest = rest.floorDiv(size);
      }
      parts.push_back(rest);
      source.append(parts.rbegin(), parts.rend());
    }
    positions.assign(source);
    return success();
  }

  static void writeReading(PatternRewriter &rewriter, Region &region,
                           linalg::GenericOp map,
                           ArrayRef<OpOperand *> operands, AffineMap loops) {
    OpBuilder::InsertionGuard guard(rewriter);
    Location loc = map.getLoc();
    Block *block = rewriter.createBlock(&region);
    IRMapping mapping;
    for (OpOperand *operand : operands) {
      Value stored = map.getMatchingBlockArgument(operand);
      Value wide = block->addArgument(getRegionType(stored.getType()), loc);
      mapping.map(stored, wide);
    }
    for (Operation &op : map.getBody()->without_terminator()) {
      if (auto index = dyn_cast<linalg::IndexOp>(op)) {
        AffineMap position = loops.getSubMap({unsigned(index.getDim())});
        SmallVector<Value> dims;
        for (unsigned dim = 0; dim < loops.getNumDims(); ++dim)
          dims.push_back(
              IndexOp::create(rewriter, loc, rewriter.getIndexType(), dim));
        mapping.map(index.getResult(), affine::AffineApplyOp::create(
                                           rewriter, loc, position, dims));
        continue;
      }
      // A structure widens what it reads.
      auto widens = dyn_cast<arith::ExtFOp>(op);
      Value source = op.getNumOperands()
                         ? mapping.lookupOrDefault(op.getOperand(0))
                         : Value();
      if (widens && source.getType() == op.getResult(0).getType()) {
        mapping.map(op.getResult(0), source);
        continue;
      }
      // What else sees a narrow element gets it back.
      for (Value operand : op.getOperands()) {
        Value value = mapping.lookupOrDefault(operand);
        if (value.getType() != operand.getType())
          mapping.map(operand, arith::TruncFOp::create(
                                   rewriter, loc, operand.getType(), value));
      }
      rewriter.clone(op, mapping);
    }
    Value value =
        mapping.lookupOrDefault(map.getBody()->getTerminator()->getOperand(0));
    Type type =
        getRegionType(getElementTypeOrSelf(map->getResult(0).getType()));
    if (value.getType() != type)
      value = arith::ExtFOp::create(rewriter, loc, type, value);
    YieldOp::create(rewriter, loc, value);
  }
};

struct LowerProducts : gyre::impl::LowerProductsBase<LowerProducts> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerContraction, FuseEpilogue, FuseReadings>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
