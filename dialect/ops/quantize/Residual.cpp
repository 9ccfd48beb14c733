// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Residual quantizers: a loop over codebooks, each of which quantizes what the
// ones before left over.

#include "dialect/ops/quantize/Quantize.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

/// What encoding and decoding check of vectors and codebooks.
static LogicalResult checkBooks(std::optional<Location> loc,
                                ArrayRef<int64_t> vectors,
                                RankedTensorType books) {
  int64_t rank = vectors.size();
  bool grouped = books.getRank() == 4;
  if (rank < 1 + grouped || (books.getRank() != 3 && !grouped)) // (C1)
    return emitOptionalError(
        loc,
        "expected codebooks of rank 3, or 4 with groups, and vectors of "
        "rank 1 or more, 2 with groups, got ",
        books.getRank(), " and ", rank);
  bool agree = sizesAgree(vectors.back(), books.getShape().back()) &&
               (!grouped || sizesAgree(vectors[rank - 2], books.getDimSize(1)));
  if (!agree) // (C2)
    return emitOptionalError(loc, "expected vectors ", spellSizes(vectors),
                             " to have the features and groups of ", books);
  return success();
}

LogicalResult
ResidualEncodeOp::inferReturnTypes(MLIRContext *context,
                                   std::optional<Location> loc, Adaptor adaptor,
                                   SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType books = tensorType(adaptor.getCodebooks());
  if (failed(checkBooks(loc, x.getShape(), books)))
    return failure();
  SmallVector<int64_t> sizes(x.getShape().drop_back());
  sizes.push_back(books.getDimSize(0));
  results.push_back(
      RankedTensorType::get(sizes, IntegerType::get(context, 32)));
  results.push_back(x);
  return success();
}

LogicalResult
ResidualDecodeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                   Adaptor adaptor,
                                   SmallVectorImpl<Type> &results) {
  RankedTensorType indices = tensorType(adaptor.getIndices());
  RankedTensorType books = tensorType(adaptor.getCodebooks());
  SmallVector<int64_t> sizes(indices.getShape());
  if (sizes.empty()) // (C1)
    return emitOptionalError(loc, "expected indices of rank 1 or more");
  int64_t quantizers = sizes.pop_back_val();
  sizes.push_back(books.getRank() > 0 ? books.getShape().back() : 0);
  if (failed(checkBooks(loc, sizes, books)))
    return failure();
  if (!sizesAgree(quantizers, books.getDimSize(0))) // (C3)
    return emitOptionalError(loc, "expected an index for each of ",
                             books.getDimSize(0), " codebooks, got ", indices);
  results.push_back(RankedTensorType::get(sizes, books.getElementType()));
  return success();
}

OpFoldResult ResidualDecodeOp::fold(FoldAdaptor) {
  auto encode = getIndices().getDefiningOp<ResidualEncodeOp>();
  if (encode && encode.getCodebooks() == getCodebooks() &&
      encode.getQuantized().getType() == getType())
    return encode.getQuantized();
  return {};
}

namespace {
/// The loop over codebooks, of vectors with `rows` dimensions before features.
struct ResidualLoop {
  OpBuilder &b;
  Location loc;
  Value books;
  unsigned rows;
  bool grouped;

  ResidualLoop(OpBuilder &b, Location loc, Value books, unsigned rows)
      : b(b), loc(loc), books(books), rows(rows),
        grouped(tensorType(books).getRank() == 4) {}

  SmallVector<Value>
  build(ValueRange carried,
        function_ref<SmallVector<Value>(Value, ValueRange)> body) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value count = sizeValue(b, loc, sizeOf(b, loc, books, 0));
    auto loop = scf::ForOp::create(
        b, loc, zero, count, one, carried,
        [&](OpBuilder &inner, Location at, Value q, ValueRange values) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToEnd(inner.getInsertionBlock());
          scf::YieldOp::create(b, at, body(q, values));
        });
    return SmallVector<Value>(loop.getResults());
  }

  /// Codebook q.
  Value book(Value q) {
    RankedTensorType type = tensorType(books);
    SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), b.getIndexAttr(1));
    SmallVector<OpFoldResult> sizes = sizesOf(b, loc, books);
    offsets[0] = q;
    sizes[0] = b.getIndexAttr(1);
    return tensor::ExtractSliceOp::create(
        b, loc,
        RankedTensorType::get(type.getShape().drop_front(),
                              type.getElementType()),
        books, offsets, sizes, strides);
  }

  /// In a map over rows and features: the feature of the code `index` of
  /// codebook q, 0 where there is none of that number.
  Scalar lookUp(Body &body, Value q, Scalar index, Value count) {
    Scalar id = index.to(b.getIndexType());
    Scalar valid =
        less(id, body.outer(count)) & less(body.integer(-1, id.getType()), id);
    SmallVector<Value> at = {q};
    if (grouped)
      at.push_back(body.position(rows - 1));
    at.push_back(select(valid, id, 0.0));
    at.push_back(body.position(rows));
    Scalar code =
        body.outer(tensor::ExtractOp::create(body.builder(), loc, books, at));
    return select(valid, code.to(getRegionType(code.getType())), 0.0);
  }

  /// How many codes a codebook has.
  Value codes() {
    return sizeValue(b, loc, sizeOf(b, loc, books, grouped ? 2 : 1));
  }
};
} // namespace

