// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention as gyre.contract_reduce with the states of a softmax.

#include "dialect/Builders.h"
#include "dialect/SoftmaxStates.h"
#include "dialect/ops/attention/Attention.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace mlir::gyre;

namespace {
class Decomposition {
public:
  Decomposition(AttentionOp op, OpBuilder &b);
  SmallVector<Value> build();

private:
  AffineMap mapTo(ArrayRef<unsigned> heads, unsigned token, unsigned feature);
  /// A tensor of [.., Hq, T, S], or what repeats to that, as an element.
  Input elementOf(Value tensor);
  Value sizeOfTokens(Value tensor);
  /// What is added to a query's index for its position, where that is the same
  /// for all; null for 0.
  Value shiftOfQueries();
  void boundByPositions();
  void boundBySequences();
  Scalar callRegion(Body &body, Scalar score, ArrayRef<Scalar> elements);
  Scalar scoreOf(Body &body, Scalar product, ArrayRef<Scalar> elements);

  AttentionOp op;
  OpBuilder &b;
  Location loc;
  AttentionLayout at;
  double scale;
  /// With grouped heads those of q split into (key head, member of the group).
  bool grouped;
  SmallVector<OpFoldResult> groups;
  /// Loops: leading.., head, (member), i, j, d, e.
  unsigned head, i, j, d, e, loops;
  SmallVector<unsigned> queryHead, keyHead;
  ContractReduceParts parts;
  /// How far a query sees before and behind its own position; nothing: as far
  /// as there are keys.
  std::optional<int64_t> before, behind;
  Value shift;
};
} // namespace

Decomposition::Decomposition(AttentionOp op, OpBuilder &b)
    : op(op), b(b), loc(op.getLoc()), at(AttentionLayout::of(op)) {
  RankedTensorType q = tensorType(op.getQ()), k = tensorType(op.getK());
  scale = op.getScale() ? op.getScale()->convertToDouble()
                        : 1.0 / std::sqrt(q.getShape().back());
  int64_t queryHeads = q.getDimSize(at.heads);
  grouped = queryHeads != k.getDimSize(at.heads);
  if (grouped)
    groups = {b.getIndexAttr(k.getDimSize(at.heads)),
              b.getIndexAttr(queryHeads / k.getDimSize(at.heads))};
  head = at.leading;
  i = head + (grouped ? 2 : 1);
  j = i + 1;
  d = i + 2;
  e = i + 3;
  loops = i + 4;
  queryHead = dimRange(head, i);
  keyHead = {head};
  if (auto window = op.getWindow()) {
    if ((*window)[0] >= 0)
      before = (*window)[0];
    if ((*window)[1] >= 0)
      behind = (*window)[1];
  }
  if (op.getCausal())
    behind = 0;
}

AffineMap Decomposition::mapTo(ArrayRef<unsigned> heads, unsigned token,
                               unsigned feature) {
  SmallVector<unsigned> dims = dimRange(0, at.leading);
  if (at.heads < at.tokens)
    llvm::append_range(dims, heads);
  dims.push_back(token);
  if (at.heads > at.tokens)
    llvm::append_range(dims, heads);
  dims.push_back(feature);
  return mapOf(b.getContext(), loops, dims);
}

Input Decomposition::elementOf(Value tensor) {
  // Loops of [.., Hq, T, S], aligned at the right; sizes of 1 stay at 0.
  RankedTensorType type = tensorType(tensor);
  SmallVector<SmallVector<unsigned>> dims;
  for (unsigned dim : dimRange(0, at.leading))
    dims.push_back({dim});
  dims.push_back(queryHead);
  dims.push_back({i});
  dims.push_back({j});
  dims.erase(dims.begin(), dims.end() - type.getRank());
  SmallVector<AffineExpr> exprs;
  for (auto [axis, own] : llvm::enumerate(dims)) {
    if (type.getDimSize(axis) == 1) {
      exprs.push_back(b.getAffineConstantExpr(0));
      continue;
    }
    if (own.size() == 2)
      tensor = splitDim(b, loc, tensor, exprs.size(), groups);
    for (unsigned dim : own)
      exprs.push_back(b.getAffineDimExpr(dim));
  }
  return {tensor, AffineMap::get(loops, 0, exprs, b.getContext())};
}

Value Decomposition::sizeOfTokens(Value tensor) {
  return sizeValue(b, loc, sizeOf(b, loc, tensor, at.tokens));
}

Value Decomposition::shiftOfQueries() {
  if (op.getPast())
    return op.getPast();
  if (op.getAlign() == "start" || op.getLengths() || !op.getSequences().empty())
    return {};
  return arith::SubIOp::create(b, loc, sizeOfTokens(op.getK()),
                               sizeOfTokens(op.getQ()));
}

//===----------------------------------------------------------------------===//
// Which keys a query sees
//===----------------------------------------------------------------------===//

static Scalar smaller(Scalar x, Scalar y) { return select(less(x, y), x, y); }

