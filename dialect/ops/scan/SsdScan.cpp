// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mamba-2's scan: chunks as matrix products with a scan over their states, and
// the steps that fill no chunk as a scan.

#include "dialect/ops/scan/Scan.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult SsdScanOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType b = tensorType(adaptor.getB());
  int64_t rank = x.getRank();
  if (rank < 3) // (C1)
    return emitOptionalError(loc, "expected x of rank 3 or more, got ", x);
  if (b.getRank() < 1) // (C3)
    return emitOptionalError(loc, "expected B with states, got ", b);
  SmallVector<int64_t> state(x.getShape().drop_back(3));
  llvm::append_range(state, x.getShape().take_back(2));
  state.push_back(b.getShape().back());
  results.push_back(x);
  results.push_back(RankedTensorType::get(
      state, stateType(adaptor.getInitial(), x.getElementType())));
  return success();
}

LogicalResult SsdScanOp::verify() {
  ArrayRef<int64_t> x = tensorType(getX()).getShape();
  int64_t heads = x[x.size() - 2];
  if (failed(verifyShape(*this, getDelta(), "delta", x.drop_back())) || // (C1)
      failed(verifyShape(*this, getA(), "a", heads)))                   // (C2)
    return failure();
  RankedTensorType input = tensorType(getB());
  SmallVector<int64_t> sizes(x.drop_back(2));
  if (input.getRank() == static_cast<int64_t>(x.size())) { // (C3)
    int64_t groups = input.getDimSize(input.getRank() - 2);
    if (ShapedType::isDynamic(groups) || groups == 0 ||
        ShapedType::isDynamic(heads) || heads % groups != 0)
      return emitOpError("expected groups that divide the heads, got ")
             << spellSizes(groups) << " and " << spellSizes(heads);
    sizes.push_back(groups);
  }
  sizes.push_back(input.getShape().back());
  if (failed(verifyShape(*this, getB(), "B", sizes)) ||
      failed(verifyShape(*this, getC(), "C", sizes)))
    return failure();
  bool perChannel = getSkip() && tensorType(getSkip()).getRank() == 2;
  if (failed(verifyShape(*this, getSkip(), "skip", // (C4)
                         x.slice(x.size() - 2, perChannel ? 2 : 1))) ||
      failed(verifyShape(*this, getBias(), "bias", heads)) ||
      failed(verifyShape(*this, getGate(), "gate", x)) ||
      failed(verifyShape(*this, getInitial(), "the initial state", // (C5)
                         tensorType(getLast()).getShape())))
    return failure();
  if (getChunk() < 1 || getChunk() > 1024) // (C6)
    return emitOpError("expected a chunk in [1, 1024], got ") << getChunk();
  if (auto limits = getLimits(); // (C7)
      limits && (limits->size() != 2 || !((*limits)[0] <= (*limits)[1])))
    return emitOpError("expected two limits, the lower one first");
  return success();
}

//===----------------------------------------------------------------------===//
// Decomposition
//===----------------------------------------------------------------------===//

namespace {
/// Builds the scan of one range of time. Loops start with the leading
/// dimensions; heads are one dimension, or two (group, member).
class SsdBuilder {
public:
  SsdBuilder(OpBuilder &b, SsdScanOp op);

  /// Splits the time of all operands; chunks first, then what is left.
  SmallVector<Value> build();

private:
  /// The operands over some range of time, with a dimension of chunks in front
  /// of that of time or without.
  struct Part {
    Value x, step, decay, b, c, gate;
  };
  using Results = std::pair<Value, Value>; // y, state

  /// A range of time, dimension `leading` of all operands.
  struct TimeSlice {
    SsdBuilder &builder;
    OpFoldResult from, size;

    TimeSlice(SsdBuilder &builder, OpFoldResult from, OpFoldResult size)
        : builder(builder), from(from), size(size) {}
    Value take(Value tensor);
    Part take(const Part &part);
    Value insert(Value part, Value whole);
  };
  Results buildChunks(const Part &part, Value state);
  /// `y` is where the results go; null: anywhere.
  Results buildSteps(const Part &part, Value state, Value y = {});

