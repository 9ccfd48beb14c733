// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cloning the scalar code of a structure's region, for one element or for a
// vector of them.

#include "codegen/common/Regions.h"

#include "codegen/common/Access.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/AffineExprVisitor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::gyre;

static Value constantIndex(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

//===----------------------------------------------------------------------===//
// Vectors and scalars that meet
//===----------------------------------------------------------------------===//

static Value broadcastTo(OpBuilder &b, Location loc, Value value,
                         VectorType like) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, loc, like.clone(value.getType()),
                                     value);
}

Value gyre::broadcastLanes(OpBuilder &b, Location loc, Value value,
                           int64_t width) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(
      b, loc, VectorType::get(width, value.getType()), value);
}

/// The shape that the operands of one operation agree on: that of any vector
/// among them, or null.
static VectorType vectorAmong(ValueRange values) {
  for (Value value : values)
    if (auto type = dyn_cast<VectorType>(value.getType()))
      return type;
  return {};
}

static Value castLanes(OpBuilder &b, Location loc, Value value, Type element) {
  if (getElementTypeOrSelf(value.getType()) == element)
    return value;
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(element);
  return arith::IndexCastOp::create(b, loc, type, value);
}

/// Gives positions of mixed kinds (index, lanes of index, lanes of i32) one
/// type: lanes of i32 only if no lanes of index are there.
static void unifyIndices(OpBuilder &b, Location loc,
                         MutableArrayRef<Value> values) {
  VectorType shape = vectorAmong(values);
  if (!shape)
    return;
  Type element = b.getI32Type();
  for (Value value : values)
    if (auto type = dyn_cast<VectorType>(value.getType()))
      if (type.getElementType().isIndex())
        element = type.getElementType();
  for (Value &value : values)
    value = broadcastTo(b, loc, castLanes(b, loc, value, element), shape);
}

Value gyre::laneIndices(OpBuilder &b, Location loc, Value base, int64_t width,
                        Type type) {
  auto vector = VectorType::get(width, type);
  SmallVector<Attribute> lanes;
  for (int64_t lane = 0; lane < width; ++lane)
    lanes.push_back(b.getIntegerAttr(type, lane));
  Value step =
      arith::ConstantOp::create(b, loc, DenseElementsAttr::get(vector, lanes));
  Value first = castLanes(b, loc, base, type);
  return arith::AddIOp::create(b, loc, broadcastTo(b, loc, first, vector),
                               step);
}

/// The index that every lane of `value` is, or null.
static Value uniformLane(Value value) {
  auto broadcast = value.getDefiningOp<vector::BroadcastOp>();
  if (!broadcast || isa<VectorType>(broadcast.getSource().getType()))
    return {};
  Value scalar = broadcast.getSource();
  if (auto cast = scalar.getDefiningOp<arith::IndexCastOp>())
    scalar = cast.getIn();
  return scalar.getType().isIndex() ? scalar : Value();
}

static bool countsFromZero(Value value) {
  DenseIntElementsAttr lanes;
  if (!matchPattern(value, m_Constant(&lanes)))
    return false;
  for (auto [lane, n] : llvm::enumerate(lanes.getValues<APInt>()))
    if (n != lane)
      return false;
  return true;
}

Value gyre::contiguousBase(OpBuilder &b, Location loc, Value lanes) {
  if (auto cast = lanes.getDefiningOp<arith::IndexCastOp>())
    return contiguousBase(b, loc, cast.getIn());
  auto add = lanes.getDefiningOp<arith::AddIOp>();
  if (!add)
    return countsFromZero(lanes) ? constantIndex(b, loc, 0) : Value();
  for (auto [one, other] : {std::pair(add.getLhs(), add.getRhs()),
                            std::pair(add.getRhs(), add.getLhs())})
    if (Value offset = uniformLane(one)) {
      if (countsFromZero(other))
        return offset;
      if (Value base = contiguousBase(b, loc, other))
        return arith::AddIOp::create(b, loc, base, offset);
    }
  return {};
}

//===----------------------------------------------------------------------===//
// Affine expressions
//===----------------------------------------------------------------------===//

namespace {
struct ExprExpander : AffineExprVisitor<ExprExpander, Value> {
  ExprExpander(OpBuilder &b, Location loc, ValueRange dims, ValueRange symbols)
      : b(b), loc(loc), dims(dims), symbols(symbols) {}