/// Spans as affine maps of a query's position.
void Decomposition::boundByPositions() {
  bool atEnd = op.getAlign() == "end";
  bool bounded = before || behind;
  // Where the first query stands, and how many keys count.
  AffineExpr first, count;
  unsigned symbols = 0;
  auto operand = [&](Value value) {
    parts.limitOperands.push_back(value);
    return b.getAffineSymbolExpr(symbols++);
  };
  if (op.getLengths()) {
    if (atEnd && bounded)
      first = -operand(sizeOfTokens(op.getQ()));
    // Bounds are the symbols behind the operands.
    count = b.getAffineSymbolExpr(symbols++);
    first = first ? first + count : b.getAffineConstantExpr(0);
    parts.inputs.push_back({op.getLengths(), mapOf(b.getContext(), loops,
                                                   dimRange(0, at.leading))});
    parts.bounds = 1;
  } else if (shift && (bounded || op.getPast())) {
    first = operand(shift);
    if (op.getPast())
      count = first + operand(sizeOfTokens(op.getQ()));
  } else {
    first = b.getAffineConstantExpr(0);
  }

  AffineExpr position = b.getAffineDimExpr(i) + first;
  SmallVector<AffineExpr> limits;
  if (behind)
    limits.push_back(position + *behind + 1);
  // Where the last query stands at the last key, its own limit says it.
  if (count && (behind.value_or(1) > 0 || !atEnd))
    limits.push_back(count);
  if (!limits.empty())
    parts.limit = AffineMap::get(loops, symbols, limits, b.getContext());
  if (before)
    parts.start = AffineMap::get(loops, symbols, position - *before);
}

/// Spans as two vectors over the queries: a query's sequence is the one whose
/// start is the last at or before it.
void Decomposition::boundBySequences() {
  MLIRContext *context = b.getContext();
  Value queries = op.getSequences().front(), keys = op.getSequences().back();
  AffineMap row = mapOf(context, 2, {0}), column = mapOf(context, 2, {1});
  Type integer = b.getI32Type();
  constexpr int64_t none = std::numeric_limits<int32_t>::min(),
                    never = std::numeric_limits<int32_t>::max();
  SmallVector<OpFoldResult> sizes = {sizeOf(b, loc, op.getQ(), at.tokens)};
  bool atEnd = op.getAlign() == "end";
  SmallVector<Value> spans = buildReduce(
      b, loc,
      {.iterators = {IteratorKind::parallel, IteratorKind::reduction},
       .inputs = {{queries, column}, {keys, column}},
       .outputs = {{integer, row, sizes}, {integer, row, sizes}},
       // The starts before and behind a query, of queries and of keys.
       .init = [&](Body &body) -> Scalars {
         Scalar low = body.integer(none, integer);
         Scalar high = body.integer(never, integer);
         return {low, high, low, high};
       },
       .step = [&](Body &body, ArrayRef<Scalar> x,
                   ArrayRef<Scalar> s) -> Scalars {
         Scalar q = x[0].to(integer), k = x[1].to(integer);
         Scalar isBehind = less(body.position32(0), q);
         auto later = [&](Scalar x, Scalar y) {
           return select(isBehind | less(y, x), x, y);
         };
         auto sooner = [&](Scalar x, Scalar y) {
           return select(isBehind & less(y, x), y, x);
         };
         return {later(s[0], q), sooner(s[1], q), later(s[2], k),
                 sooner(s[3], k)};
       },
       .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) -> Scalars {
         return {maximum(x[0], y[0]), smaller(x[1], y[1]), maximum(x[2], y[2]),
                 smaller(x[3], y[3])};
       },
       .finish = [&](Body &body, ArrayRef<Scalar> s) -> Scalars {
         // No start before: no key. None behind: no key at or after that.
         Scalar begin = maximum(s[2], s[2].number(0));
         Scalar end = select(equal(s[2], none) | equal(s[3], never), begin,
                             maximum(s[3], begin));
         Scalar position = body.position32(0) - s[0] + begin;
         if (atEnd)
           position = position + (end - begin) - (s[1] - s[0]);
         Scalar from = begin, to = end;
         if (before)
           from = maximum(begin, position - static_cast<double>(*before));
         if (behind)
           to = smaller(end, maximum(begin, position + static_cast<double>(
                                                           *behind + 1)));
         return {from, to};
       }});
  AffineMap query = mapOf(context, loops, {i});
  parts.inputs.append({{spans[0], query}, {spans[1], query}});
  parts.bounds = 2;
  parts.start = AffineMap::get(loops, 2, b.getAffineSymbolExpr(0));
  parts.limit = AffineMap::get(loops, 2, b.getAffineSymbolExpr(1));
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