  Value splitHeads(Value tensor, unsigned dim) {
    return grouped ? splitDim(b, loc, tensor, dim, groups) : tensor;
  }
  Part splitTime(const Part &part, OpFoldResult chunks);
  AffineMap map(unsigned loops, ArrayRef<ArrayRef<unsigned>> dims) {
    SmallVector<unsigned> all;
    for (ArrayRef<unsigned> group : dims)
      llvm::append_range(all, group);
    return mapOf(b.getContext(), loops, all);
  }
  /// (y + skip x) silu(gate), of which `e` has y, then x, skip and gate.
  Scalar finish(ArrayRef<Scalar> e);
  /// x, and the skip and the gate where given, for loops that stand at `lead`,
  /// `heads` and `p`.
  SmallVector<Input> finishInputs(const Part &part, unsigned loops,
                                  ArrayRef<unsigned> row,
                                  ArrayRef<unsigned> heads, unsigned p);

  OpBuilder &b;
  SsdScanOp op;
  Location loc;
  RankedTensorType type;
  Type real;
  unsigned leading, numHeadDims;
  int64_t chunk;
  bool grouped;
  SmallVector<OpFoldResult> groups;
  Value skip;
};
} // namespace

SsdBuilder::SsdBuilder(OpBuilder &b, SsdScanOp op)
    : b(b), op(op), loc(op.getLoc()), type(tensorType(op.getX())),
      real(getRegionType(type.getElementType())), leading(type.getRank() - 3),
      chunk(op.getChunk()),
      grouped(tensorType(op.getB()).getRank() == type.getRank()) {
  numHeadDims = grouped ? 2 : 1;
  if (grouped) {
    int64_t count = tensorType(op.getB()).getDimSize(leading + 1);
    groups = {b.getIndexAttr(count),
              b.getIndexAttr(type.getDimSize(leading + 1) / count)};
  }
  if (op.getSkip())
    skip = splitHeads(op.getSkip(), 0);
}

/// Offsets, sizes and strides of `size` steps from `from` on.
static std::array<SmallVector<OpFoldResult>, 3>
sliceTime(OpBuilder &b, Location loc, Value tensor, unsigned dim,
          OpFoldResult from, OpFoldResult size) {
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, tensor),
                            offsets(sizes.size(), b.getIndexAttr(0)),
                            strides(sizes.size(), b.getIndexAttr(1));
  sizes[dim] = size;
  offsets[dim] = from;
  return {offsets, sizes, strides};
}

Value SsdBuilder::TimeSlice::take(Value tensor) {
  if (!tensor)
    return tensor;
  auto [offsets, sizes, strides] =
      sliceTime(builder.b, builder.loc, tensor, builder.leading, from, size);
  return tensor::ExtractSliceOp::create(builder.b, builder.loc, tensor, offsets,
                                        sizes, strides);
}

SsdBuilder::Part SsdBuilder::TimeSlice::take(const Part &part) {
  return {take(part.x), take(part.step), take(part.decay),
          take(part.b), take(part.c),    take(part.gate)};
}

Value SsdBuilder::TimeSlice::insert(Value part, Value whole) {
  auto [offsets, sizes, strides] =
      sliceTime(builder.b, builder.loc, whole, builder.leading, from, size);
  return tensor::InsertSliceOp::create(builder.b, builder.loc, part, whole,
                                       offsets, sizes, strides);
}

SsdBuilder::Part SsdBuilder::splitTime(const Part &part, OpFoldResult chunks) {
  auto split = [&](Value tensor) {
    return tensor ? splitDim(b, loc, tensor, leading,
                             {chunks, b.getIndexAttr(chunk)})
                  : tensor;
  };
  return {split(part.x), split(part.step), split(part.decay),
          split(part.b), split(part.c),    split(part.gate)};
}

Scalar SsdBuilder::finish(ArrayRef<Scalar> e) {
  Scalar y = e[0];
  if (skip)
    y = y + e[2] * e[1];
  if (op.getGate())
    y = y * silu(e.back());
  return y;
}