  template <typename Op> Value binary(AffineBinaryOpExpr expr) {
    Value operands[] = {visit(expr.getLHS()), visit(expr.getRHS())};
    unifyIndices(b, loc, operands);
    return b.createOrFold<Op>(loc, operands[0], operands[1]);
  }
  Value visitAddExpr(AffineBinaryOpExpr e) { return binary<arith::AddIOp>(e); }
  Value visitMulExpr(AffineBinaryOpExpr e) { return binary<arith::MulIOp>(e); }
  // Positions aren't negative where maps divide them (packed operands).
  Value visitModExpr(AffineBinaryOpExpr e) { return binary<arith::RemUIOp>(e); }
  Value visitFloorDivExpr(AffineBinaryOpExpr e) {
    return binary<arith::DivUIOp>(e);
  }
  Value visitCeilDivExpr(AffineBinaryOpExpr e) {
    return binary<arith::CeilDivUIOp>(e);
  }
  Value visitConstantExpr(AffineConstantExpr e) {
    return constantIndex(b, loc, e.getValue());
  }
  Value visitDimExpr(AffineDimExpr e) { return dims[e.getPosition()]; }
  Value visitSymbolExpr(AffineSymbolExpr e) { return symbols[e.getPosition()]; }

  OpBuilder &b;
  Location loc;
  ValueRange dims, symbols;
};
} // namespace

Value gyre::expandExpr(OpBuilder &b, Location loc, AffineExpr expr,
                       ValueRange dims, ValueRange symbols) {
  return ExprExpander(b, loc, dims, symbols).visit(expr);
}

//===----------------------------------------------------------------------===//
// Cloning
//===----------------------------------------------------------------------===//

/// Whether `value` is a number: a constant, a state of a fold (which starts as
/// a number and takes an element only if it compares greater), or a search
/// among such.
static bool isNeverNaN(Value value) {
  APFloat number(0.0f);
  if (matchPattern(value, m_ConstantFloat(&number)))
    return !number.isNaN();
  if (Operation *op = value.getDefiningOp())
    return isa<arith::MaxNumFOp, arith::MinNumFOp>(op) &&
           llvm::any_of(op->getOperands(), isNeverNaN);
  auto argument = cast<BlockArgument>(value);
  Region *region = argument.getOwner()->getParent();
  unsigned states = 0;
  if (auto reduce = dyn_cast<ReduceOp>(region->getParentOp())) {
    if (region == &reduce.getMerge())
      return true;
    states = region == &reduce.getStep() ? reduce.getNumStates() : 0;
  } else if (auto fold = dyn_cast<ContractReduceOp>(region->getParentOp())) {
    if (region == &fold.getMerge())
      return true;
    states = region == &fold.getStep() ? fold.getNumStates() : 0;
  }
  return argument.getArgNumber() + states >= region->getNumArguments();
}

namespace {
class Cloner {
public:
  Cloner(OpBuilder &b, IRMapping &mapping, IndexFn index, Value mask)
      : b(b), mapping(mapping), index(index), mask(mask) {}

  void clone(Operation &op);

private:
  void cloneElementwise(Operation &op, SmallVector<Value> operands);
  /// A search with `greater` the predicate that lets its first operand win.
  Value search(Operation &op, ValueRange operands, arith::CmpFPredicate greater,
               bool propagatesNaN);
  Value castIndex(Operation &op, Value operand);

  OpBuilder &b;
  IRMapping &mapping;
  IndexFn index;
  Value mask;
};
} // namespace

Value Cloner::search(Operation &op, ValueRange operands,
                     arith::CmpFPredicate greater, bool propagatesNaN) {
  Location loc = op.getLoc();
  Value x = operands[0], y = operands[1];
  bool xNumber = isNeverNaN(op.getOperand(0)),
       yNumber = isNeverNaN(op.getOperand(1));
  auto pick = [&](Value first, Value second) -> Value {
    Value wins = arith::CmpFOp::create(b, loc, greater, first, second);
    return arith::SelectOp::create(b, loc, wins, first, second);
  };
  // `pick` gives its second operand if one of them is NaN.
  if (propagatesNaN ? xNumber : yNumber)
    return pick(x, y);
  if (propagatesNaN ? yNumber : xNumber)
    return pick(y, x);
  Value picked = pick(x, y), checked = propagatesNaN ? x : y;
  Value isNaN = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO,
                                      checked, checked);
  return arith::SelectOp::create(b, loc, isNaN, x, picked);
}