Scalar Decomposition::callRegion(Body &body, Scalar score,
                                 ArrayRef<Scalar> elements) {
  Scalar batch =
      at.leading ? body.position(0) : body.integer(0, b.getIndexType());
  Scalar query = body.position(head);
  if (grouped)
    query = query * static_cast<double>(
                        tensorType(op.getQ()).getDimSize(at.heads) /
                        tensorType(op.getK()).getDimSize(at.heads)) +
            body.position(head + 1);
  Scalar position = body.position(i);
  if (shift)
    position = position + body.outer(shift);
  SmallVector<Value> arguments = {score, batch, query, position,
                                  body.position(j)};
  llvm::append_range(arguments, elements);
  Block &block = op.getScore().front();
  IRMapping mapping;
  mapping.map(block.getArguments(), arguments);
  for (Operation &inner : block.without_terminator())
    body.builder().clone(inner, mapping);
  return body.outer(
      mapping.lookupOrDefault(block.getTerminator()->getOperand(0)));
}

Scalar Decomposition::scoreOf(Body &body, Scalar product,
                              ArrayRef<Scalar> elements) {
  Scalar s = product * scale;
  if (auto cap = op.getSoftcap())
    s = tanh(s * (1 / cap->convertToDouble())) * cap->convertToDouble();
  bool masked = static_cast<bool>(op.getMask());
  if (!op.getScore().empty())
    s = callRegion(body, s, elements.drop_front(masked ? 1 : 0));
  s = s * log2e;
  if (!masked)
    return s;
  if (!tensorType(op.getMask()).getElementType().isInteger(1))
    return s + elements[0].to(s.getType()) * log2e;
  return select(elements[0], s, -std::numeric_limits<double>::infinity());
}

//===----------------------------------------------------------------------===//
// The structure
//===----------------------------------------------------------------------===//

SmallVector<Value> Decomposition::build() {
  Type element = op.getResult().getType().getElementType();
  shift = shiftOfQueries();
  Value query = op.getQ();
  if (grouped)
    query = splitDim(b, loc, query, at.heads, groups);
  parts.inputs = {{query, mapTo(queryHead, i, d)},
                  {op.getK(), mapTo(keyHead, j, d)}};
  if (op.getMask())
    parts.inputs.push_back(elementOf(op.getMask()));
  for (Value captured : op.getCaptured())
    parts.inputs.push_back(elementOf(captured));
  parts.inputs.push_back({op.getV(), mapTo(keyHead, j, e)});
  if (op.getSequences().empty())
    boundByPositions();
  else
    boundBySequences();

  SmallVector<unsigned> sumDims = dimRange(0, i + 1);
  if (op.getLogsumexp())
    parts.outputs.push_back(
        {getRegionType(element), mapOf(b.getContext(), loops, sumDims)});
  parts.outputs.push_back({element, mapTo(queryHead, i, e)});
  parts.iterators.assign(loops, IteratorKind::parallel);
  parts.iterators[j] = IteratorKind::reduction;
  parts.iterators[d] = IteratorKind::contraction;
  parts.rides = {1};
  parts.pivot = 1;

  // Raw products lead where scores are an increasing multiple of them: the
  // scale stands in the exponent, where it costs nothing.
  bool boolean =
      op.getMask() && tensorType(op.getMask()).getElementType().isInteger(1);
  bool raw = (!op.getMask() || boolean) && scale > 0 && !op.getSoftcap() &&
             op.getScore().empty();
  SoftmaxStates states{raw ? scale * log2e : 1.0};
  parts.score = [&](Body &body, ArrayRef<Scalar> products,
                    ArrayRef<Scalar> elements) -> Scalars {
    if (!raw)
      return {scoreOf(body, products[0], elements)};
    if (boolean)
      return {select(elements[0], products[0],
                     -std::numeric_limits<double>::infinity())};
    return {products[0]};
  };
  parts.init = [&](Body &body) { return states.init(body); };
  parts.step = [&](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> s) {
    return states.step(x[0], s);
  };
  parts.merge = [&](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) {
    return states.merge(x, y);
  };
  bool wantsSums = op.getLogsumexp();
  parts.finish = [&](Body &, ArrayRef<Scalar> s) -> Scalars {
    Scalar weight = SoftmaxStates::reciprocal(s[1]);
    if (!wantsSums)
      return {weight};
    Scalar lead = SoftmaxStates::base(s[0]) * (states.scale * ln2);
    return {lead + log2(s[1]) * ln2, weight};
  };
  parts.apply = [](Body &, ArrayRef<Scalar> sums,
                   ArrayRef<Scalar> finished) -> Scalars {
    return {sums[0] * finished.back()};
  };
  SmallVector<Value> results = buildContractReduce(b, loc, parts);
  if (wantsSums)
    std::swap(results[0], results[1]);
  if (grouped) {
    results[0] = mergeDims(b, loc, results[0], at.heads, 2);
    if (wantsSums)
      results[1] = mergeDims(b, loc, results[1], at.leading, 2);
  }
  return results;
}

FailureOr<SmallVector<Value>> AttentionOp::decomposeOperation(OpBuilder &b) {
  return Decomposition(*this, b).build();
}
