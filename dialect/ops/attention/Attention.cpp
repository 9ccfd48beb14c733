// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as gyre.contract_reduce with the states of a softmax.

#include "dialect/ops/attention/Attention.h"

#include "dialect/Builders.h"
#include "dialect/SoftmaxStates.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

namespace {
/// Where heads and tokens stand.
struct Layout {
  unsigned leading, heads, tokens;

  Layout(StringRef name, unsigned rank)
      : leading(rank - 3), heads(name == "bhtd" ? leading : leading + 1),
        tokens(name == "bhtd" ? leading + 1 : leading) {}
};
} // namespace

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  RankedTensorType q = tensorType(adaptor.getQ());
  RankedTensorType k = tensorType(adaptor.getK());
  RankedTensorType v = tensorType(adaptor.getV());
  bool agree = q.getRank() >= 3 && k.getRank() == q.getRank() &&
               v.getRank() == q.getRank();
  for (int64_t dim = 0; agree && dim < q.getRank() - 3; ++dim)
    agree = sizesAgree(q.getDimSize(dim), k.getDimSize(dim)) &&
            sizesAgree(q.getDimSize(dim), v.getDimSize(dim));
  if (!agree) // (C1)
    return emitOptionalError(loc,
                             "expected q, k and v of one rank of at least 3 "
                             "with the same leading sizes, got ",
                             q, ", ", k, " and ", v);
  SmallVector<int64_t> sizes(q.getShape());
  sizes.back() = v.getShape().back();
  results.push_back(RankedTensorType::get(sizes, q.getElementType()));
  return success();
}

LogicalResult AttentionOp::verify() {
  RankedTensorType q = tensorType(getQ()), k = tensorType(getK()),
                   v = tensorType(getV());
  int64_t rank = q.getRank();
  Layout at(getLayout(), rank);
  if (!sizesAgree(k.getDimSize(at.heads), v.getDimSize(at.heads)) ||
      !sizesAgree(k.getDimSize(at.tokens), v.getDimSize(at.tokens))) // (C2)
    return emitOpError("expected k and v to have the same heads and length, "
                       "got ")
           << k << " and " << v;
  if (!sizesAgree(q.getDimSize(rank - 1), k.getDimSize(rank - 1)))
    return emitOpError("expected q and k to have the same features, got ")
           << q << " and " << k;
  int64_t queryHeads = q.getDimSize(at.heads);
  int64_t keyHeads = k.getDimSize(at.heads);
  bool known = ShapedType::isStatic(queryHeads);
  if (known != ShapedType::isStatic(keyHeads) ||
      (known && (keyHeads == 0 || queryHeads % keyHeads != 0))) // (C3)
    return emitOpError("expected the heads of k to divide those of q, got ")
           << spellSizes(keyHeads) << " and " << spellSizes(queryHeads);
  if (getMask()) { // (C4)
    SmallVector<int64_t> full(q.getShape().take_front(at.leading));
    full.append({queryHeads, q.getDimSize(at.tokens), k.getDimSize(at.tokens)});
    ArrayRef<int64_t> mask = tensorType(getMask()).getShape();
    bool agree = mask.size() <= full.size();
    for (unsigned i = 0; agree && i < mask.size(); ++i)
      agree = mask[mask.size() - 1 - i] == 1 ||
              sizesAgree(mask[mask.size() - 1 - i], full[full.size() - 1 - i]);
    if (!agree)
      return emitOpError("expected the mask to repeat to ")
             << spellSizes(full) << ", got " << spellSizes(mask);
  }
  if (!getScale() && q.isDynamicDim(rank - 1)) // (C5)
    return emitOpError("expected a scale where the features are not known");
  if (getScale() && !getScale()->isFinite())
    return emitOpError("expected a finite scale, got ")
           << getScale()->convertToDouble();
  return success();
}