SmallVector<Input> SsdBuilder::finishInputs(const Part &part, unsigned loops,
                                            ArrayRef<unsigned> row,
                                            ArrayRef<unsigned> heads,
                                            unsigned p) {
  AffineMap all = map(loops, {row, heads, p});
  SmallVector<Input> inputs = {{part.x, all}};
  if (skip)
    inputs.push_back({skip, tensorType(op.getSkip()).getRank() == 2
                                ? map(loops, {heads, p})
                                : map(loops, {heads})});
  if (part.gate)
    inputs.push_back({part.gate, all});
  return inputs;
}

/// Loops: leading.., t, heads.., p, n.
SsdBuilder::Results SsdBuilder::buildSteps(const Part &part, Value state,
                                           Value y) {
  unsigned t = leading, first = t + 1, p = first + numHeadDims, n = p + 1,
           loops = n + 1;
  SmallVector<unsigned> lead = dimRange(0, leading), row = dimRange(0, first),
                        heads = dimRange(first, p),
                        shared = dimRange(first, p - 1);
  AffineMap perHead = map(loops, {row, heads});
  AffineMap perState = map(loops, {row, shared, n});
  SmallVector<Input> inputs = {{part.decay, perHead},
                               {part.step, perHead},
                               {part.b, perState},
                               {part.c, perState}};
  llvm::append_range(inputs, finishInputs(part, loops, row, heads, p));
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[t] = IteratorKind::carried;
  iterators[n] = IteratorKind::state;
  SmallVector<Value> results = buildScan(
      b, loc,
      {.iterators = iterators,
       .inputs = inputs,
       .states = {{state, map(loops, {lead, heads, p, n})}},
       .outputs = {{type.getElementType(), map(loops, {row, heads, p}), {}, y}},
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                  ArrayRef<Scalar> h) -> Scalars {
         Scalar next = e[0] * h[0] + (e[1] * e[4]) * e[2];
         return {next, next * e[3]};
       },
       .output = [&](Body &, ArrayRef<Scalar> e,
                     ArrayRef<Scalar> sums) -> Scalars {
         // Of the row's elements decay and step come first.
         Scalars values = {sums[0]};
         llvm::append_range(values, e.drop_front(2));
         return {finish(values)};
       }});
  return {results[1], results[0]};
}

