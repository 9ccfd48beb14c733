// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention and the cache: syntax, types and constraints.

#include "dialect/ops/attention/Attention.h"

#include "dialect/Builders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

using OptionalOperand = std::optional<OpAsmParser::UnresolvedOperand>;
using Operands = SmallVectorImpl<OpAsmParser::UnresolvedOperand>;

/// The types of the tensors that are there, in order.
static ParseResult
parseAttentionTypes(OpAsmParser &parser, const OptionalOperand &mask,
                    const OptionalOperand &lengths, const Operands &sequences,
                    const Operands &captured, Type &q, Type &k, Type &v,
                    Type &maskType, Type &lengthsType,
                    SmallVectorImpl<Type> &sequenceTypes,
                    SmallVectorImpl<Type> &capturedTypes) {
  auto another = [&](Type &type) {
    return parser.parseComma() || parser.parseType(type);
  };
  if (parser.parseType(q) || another(k) || another(v) ||
      (mask && another(maskType)) || (lengths && another(lengthsType)))
    return failure();
  sequenceTypes.resize(sequences.size());
  capturedTypes.resize(captured.size());
  for (Type &type : sequenceTypes)
    if (another(type))
      return failure();
  for (Type &type : capturedTypes)
    if (another(type))
      return failure();
  return success();
}

static void printAttentionTypes(OpAsmPrinter &printer, AttentionOp op, Value,
                                Value, ValueRange, ValueRange, Type q, Type k,
                                Type v, Type mask, Type lengths,
                                TypeRange sequences, TypeRange captured) {
  printer << q << ", " << k << ", " << v;
  for (Type type : {mask, lengths})
    if (type)
      printer << ", " << type;
  for (Type type : sequences)
    printer << ", " << type;
  for (Type type : captured)
    printer << ", " << type;
}

//===----------------------------------------------------------------------===//
// Types and constraints
//===----------------------------------------------------------------------===//

AttentionLayout AttentionLayout::of(AttentionOp op) {
  unsigned leading = tensorType(op.getQ()).getRank() - 3;
  if (op.getLayout() == "bhtd")
    return {leading, leading, leading + 1};
  return {leading, leading + 1, leading};
}

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
  if (inferenceAttr<UnitAttr>(adaptor, "logsumexp",
                              adaptor.getLogsumexpAttr())) {
    sizes.pop_back();
    // Heads before tokens in either layout.
    auto layout =
        inferenceAttr<StringAttr>(adaptor, "layout", adaptor.getLayoutAttr());
    if (layout && layout.getValue() == "bthd")
      std::swap(sizes[sizes.size() - 1], sizes[sizes.size() - 2]);
    results.push_back(
        RankedTensorType::get(sizes, getRegionType(q.getElementType())));
  }
  return success();
}

/// Checks that `operand` can be repeated to the sizes `full` of the scores.
static LogicalResult verifyRepeats(AttentionOp op, Value operand,
                                   StringRef name, ArrayRef<int64_t> full) {
  ArrayRef<int64_t> sizes = tensorType(operand).getShape();
  bool agree = sizes.size() <= full.size();
  for (unsigned i = 0; agree && i < sizes.size(); ++i)
    agree = sizes[sizes.size() - 1 - i] == 1 ||
            sizesAgree(sizes[sizes.size() - 1 - i], full[full.size() - 1 - i]);
  if (agree) // (C4)
    return success();
  return op.emitOpError("expected ")
         << name << " to repeat to " << spellSizes(full) << ", got "
         << spellSizes(sizes);
}

static LogicalResult verifyLengths(AttentionOp op, ArrayRef<int64_t> leading) {
  unsigned clauses = (op.getPast() ? 1 : 0) + (op.getLengths() ? 1 : 0) +
                     (op.getSequences().empty() ? 0 : 1);
  if (clauses > 1) // (C7)
    return op.emitOpError("expected one of past, lengths and sequences, got ")
           << clauses;
  if (op.getPast() && op.getAlign() != "end") // (C7)
    return op.emitOpError("expected align = \"end\" with past");
  if (failed(verifyShape(op, op.getLengths(), "lengths", leading))) // (C8)
    return failure();
  if (op.getSequences().empty())
    return success();
  if (op.getSequences().size() > 2 || !leading.empty()) // (C8)
    return op.emitOpError("expected one or two vectors of sequences and no "
                          "leading dimension, got ")
           << op.getSequences().size() << " and " << leading.size();
  for (Value starts : op.getSequences()) {
    RankedTensorType type = tensorType(starts);
    if (type != op.getSequences().front().getType() || type.getRank() != 1 ||
        type.getDimSize(0) == 0) // (C8)
      return op.emitOpError("expected sequences to be vectors of one type with "
                            "at least one element, got ")
             << op.getSequences().getTypes();
  }
  return success();
}

static LogicalResult verifyScore(AttentionOp op, unsigned leading) {
  if (op.getScore().empty()) { // (C9)
    if (op.getCaptured().empty())
      return success();
    return op.emitOpError("expected a region for what stands in 'with'");
  }
  if (leading > 1) // (C9)
    return op.emitOpError("expected at most one leading dimension around a "
                          "region, got ")
           << leading;
  Builder b(op.getContext());
  Type real = getRegionType(tensorType(op.getQ()).getElementType());
  SmallVector<Type> expected(1, real);
  expected.append(4, b.getIndexType());
  for (Value value : op.getCaptured())
    expected.push_back(getRegionType(tensorType(value).getElementType()));
  Block &block = op.getScore().front();
  if (block.getArgumentTypes() != TypeRange(expected)) { // (C9)
    InFlightDiagnostic diag =
        op.emitOpError("expected region 'score' to take (")
        << expected << "), got (" << block.getArgumentTypes() << ")";
    return diag;
  }
  auto yield =
      block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield->getOperandTypes() != TypeRange(real)) // (C9)
    return op.emitOpError("expected region 'score' to yield ") << real;
  return success();
}