Value Cloner::castIndex(Operation &op, Value operand) {
  Location loc = op.getLoc();
  auto shape = cast<VectorType>(operand.getType());
  Type to = op.getResult(0).getType();
  // From lanes of i32 to an integer; lanes of index cast like scalars.
  if (to.isIndex())
    return operand;
  unsigned width = to.getIntOrFloatBitWidth();
  VectorType type = shape.clone(to);
  if (width == 32)
    return operand;
  if (width < 32)
    return arith::TruncIOp::create(b, loc, type, operand);
  if (isa<arith::IndexCastUIOp>(op))
    return arith::ExtUIOp::create(b, loc, type, operand);
  return arith::ExtSIOp::create(b, loc, type, operand);
}

void Cloner::cloneElementwise(Operation &op, SmallVector<Value> operands) {
  Location loc = op.getLoc();
  SmallVector<Value> indices;
  SmallVector<unsigned> indexAt;
  for (auto [i, type] : llvm::enumerate(op.getOperandTypes()))
    if (type.isIndex()) {
      indices.push_back(operands[i]);
      indexAt.push_back(i);
    }
  unifyIndices(b, loc, indices);
  for (auto [at, value] : llvm::zip(indexAt, indices))
    operands[at] = value;
  Type indexType = b.getIndexType();
  if (VectorType lanes = vectorAmong(indices))
    indexType = lanes.getElementType();

  VectorType shape = vectorAmong(operands);
  if (shape)
    for (Value &operand : operands)
      operand = broadcastTo(b, loc, operand, shape);
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op) && shape &&
      op.getOperand(0).getType().isIndex() && !indexType.isIndex()) {
    mapping.map(op.getResult(0), castIndex(op, operands[0]));
    return;
  }
  Operation *copy = op.cloneWithoutRegions();
  copy->setOperands(operands);
  for (Value result : copy->getResults()) {
    Type type = result.getType().isIndex() ? indexType : result.getType();
    result.setType(shape ? shape.clone(type) : type);
  }
  b.insert(copy);
  if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp>(copy) &&
      !op.hasAttr("gyre.exact")) {
    auto math = cast<arith::ArithFastMathInterface>(copy);
    auto flags = arith::FastMathFlags::contract;
    if (auto attr = math.getFastMathFlagsAttr())
      flags = flags | attr.getValue();
    copy->setAttr(math.getFastMathAttrName(),
                  arith::FastMathFlagsAttr::get(op.getContext(), flags));
  }
  mapping.map(op.getResults(), copy->getResults());
}

void Cloner::clone(Operation &op) {
  Location loc = op.getLoc();
  SmallVector<Value> operands;
  for (Value operand : op.getOperands())
    operands.push_back(mapping.lookupOrDefault(operand));
  auto define = [&](Value value) { mapping.map(op.getResult(0), value); };
  using Predicate = arith::CmpFPredicate;
  bool anyVector = static_cast<bool>(vectorAmong(operands));
  TypeSwitch<Operation *>(&op)
      .Case([&](IndexOp op) { define(index(op.getDim())); })
      .Case([&](linalg::IndexOp op) { define(index(op.getDim())); })
      .Case([&](affine::AffineApplyOp op) {
        unsigned dims = op.getAffineMap().getNumDims();
        define(expandExpr(b, loc, op.getAffineMap().getResult(0),
                          ArrayRef(operands).take_front(dims),
                          ArrayRef(operands).drop_front(dims)));
      })
      .Case([&](memref::LoadOp op) {
        define(
            loadAt(b, loc, operands[0], ArrayRef(operands).drop_front(), mask));
      })
      .Case([&](LookupOp op) {
        define(lookUpAt(b, loc, operands[0], ArrayRef(operands).drop_front(),
                        op.getChecked(), mask));
      })
      .Case<arith::MaxNumFOp, arith::MinNumFOp, arith::MaximumFOp,
            arith::MinimumFOp>([&](auto op) {
        VectorType shape = vectorAmong(operands);
        if (shape)
          for (Value &operand : operands)
            operand = broadcastTo(b, loc, operand, shape);
        bool max = isa<arith::MaxNumFOp, arith::MaximumFOp>(op);
        define(search(*op, operands, max ? Predicate::OGT : Predicate::OLT,
                      isa<arith::MaximumFOp, arith::MinimumFOp>(op)));
      })
      .Default([&](Operation *) {
        if (op.getNumRegions() != 0 ||
            (!anyVector && !op.hasTrait<OpTrait::Elementwise>()))
          b.clone(op, mapping);
        else
          cloneElementwise(op, operands);
      });
}