/// Loops of all structures: leading.., k (chunk), then t, heads and others in
/// the order that suits.
SsdBuilder::Results SsdBuilder::buildChunks(const Part &part, Value state) {
  unsigned k = leading, at = k + 1, first = at + 1, end = first + numHeadDims;
  SmallVector<unsigned> lead = dimRange(0, leading), outer = dimRange(0, at),
                        row = dimRange(0, first), heads = dimRange(first, end),
                        shared = dimRange(first, end - 1);
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, part.decay);
  // Sizes of what there is once a chunk and head.
  SmallVector<OpFoldResult> perChunk(sizes);
  perChunk.erase(perChunk.begin() + at);

  // carry[t] is the decay from the start of the chunk to t.
  unsigned loops = end;
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[at] = IteratorKind::carried;
  SmallVector<Value> products = buildScan(
      b, loc,
      {.iterators = iterators,
       .inputs = {{part.decay, map(loops, {row, heads})}},
       .states = {{filledTensor(b, loc, perChunk, real, 1.0),
                   map(loops, {outer, heads})}},
       .outputs = {{real, map(loops, {row, heads})}},
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                  ArrayRef<Scalar> h) -> Scalars {
         return {e[0] * h[0], e[0] * h[0]};
       },
       .output = [](Body &, ArrayRef<Scalar>,
                    ArrayRef<Scalar> sums) -> Scalars { return {sums[0]}; }});
  Value whole = products[0], carry = products[1];

  // mix[t, j] is how much of x[j] has come to t: its step and the decays since.
  unsigned j = loops++;
  iterators.push_back(IteratorKind::parallel);
  perChunk.push_back(b.getIndexAttr(chunk));
  SmallVector<Value> mixes = buildScan(
      b, loc,
      {.iterators = iterators,
       .inputs = {{part.decay, map(loops, {row, heads})},
                  {part.step, map(loops, {row, heads})}},
       .states = {{filledTensor(b, loc, perChunk, real, 0.0),
                   map(loops, {outer, heads, j})}},
       .outputs = {{real, map(loops, {outer, heads, at, j})}},
       .step = [&](Body &body, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                   ArrayRef<Scalar> h) -> Scalars {
         Scalar now = body.position32(at), column = body.position32(j);
         Scalar next = select(less(column, now), e[0] * h[0],
                              select(equal(column, now), e[1], 0.0));
         return {next, next};
       },
       .output = [](Body &, ArrayRef<Scalar>,
                    ArrayRef<Scalar> sums) -> Scalars { return {sums[0]}; }});
  // What has come to the end of the chunk, and all of it.
  Value rest = mixes[0], mix = mixes[1];

  // What the chunk adds to the state: sum_t rest[t] x[t, p] B[t, n].
  unsigned p = end, n = p + 1;
  loops = n + 1;
  Value weighted = buildMap(b, loc,
                            {{part.x, map(p + 1, {row, heads, p})},
                             {rest, map(p + 1, {outer, heads, at})}},
                            {{real, map(p + 1, {outer, heads, at, p})}},
                            [](Body &, ArrayRef<Scalar> e) -> Scalars {
                              return {e[0] * e[1]};
                            })
                       .front();
  Value added = buildContraction(
      b, loc, {weighted, map(loops, {outer, heads, at, p})},
      {part.b, map(loops, {row, shared, n})}, map(loops, {outer, heads, p, n}));

  // The states before each chunk, and the last one. Loops: lead.., k, heads..,
  // p, n.
  unsigned numLoops = loops - 1;
  SmallVector<unsigned> inner = dimRange(at, numLoops);
  SmallVector<unsigned> innerHeads = dimRange(at, at + numHeadDims);
  SmallVector<IteratorKind> across(numLoops, IteratorKind::parallel);
  across[k] = IteratorKind::carried;
  SmallVector<Value> states = buildScan(
      b, loc,
      {.iterators = across,
       .inputs = {{whole, map(numLoops, {outer, innerHeads})},
                  {added, map(numLoops, {outer, inner})}},
       .states = {{state, map(numLoops, {lead, inner})}},
       .outputs = {{real, map(numLoops, {outer, inner})}},
       .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar>,
                  ArrayRef<Scalar> h) -> Scalars {
         return {e[0] * h[0] + e[1], h[0]};
       },
       .output = [](Body &, ArrayRef<Scalar>,
                    ArrayRef<Scalar> sums) -> Scalars { return {sums[0]}; }});

  // Within a chunk: sum over j <= t of (C[t] . B[j]) mix[t, j] x[j, p], scores
  // that never exist as a whole. Loops: lead.., k, t, heads.., j, n, p.
  unsigned column = end, contracted = end + 1, channel = end + 2;
  loops = end + 3;
  SmallVector<IteratorKind> kinds(loops, IteratorKind::parallel);
  kinds[column] = IteratorKind::reduction;
  kinds[contracted] = IteratorKind::contraction;
  Value within =
      buildContractReduce(
          b, loc,
          {.iterators = kinds,
           .inputs = {{part.c, map(loops, {row, shared, contracted})},
                      {part.b, map(loops, {outer, column, shared, contracted})},
                      {mix, map(loops, {outer, heads, at, column})},
                      {part.x, map(loops, {outer, column, heads, channel})}},
           .outputs = {{real, map(loops, {row, heads, channel})}},
           .rides = {0},
           .limit = AffineMap::get(loops, 0, b.getAffineDimExpr(at) + 1),
           .score = [](Body &, ArrayRef<Scalar> products, ArrayRef<Scalar> e)
               -> Scalars { return {products[0] * e[0]}; },
           .init = [](Body &body) -> Scalars { return {body.number(0)}; },
           .step = [](Body &, ArrayRef<Scalar> x,
                      ArrayRef<Scalar> s) -> Scalars { return {s[0] + x[0]}; },
           .merge = [](Body &, ArrayRef<Scalar> x,
                       ArrayRef<Scalar> y) -> Scalars { return {x[0] + y[0]}; },
           .finish = [](Body &, ArrayRef<Scalar> s) -> Scalars {
             return {s[0]};
           },
           .apply = [](Body &, ArrayRef<Scalar> sums,
                       ArrayRef<Scalar>) -> Scalars { return {sums[0]}; }})
          .front();

  // From before the chunk: carry[t] sum_n C[t, n] state[p, n].
  loops = n + 1;
  Value before =
      buildContraction(b, loc, {part.c, map(loops, {row, shared, n})},
                       {states[1], map(loops, {outer, heads, p, n})},
                       map(loops, {row, heads, p}));
  AffineMap all = b.getMultiDimIdentityMap(p + 1);
  SmallVector<Input> inputs = {
      {before, all}, {within, all}, {carry, map(p + 1, {row, heads})}};
  llvm::append_range(inputs, finishInputs(part, p + 1, row, heads, p));
  Value y = buildMap(b, loc, inputs, {{type.getElementType(), all}},
                     [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                       Scalars values = {e[1] + e[2] * e[0]};
                       llvm::append_range(values, e.drop_front(3));
                       return {finish(values)};
                     })
                .front();
  return {mergeDims(b, loc, y, k, 2), states[0]};
}