LogicalResult AttentionOp::verify() {
  RankedTensorType q = tensorType(getQ()), k = tensorType(getK()),
                   v = tensorType(getV());
  int64_t rank = q.getRank();
  AttentionLayout at = AttentionLayout::of(*this);
  if (!sizesAgree(k.getDimSize(at.heads), v.getDimSize(at.heads)) ||
      !sizesAgree(k.getDimSize(at.tokens), v.getDimSize(at.tokens))) // (C2)
    return emitOpError("expected k and v to have the same heads and length, "
                       "got ")
           << k << " and " << v;
  if (!sizesAgree(q.getDimSize(rank - 1), k.getDimSize(rank - 1))) // (C2)
    return emitOpError("expected q and k to have the same features, got ")
           << q << " and " << k;
  auto realOf = [](RankedTensorType type) {
    return getRegionType(type.getElementType());
  };
  if (realOf(q) != realOf(k) || realOf(q) != realOf(v)) // (C2)
    return emitOpError("expected q, k and v to be computed in one type, got ")
           << q << ", " << k << " and " << v;
  int64_t queryHeads = q.getDimSize(at.heads);
  int64_t keyHeads = k.getDimSize(at.heads);
  bool known = ShapedType::isStatic(queryHeads);
  if (known != ShapedType::isStatic(keyHeads) ||
      (known && (keyHeads == 0 || queryHeads % keyHeads != 0))) // (C3)
    return emitOpError("expected the heads of k to divide those of q, got ")
           << spellSizes(keyHeads) << " and " << spellSizes(queryHeads);
  SmallVector<int64_t> full(q.getShape().take_front(at.leading));
  full.append({queryHeads, q.getDimSize(at.tokens), k.getDimSize(at.tokens)});
  if (getMask() &&
      failed(verifyRepeats(*this, getMask(), "the mask", full))) // (C4)
    return failure();
  for (Value value : getCaptured())
    if (failed(verifyRepeats(*this, value, "tensors in 'with'", full)))
      return failure();
  if (!getScale() && q.isDynamicDim(rank - 1)) // (C5)
    return emitOpError("expected a scale where the features are not known");
  if (getScale() && !getScale()->isFinite()) // (C5)
    return emitOpError("expected a finite scale, got ")
           << getScale()->convertToDouble();
  if (auto window = getWindow()) // (C6)
    if (window->size() != 2 || llvm::any_of(*window, [](int64_t size) {
          return size < -1 || size > (1 << 30);
        }))
      return emitOpError("expected a window of two sizes from -1 to 2^30, got "
                         "[")
             << *window << "]";
  if (auto cap = getSoftcap())
    if (!cap->isFinite() || cap->isNegative() || cap->isZero()) // (C6)
      return emitOpError("expected a positive softcap, got ")
             << cap->convertToDouble();
  if (failed(verifyLengths(*this, q.getShape().take_front(at.leading))))
    return failure();
  return verifyScore(*this, at.leading);
}

//===----------------------------------------------------------------------===//
// The cache
//===----------------------------------------------------------------------===//

LogicalResult CacheAppendOp::verify() {
  RankedTensorType cache = tensorType(getCache());
  auto dim = normalizeDim(getDim(), cache.getRank());
  if (!dim) // (C1)
    return emitOpError("expected dim to be one of the ")
           << cache.getRank() << " dimensions of the cache, got "
           << static_cast<int64_t>(getDim());
  if (cache.getElementType() != tensorType(getX()).getElementType()) // (C1)
    return emitOpError("expected x of the cache's element type, got ")
           << getX().getType();
  SmallVector<int64_t> sizes(cache.getShape());
  sizes[*dim] = ShapedType::kDynamic;
  return verifyShape(*this, getX(), "x", sizes);
}

FailureOr<SmallVector<Value>> CacheAppendOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  unsigned rank = getType().getRank();
  unsigned dim = *normalizeDim(getDim(), rank);
  // What a caller says stays in the cache: 0 <= past <= S, and no more rows
  // than there is place for.
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value size = sizeValue(b, loc, sizeOf(b, loc, getCache(), dim));
  Value past = arith::MaxSIOp::create(b, loc, getPast(), zero);
  past = arith::MinSIOp::create(b, loc, past, size);
  Value count = arith::MinSIOp::create(
      b, loc, sizeValue(b, loc, sizeOf(b, loc, getX(), dim)),
      arith::SubIOp::create(b, loc, size, past));
  SmallVector<OpFoldResult> zeros(rank, b.getIndexAttr(0)),
      ones(rank, b.getIndexAttr(1)), sizes = sizesOf(b, loc, getX());
  sizes[dim] = count;
  Value rows =
      tensor::ExtractSliceOp::create(b, loc, getX(), zeros, sizes, ones);
  SmallVector<OpFoldResult> offsets(zeros);
  offsets[dim] = past;
  return SmallVector<Value>{tensor::InsertSliceOp::create(
      b, loc, rows, getCache(), offsets, sizes, ones)};
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