SmallVector<Value> gyre::cloneSlice(OpBuilder &b, Region &region,
                                    ValueRange roots, IRMapping &mapping,
                                    IndexFn index, Value mask) {
  Block &block = region.front();
  DenseSet<Operation *> needed;
  SmallVector<Value> work(roots);
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op || mapping.contains(value) || op->getBlock() != &block ||
        !needed.insert(op).second)
      continue;
    op->walk([&](Operation *nested) {
      llvm::append_range(work, nested->getOperands());
    });
  }
  Cloner cloner(b, mapping, index, mask);
  for (Operation &op : block)
    if (needed.contains(&op))
      cloner.clone(op);
  return llvm::map_to_vector(
      roots, [&](Value root) { return mapping.lookupOrDefault(root); });
}

SmallVector<Value> gyre::cloneRegion(OpBuilder &b, Region &region,
                                     ValueRange arguments, IndexFn index,
                                     Value mask) {
  IRMapping mapping;
  Block &block = region.front();
  mapping.map(block.getArguments(), arguments);
  Cloner cloner(b, mapping, index, mask);
  for (Operation &op : block.without_terminator())
    cloner.clone(op);
  SmallVector<Value> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(mapping.lookupOrDefault(value));
  return results;
}

//===----------------------------------------------------------------------===//
// What can be cloned how
//===----------------------------------------------------------------------===//

bool gyre::canWiden(Region &region) {
  return region.empty() ||
         llvm::all_of(region.front().without_terminator(), [](Operation &op) {
           return op.hasTrait<OpTrait::Elementwise>() ||
                  op.hasTrait<OpTrait::ConstantLike>() ||
                  isa<IndexOp, linalg::IndexOp, affine::AffineApplyOp,
                      memref::LoadOp, LookupOp>(op);
         });
}

/// Whether lanes of i32 serve all uses of `value`. A bounded value is itself
/// below 2^31; of others only the low bits are right.
static bool servesAsI32(Value value, bool bounded) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    return TypeSwitch<Operation *, bool>(use.getOwner())
        .Case<arith::IndexCastOp, arith::IndexCastUIOp>([&](Operation *op) {
          Type to = op->getResult(0).getType();
          return bounded ||
                 (to.isInteger() && to.getIntOrFloatBitWidth() <= 32);
        })
        .Case([&](arith::CmpIOp) { return bounded; })
        .Case<arith::AddIOp, arith::SubIOp>([&](Operation *op) {
          return servesAsI32(op->getResult(0), bounded);
        })
        .Case<arith::MulIOp, arith::AndIOp>(
            [&](Operation *op) { return servesAsI32(op->getResult(0), false); })
        .Case<arith::MinSIOp, arith::MaxSIOp, arith::DivSIOp, arith::DivUIOp,
              arith::RemSIOp, arith::RemUIOp>([&](Operation *op) {
          return bounded && servesAsI32(op->getResult(0), true);
        })
        .Case([&](arith::SelectOp op) {
          return servesAsI32(op.getResult(), bounded);
        })
        .Case([&](affine::AffineApplyOp op) {
          bool sums = true, divides = false;
          op.getAffineMap().walkExprs([&](AffineExpr expr) {
            sums &= expr.getKind() != AffineExprKind::Mul;
            divides |= expr.getKind() == AffineExprKind::Mod ||
                       expr.getKind() == AffineExprKind::FloorDiv ||
                       expr.getKind() == AffineExprKind::CeilDiv;
          });
          return (bounded || !divides) &&
                 servesAsI32(op.getResult(), bounded && sums);
        })
        .Case<memref::LoadOp, LookupOp>([&](auto) { return bounded; })
        .Default([](Operation *) { return false; });
  });
}

Type gyre::laneIndexType(ArrayRef<Region *> regions) {
  MLIRContext *context = regions.front()->getContext();
  bool narrow = true;
  for (Region *region : regions)
    region->walk([&](Operation *op) {
      if (isa<IndexOp, linalg::IndexOp>(op))
        narrow &= servesAsI32(op->getResult(0), /*bounded=*/true);
    });
  return narrow ? Type(IntegerType::get(context, 32))
                : Type(IndexType::get(context));
}