FailureOr<SmallVector<Value>>
ResidualEncodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  RankedTensorType type = tensorType(getX());
  unsigned rows = type.getRank() - 1;
  Type real = getRegionType(type.getElementType());
  ResidualLoop loop(b, loc, getCodebooks(), rows);
  Value codes = loop.codes();
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getX());
  SmallVector<OpFoldResult> numbers(ArrayRef(sizes).drop_back());
  numbers.push_back(sizeOf(b, loc, getCodebooks(), 0));
  AffineMap identity = b.getMultiDimIdentityMap(rows + 1);
  AffineMap row = mapOf(context, rows + 1, dimRange(0, rows));

  Value start = buildElementwise(b, loc, getX(), real,
                                 [](ArrayRef<Scalar> e) { return e[0]; });
  Value zeros = filledTensor(b, loc, sizes, real, 0.0);
  Value none = buildMap(b, loc, {}, {{b.getI32Type(), identity, numbers}},
                        [&](Body &body, ArrayRef<Scalar>) -> Scalars {
                          return {body.integer(0, b.getI32Type())};
                        })
                   .front();
  // Carried: what is left over, the sum of codes, their numbers.
  SmallVector<Value> results =
      loop.build({start, zeros, none}, [&](Value q, ValueRange carried) {
        Value index = NearestCodeOp::create(b, loc, carried[0], loop.book(q));
        SmallVector<Value> sums = buildMap(
            b, loc,
            {{carried[0], identity}, {carried[1], identity}, {index, row}},
            {{real, identity, sizes}, {real, identity, sizes}},
            [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
              Scalar code = loop.lookUp(body, q, e[2], codes).to(real);
              return {e[0] - code, e[1] + code};
            });
        Value all = buildMap(b, loc, {{carried[2], identity}, {index, row}},
                             {{b.getI32Type(), identity, numbers}},
                             [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                               Scalar own =
                                   equal(body.position(rows), body.outer(q));
                               return {select(own, e[1], e[0])};
                             })
                        .front();
        return SmallVector<Value>{sums[0], sums[1], all};
      });
  Value quantized = buildElementwise(b, loc, results[1], type.getElementType(),
                                     [](ArrayRef<Scalar> e) { return e[0]; });
  return SmallVector<Value>{results[2], quantized};
}

FailureOr<SmallVector<Value>>
ResidualDecodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  unsigned rows = getType().getRank() - 1;
  Type real = getRegionType(getType().getElementType());
  ResidualLoop loop(b, loc, getCodebooks(), rows);
  Value codes = loop.codes();
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getIndices());
  sizes.back() = sizeOf(b, loc, getCodebooks(), loop.grouped ? 3 : 2);
  AffineMap identity = b.getMultiDimIdentityMap(rows + 1);
  Value sum =
      loop.build(
              filledTensor(b, loc, sizes, real, 0.0),
              [&](Value q, ValueRange carried) {
                SmallVector<OpFoldResult> offsets(rows + 1, b.getIndexAttr(0));
                SmallVector<OpFoldResult> strides(rows + 1, b.getIndexAttr(1));
                SmallVector<OpFoldResult> part = sizesOf(b, loc, getIndices());
                offsets.back() = q;
                part.back() = b.getIndexAttr(1);
                RankedTensorType all = tensorType(getIndices());
                Value index = tensor::ExtractSliceOp::create(
                    b, loc,
                    RankedTensorType::get(all.getShape().drop_back(),
                                          all.getElementType()),
                    getIndices(), offsets, part, strides);
                return buildMap(
                    b, loc,
                    {{carried[0], identity},
                     {index, mapOf(context, rows + 1, dimRange(0, rows))}},
                    {{real, identity, sizes}},
                    [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
                      return {e[0] +
                              loop.lookUp(body, q, e[1], codes).to(real)};
                    });
              })
          .front();
  return SmallVector<Value>{
      buildElementwise(b, loc, sum, getType().getElementType(),
                       [](ArrayRef<Scalar> e) { return e[0]; })};
}