SmallVector<Value> SsdBuilder::build() {
  MLIRContext *context = b.getContext();
  // Once for all channels of a head.
  SmallVector<double> limits;
  if (op.getLimits())
    limits.assign(op.getLimits()->begin(), op.getLimits()->end());
  unsigned rank = leading + 2;
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  AffineMap perHead = mapOf(context, rank, rank - 1);
  SmallVector<Input> inputs = {{op.getA(), perHead}, {op.getDelta(), identity}};
  if (op.getBias())
    inputs.push_back({op.getBias(), perHead});
  Output output = {real, identity};
  SmallVector<Value> factors =
      buildMap(b, loc, inputs, {output, output},
               [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                 Scalar step = stepOf(e.drop_front(), op.getSoftplus(), limits);
                 return {step, exp2(step * (e[0] * log2e))};
               });
  Value step = factors[0], decay = factors[1];
  Part all = {splitHeads(op.getX(), leading + 1),
              splitHeads(step, leading + 1),
              splitHeads(decay, leading + 1),
              op.getB(),
              op.getC(),
              op.getGate() ? splitHeads(op.getGate(), leading + 1) : Value()};
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, op.getX());
  OpFoldResult T = sizes[leading];
  SmallVector<OpFoldResult> stateSizes(sizes);
  stateSizes.erase(stateSizes.begin() + leading);
  stateSizes.push_back(
      sizeOf(b, loc, op.getB(), tensorType(op.getB()).getRank() - 1));
  Value state = splitHeads(statesOr(op.getInitial(), b, loc, stateSizes,
                                    tensorType(op.getLast()).getElementType()),
                           leading);

  auto fold = [&](AffineExpr expr) {
    return affine::makeComposedFoldedAffineApply(
        b, loc, AffineMap::get(1, 0, expr), {T});
  };
  AffineExpr time = b.getAffineDimExpr(0);
  OpFoldResult chunks = fold(time.floorDiv(chunk));
  OpFoldResult done = fold(time.floorDiv(chunk) * chunk);
  OpFoldResult left = fold(time % chunk);
  bool hasChunks = chunk > 1 && !isConstantIntValue(chunks, 0);
  bool hasRest = chunk == 1 || !isConstantIntValue(left, 0);
  Value y;
  if (!hasChunks) {
    std::tie(y, state) = buildSteps(all, state);
  } else if (!hasRest) {
    std::tie(y, state) = buildChunks(splitTime(all, chunks), state);
  } else {
    y = emptyTensor(b, loc, sizesOf(b, loc, all.x), type.getElementType());
    TimeSlice first(*this, b.getIndexAttr(0), done), last(*this, done, left);
    Value part;
    std::tie(part, state) =
        buildChunks(splitTime(first.take(all), chunks), state);
    y = first.insert(part, y);
    std::tie(part, state) = buildSteps(last.take(all), state, last.take(y));
    y = last.insert(part, y);
  }
  if (grouped) {
    y = mergeDims(b, loc, y, leading + 1, 2);
    state = mergeDims(b, loc, state, leading, 2);
  }
  return {y, state};
}

FailureOr<SmallVector<Value>> SsdScanOp::decomposeOperation(OpBuilder &b) {
  return SsdBuilder(b, *this).build();
}