//===----------------------------------------------------------------------===//
// Decomposition
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> AttentionOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = getType();
  int64_t rank = type.getRank();
  Layout at(getLayout(), rank);
  RankedTensorType q = tensorType(getQ()), k = tensorType(getK());
  double scale = getScale() ? getScale()->convertToDouble()
                            : 1.0 / std::sqrt(q.getDimSize(rank - 1));

  // With grouped heads those of q split into (key head, member of the group).
  int64_t queryHeads = q.getDimSize(at.heads);
  bool grouped = queryHeads != k.getDimSize(at.heads);
  SmallVector<OpFoldResult> groups;
  if (grouped)
    groups = {b.getIndexAttr(k.getDimSize(at.heads)),
              b.getIndexAttr(queryHeads / k.getDimSize(at.heads))};

  // Loops: leading.., head, (member), i, j, d, e.
  unsigned head = at.leading, i = head + (grouped ? 2 : 1), j = i + 1,
           d = i + 2, e = i + 3, loops = i + 4;
  SmallVector<unsigned> queryHead = dimRange(head, i), keyHead = {head};
  auto mapTo = [&](ArrayRef<unsigned> heads, unsigned token, unsigned feature) {
    SmallVector<unsigned> dims = dimRange(0, at.leading);
    if (at.heads < at.tokens)
      llvm::append_range(dims, heads);
    dims.push_back(token);
    if (at.heads > at.tokens)
      llvm::append_range(dims, heads);
    dims.push_back(feature);
    return mapOf(context, loops, dims);
  };

  Value query = getQ();
  if (grouped)
    query = splitDim(b, loc, query, at.heads, groups);
  SmallVector<Input> inputs = {{query, mapTo(queryHead, i, d)},
                               {getK(), mapTo(keyHead, j, d)}};
  if (Value mask = getMask()) {
    // Loops of [.., Hq, T, S], aligned at the right; sizes of 1 stay at 0.
    RankedTensorType maskType = tensorType(mask);
    SmallVector<SmallVector<unsigned>> dims;
    for (unsigned dim : dimRange(0, at.leading))
      dims.push_back({dim});
    dims.push_back(queryHead);
    dims.push_back({i});
    dims.push_back({j});
    dims.erase(dims.begin(), dims.end() - maskType.getRank());
    SmallVector<AffineExpr> exprs;
    for (auto [axis, own] : llvm::enumerate(dims)) {
      if (maskType.getDimSize(axis) == 1) {
        exprs.push_back(b.getAffineConstantExpr(0));
        continue;
      }
      if (own.size() == 2)
        mask = splitDim(b, loc, mask, axis, groups);
      for (unsigned dim : own)
        exprs.push_back(b.getAffineDimExpr(dim));
    }
    inputs.push_back({mask, AffineMap::get(loops, 0, exprs, context)});
  }
  inputs.push_back({getV(), mapTo(keyHead, j, e)});

  // Raw products lead where the scale keeps their order, so that it costs
  // nothing; otherwise scores are scaled before they meet the maximum.
  bool boolean =
      getMask() && tensorType(getMask()).getElementType().isInteger(1);
  bool additive = getMask() && !boolean;
  bool raw = !additive && scale > 0;
  SoftmaxStates states{raw ? scale * log2e : 1.0};

  AffineMap limit;
  SmallVector<Value> limitOperands;
  if (getCausal()) {
    AffineExpr bound = b.getAffineDimExpr(i) + 1;
    unsigned symbols = 0;
    if (getAlign() == "end") {
      bound = bound + b.getAffineSymbolExpr(symbols++);
      limitOperands.push_back(arith::SubIOp::create(
          b, loc, sizeValue(b, loc, sizeOf(b, loc, getK(), at.tokens)),
          sizeValue(b, loc, sizeOf(b, loc, getQ(), at.tokens))));
    }
    limit = AffineMap::get(loops, symbols, bound);
  }

  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[j] = IteratorKind::reduction;
  iterators[d] = IteratorKind::contraction;
  Value result =
      buildContractReduce(
          b, loc,
          {.iterators = iterators,
           .inputs = inputs,
           .outputs = {{type.getElementType(), mapTo(queryHead, i, e)}},
           .rides = {1},
           .pivot = 1,
           .limit = limit,
           .limitOperands = limitOperands,
           .score = [&](Body &, ArrayRef<Scalar> products,
                        ArrayRef<Scalar> elements) -> Scalars {
             Scalar s = products[0];
             if (!raw)
               s = s * (scale * log2e);
             if (additive)
               s = s + elements[0] * log2e;
             if (boolean)
               s = select(elements[0], s,
                          -std::numeric_limits<double>::infinity());
             return {s};
           },
           .init = [&](Body &body) { return states.init(body); },
           .step = [&](Body &, ArrayRef<Scalar> x,
                       ArrayRef<Scalar> s) { return states.step(x[0], s); },
           .merge = [&](Body &, ArrayRef<Scalar> x,
                        ArrayRef<Scalar> y) { return states.merge(x, y); },
           .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
             return {SoftmaxStates::reciprocal(s[1])};
           },
           .apply = [](Body &, ArrayRef<Scalar> sums, ArrayRef<Scalar> finished)
               -> Scalars { return {sums[0] * finished[0]}; }})
          .front();
  if (grouped)
    result = mergeDims(b, loc, result, at.heads, 2);
  return SmallVector<Value>{result};
}

#define GET_OP_CLASSES
#include "dialect/ops/attention/Attention.cpp.inc"

namespace mlir::gyre {
void registerAttention(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/attention/Attention.cpp.inc"
      >();
}
} // namespace mlir::gyre
