// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verification of the structures, and their kinds of loops.

#include "dialect/structures/Structures.h"

#include "dialect/GyreDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace mlir::gyre;

std::optional<IteratorKind> gyre::parseIteratorKind(StringRef name) {
  return llvm::StringSwitch<std::optional<IteratorKind>>(name)
      .Case("parallel", IteratorKind::parallel)
      .Case("reduction", IteratorKind::reduction)
      .Case("carried", IteratorKind::carried)
      .Case("state", IteratorKind::state)
      .Case("contraction", IteratorKind::contraction)
      .Default(std::nullopt);
}

SmallVector<IteratorKind> gyre::parseIteratorKinds(ArrayAttr names) {
  return llvm::map_to_vector(
      names.getAsValueRange<StringAttr>(), [](StringRef name) {
        return parseIteratorKind(name).value_or(IteratorKind::parallel);
      });
}

Type gyre::getRegionType(Type type) {
  if (isa<Float16Type, BFloat16Type, Float8E4M3FNType, Float8E5M2Type>(type))
    return Float32Type::get(type.getContext());
  return type;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

namespace {
/// The facts about a structure that all verifiers ask for.
struct Shape {
  SmallVector<IteratorKind> kinds;
  SmallVector<AffineMap> maps;
  unsigned numInputs;

  explicit Shape(StructureOpInterface op)
      : kinds(op.getIteratorKinds()), maps(op.getIndexingMapsArray()),
        numInputs(op.getInputs().size()) {}

  /// Whether `map` uses a dimension of one of `wanted`.
  bool uses(AffineMap map, ArrayRef<IteratorKind> wanted) const {
    for (auto [dim, kind] : llvm::enumerate(kinds))
      if (llvm::is_contained(wanted, kind) && map.isFunctionOfDim(dim))
        return true;
    return false;
  }
  AffineMap initMap(unsigned i) const { return maps[numInputs + i]; }
};

Type elementOf(Value value) {
  return getRegionType(getElementTypeOrSelf(value.getType()));
}
} // namespace

/// `region` takes `arguments` and yields `results`.
static LogicalResult verifyRegion(Operation *op, Region &region, StringRef name,
                                  TypeRange arguments, TypeRange results) {
  if (region.empty()) // (S8)
    return op->emitOpError("expected a region '") << name << "'";
  Block &block = region.front();
  if (block.getArgumentTypes() != arguments) { // (S8)
    InFlightDiagnostic diag = op->emitOpError("expected region '")
                              << name << "' to take (" << arguments
                              << "), got (" << block.getArgumentTypes() << ")";
    return diag;
  }
  if (block.empty() || !isa<YieldOp>(block.back())) // (S8)
    return op->emitOpError("expected region '")
           << name << "' to end in gyre.yield";
  if (block.back().getOperandTypes() != results) // (S8)
    return op->emitOpError("expected region '")
           << name << "' to yield (" << results << "), got ("
           << block.back().getOperandTypes() << ")";
  return success();
}

/// The types that `region` yields; empty where it is malformed, which
/// verifyRegion reports.
static SmallVector<Type> yieldedTypes(Region &region) {
  if (region.empty() || region.front().empty() ||
      !isa<YieldOp>(region.front().back()))
    return {};
  return llvm::to_vector(region.front().back().getOperandTypes());
}

LogicalResult gyre::verifyStructure(Operation *operation) {
  auto op = cast<StructureOpInterface>(operation);
  auto names = operation->getAttrOfType<ArrayAttr>("iterator_types");
  for (StringRef name : names.getAsValueRange<StringAttr>())
    if (!parseIteratorKind(name)) // (S1)
      return op.emitOpError("expected an iterator type parallel, reduction, "
                            "carried, state or contraction, got '")
             << name << "'";

  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned loops = names.size();
  SmallVector<Value> operands(op.getInputs());
  llvm::append_range(operands, op.getDpsInits());
  if (maps.size() != operands.size()) // (S2)
    return op.emitOpError("expected an indexing map for each of the ")
           << operands.size() << " inputs and inits, got " << maps.size();
  for (auto [i, map, operand] : llvm::enumerate(maps, operands)) {
    auto type = cast<ShapedType>(operand.getType());
    if (!type.hasRank()) // (S2)
      return op.emitOpError("expected operand ") << i << " to be ranked";
    if (map.getNumDims() != loops || map.getNumSymbols() != 0) // (S2)
      return op.emitOpError("expected indexing map ")
             << i << " to have " << loops << " dimensions and no symbols, got "
             << AffineMapAttr::get(map);
    if (map.getNumResults() != type.getRank()) // (S2)
      return op.emitOpError("expected indexing map ")
             << i << " to have " << type.getRank()
             << " results as its operand has dimensions, got "
             << map.getNumResults();
  }
  for (unsigned i = op.getInputs().size(); i < maps.size(); ++i)
    if (!maps[i].isProjectedPermutation()) // (S3)
      return op.emitOpError("expected indexing map ")
             << i << " of an init to name each dimension at most once, got "
             << AffineMapAttr::get(maps[i]);
  // Each loop's extent comes from an operand dimension that it alone indexes.
  for (unsigned dim = 0; dim < loops; ++dim) {
    auto expr = getAffineDimExpr(dim, op.getContext());
    if (llvm::none_of(maps, [&](AffineMap map) {
          return llvm::is_contained(map.getResults(), expr);
        })) // (S4)
      return op.emitOpError("expected loop dimension ")
             << dim << " to index an operand dimension by itself";
  }
  if (!op.getOffsets().empty() && op.getOffsets().size() != loops) // (S5)
    return op.emitOpError("expected no offset or one for each of the ")
           << loops << " loop dimensions, got " << op.getOffsets().size();
  bool onTensors = op.hasPureTensorSemantics();
  if (!onTensors && !op.hasPureBufferSemantics()) // (S6)
    return op.emitOpError("expected all operands to be tensors or all memrefs");
  unsigned expected = onTensors ? op.getDpsInits().size() : 0;
  if (operation->getNumResults() != expected) // (S6)
    return op.emitOpError("expected ")
           << expected << " results, got " << operation->getNumResults();
  // Static extents of one loop agree.
  SmallVector<int64_t> extents(loops, ShapedType::kDynamic);
  for (auto [i, map, operand] : llvm::enumerate(maps, operands))
    for (auto [r, expr] : llvm::enumerate(map.getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      int64_t size = cast<ShapedType>(operand.getType()).getDimSize(r);
      if (!dim || ShapedType::isDynamic(size))
        continue;
      int64_t &extent = extents[dim.getPosition()];
      if (ShapedType::isStatic(extent) && extent != size) // (S7)
        return op.emitOpError("expected operand ")
               << i << " to have size " << extent << " in dimension " << r
               << ", got " << size;
      extent = size;
    }
  return success();
}

LogicalResult IndexOp::verify() {
  auto structure = (*this)->getParentOfType<StructureOpInterface>();
  if (!structure) // (C1)
    return emitOpError("expected to be in a region of a structure");
  if (getDim() >= structure.getIteratorKinds().size()) // (C2)
    return emitOpError("expected a dimension below ")
           << structure.getIteratorKinds().size() << ", got " << getDim();
  return success();
}

/// Inits whose maps lack dimensions of `kinds`, which have to come first.
/// Failure where they don't.
static FailureOr<unsigned> leadingInitsWithout(StructureOpInterface op,
                                               const Shape &shape,
                                               ArrayRef<IteratorKind> kinds) {
  unsigned leading = 0, inits = op.getDpsInits().size();
  while (leading < inits && !shape.uses(shape.initMap(leading), kinds))
    ++leading;
  for (unsigned i = leading; i < inits; ++i)
    if (!shape.uses(shape.initMap(i), kinds))
      return failure();
  return leading;
}

static LogicalResult allowKinds(StructureOpInterface op,
                                ArrayRef<IteratorKind> allowed) {
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorKinds()))
    if (!llvm::is_contained(allowed, kind)) // (C1)
      return op.emitOpError("expected no loop of the kind of dimension ")
             << dim;
  return success();
}

unsigned ReduceOp::getNumRowResults() {
  return leadingInitsWithout(*this, Shape(*this), {IteratorKind::reduction})
      .value_or(0);
}

LogicalResult ReduceOp::verify() {
  if (failed(
          allowKinds(*this, {IteratorKind::parallel, IteratorKind::reduction})))
    return failure();
  Shape shape(*this);
  auto rows = leadingInitsWithout(*this, shape, {IteratorKind::reduction});
  if (failed(rows)) // (C2)
    return emitOpError("expected row results before full results");
  SmallVector<Type> states = yieldedTypes(getInit());
  SmallVector<Type> finished = yieldedTypes(getFinish());
  SmallVector<Type> step, merge, apply, applied;
  for (Value input : getInputs())
    step.push_back(elementOf(input));
  apply = step;
  llvm::append_range(step, states);
  merge = states;
  llvm::append_range(merge, states);
  if (getPivot() >= static_cast<int64_t>(states.size()) &&
      getPivot() != 0) // (C3)
    return emitOpError("expected fewer leading states than the ")
           << states.size() << " states, got pivot = " << getPivot();
  if (getPivot() > 0)
    apply.append(states.begin() + getPivot(), states.end());
  llvm::append_range(apply, finished);
  for (Value init : getInits().drop_front(*rows))
    applied.push_back(elementOf(init));
  if (failed(verifyRegion(*this, getInit(), "init", {}, states)) ||
      failed(verifyRegion(*this, getStep(), "step", step, states)) ||
      failed(verifyRegion(*this, getMerge(), "merge", merge, states)) ||
      failed(verifyRegion(*this, getFinish(), "finish", states, finished)))
    return failure();
  if (finished.size() < *rows) // (C4)
    return emitOpError("expected region 'finish' to yield at least the ")
           << *rows << " row results, got " << finished.size();
  for (unsigned i = 0; i < *rows; ++i)
    if (finished[i] != elementOf(getInits()[i])) // (C4)
      return emitOpError("expected value ")
             << i << " of region 'finish' to be " << elementOf(getInits()[i])
             << ", got " << finished[i];
  if (applied.empty()) // (C5)
    return getApply().empty()
               ? success()
               : emitOpError(
                     "expected no region 'apply' without a full result");
  return verifyRegion(*this, getApply(), "apply", apply, applied);
}

unsigned ScanOp::getNumStates() {
  return leadingInitsWithout(*this, Shape(*this), {IteratorKind::carried})
      .value_or(0);
}

unsigned ScanOp::getCarriedDim() {
  SmallVector<IteratorKind> kinds = getIteratorKinds();
  return llvm::find(kinds, IteratorKind::carried) - kinds.begin();
}

/// Whether `value`, seen in a block without nested regions, needs `argument`.
static bool dependsOn(Value value, Value argument) {
  if (value == argument)
    return true;
  Operation *op = value.getDefiningOp();
  return op && op->getBlock() == argument.getParentBlock() &&
         (op->getNumRegions() != 0 ||
          llvm::any_of(op->getOperands(), [&](Value operand) {
            return dependsOn(operand, argument);
          }));
}

std::optional<std::pair<Value, Value>> ScanOp::getAffineStep() {
  if (getNumStates() != 1 || !getProbe().empty() ||
      llvm::is_contained(getIteratorKinds(), IteratorKind::state))
    return std::nullopt;
  Block &block = getStep().front();
  Value state = block.getArguments().back();
  Value scaled = block.getTerminator()->getOperand(0), term;
  if (!scaled.getType().isF32())
    return std::nullopt;
  auto isFree = [&](Value value) { return !dependsOn(value, state); };
  if (auto sum = scaled.getDefiningOp<arith::AddFOp>()) {
    bool isLeft = isFree(sum.getLhs());
    term = isLeft ? sum.getLhs() : sum.getRhs();
    scaled = isLeft ? sum.getRhs() : sum.getLhs();
    if (!isFree(term))
      return std::nullopt;
  }
  if (scaled == state)
    return std::pair(Value(), term);
  auto product = scaled.getDefiningOp<arith::MulFOp>();
  if (!product || !llvm::is_contained(product->getOperands(), state))
    return std::nullopt;
  Value factor =
      product.getLhs() == state ? product.getRhs() : product.getLhs();
  if (!isFree(factor))
    return std::nullopt;
  return std::pair(factor, term);
}

LogicalResult ScanOp::verify() {
  if (failed(allowKinds(*this, {IteratorKind::parallel, IteratorKind::carried,
                                IteratorKind::state})))
    return failure();
  Shape shape(*this);
  if (llvm::count(shape.kinds, IteratorKind::carried) != 1) // (C1)
    return emitOpError("expected one carried loop dimension, got ")
           << llvm::count(shape.kinds, IteratorKind::carried);
  auto numStates = leadingInitsWithout(*this, shape, {IteratorKind::carried});
  if (failed(numStates) || *numStates == 0) // (C2)
    return emitOpError("expected the states first among the inits, without "
                       "the carried dimension, then the outputs");
  for (unsigned i = *numStates; i < getInits().size(); ++i)
    if (shape.uses(shape.initMap(i), {IteratorKind::state})) // (C3)
      return emitOpError("expected output ")
             << i << " to have no state dimension";
  SmallVector<Type> states, elements, rows, outputs;
  for (auto [i, input] : llvm::enumerate(getInputs())) {
    elements.push_back(elementOf(input));
    if (!shape.uses(shape.maps[i], {IteratorKind::state}))
      rows.push_back(elementOf(input));
  }
  for (Value init : getInits().take_front(*numStates))
    states.push_back(elementOf(init));
  for (Value init : getInits().drop_front(*numStates))
    outputs.push_back(elementOf(init));

  SmallVector<Type> probes;
  if (!getProbe().empty()) {
    probes = yieldedTypes(getProbe());
    SmallVector<Type> arguments(elements);
    llvm::append_range(arguments, states);
    if (failed(verifyRegion(*this, getProbe(), "probe", arguments, probes)))
      return failure();
  }
  SmallVector<Type> arguments(elements);
  llvm::append_range(arguments, probes);
  llvm::append_range(arguments, states);
  SmallVector<Type> yielded = yieldedTypes(getStep());
  if (yielded.size() < states.size() ||
      !std::equal(states.begin(), states.end(), yielded.begin())) // (C4)
    return emitOpError("expected region 'step' to yield the states (")
           << states << ") first, got (" << yielded << ")";
  if (failed(verifyRegion(*this, getStep(), "step", arguments, yielded)))
    return failure();
  rows.append(yielded.begin() + states.size(), yielded.end());
  return verifyRegion(*this, getOutput(), "output", rows, outputs);
}

unsigned ContractReduceOp::getColumnDim() {
  SmallVector<IteratorKind> kinds = getIteratorKinds();
  auto it = llvm::find(kinds, IteratorKind::reduction);
  if (it != kinds.end())
    return it - kinds.begin();
  // A plain product: the parallel dimension that only the right operand has.
  SmallVector<AffineMap> maps = getIndexingMapsArray();
  for (unsigned dim = kinds.size(); dim-- > 0;)
    if (kinds[dim] == IteratorKind::parallel && maps[1].isFunctionOfDim(dim) &&
        !maps[0].isFunctionOfDim(dim))
      return dim;
  return kinds.size();
}

/// The parallel dimensions that only payloads and their results have.
static SmallVector<unsigned> payloadDims(ContractReduceOp op,
                                         const Shape &shape) {
  SmallVector<unsigned> dims;
  unsigned others = op.getFirstPayload();
  for (auto [dim, kind] : llvm::enumerate(shape.kinds))
    if (kind == IteratorKind::parallel &&
        llvm::none_of(ArrayRef(shape.maps).take_front(others),
                      [&](AffineMap m) { return m.isFunctionOfDim(dim); }) &&
        llvm::any_of(ArrayRef(shape.maps).slice(others, op.getNumPayloads()),
                     [&](AffineMap m) { return m.isFunctionOfDim(dim); }))
      dims.push_back(dim);
  return dims;
}

unsigned ContractReduceOp::getNumRowResults() {
  if (isPlainProduct())
    return 0;
  Shape shape(*this);
  SmallVector<unsigned> dims = payloadDims(*this, shape);
  unsigned rows = 0;
  while (rows < getInits().size() &&
         llvm::none_of(
             dims,
             [&](unsigned dim) {
               return shape.initMap(rows).isFunctionOfDim(dim);
             }))
    ++rows;
  return rows;
}

/// Whether `expr` has a value for all values of what it is made of.
static bool isDefined(AffineExpr expr) {
  bool defined = true;
  expr.walk([&](AffineExpr part) {
    if (part.getKind() != AffineExprKind::FloorDiv &&
        part.getKind() != AffineExprKind::CeilDiv &&
        part.getKind() != AffineExprKind::Mod)
      return;
    auto divisor =
        dyn_cast<AffineConstantExpr>(cast<AffineBinaryOpExpr>(part).getRHS());
    defined &= divisor && divisor.getValue() > 0;
  });
  return defined;
}

/// Whether `expr` grows or stays as `dim` does, or with `sign` -1 falls.
static bool isMonotonic(AffineExpr expr, unsigned dim, int sign = 1) {
  if (!expr.isFunctionOfDim(dim))
    return true;
  if (isa<AffineDimExpr>(expr))
    return sign > 0;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  AffineExpr left = binary.getLHS(), right = binary.getRHS();
  auto constant = dyn_cast<AffineConstantExpr>(right);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return isMonotonic(left, dim, sign) && isMonotonic(right, dim, sign);
  case AffineExprKind::Mul:
    return constant &&
           isMonotonic(left, dim, constant.getValue() < 0 ? -sign : sign);
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
    return isMonotonic(left, dim, sign);
  default:
    return false;
  }
}

/// `start`, `limit` and what they are made of.
static LogicalResult verifyLimits(ContractReduceOp op, const Shape &shape) {
  unsigned symbols = op.getLimitOperands().size() + op.getBounds();
  for (auto [map, name] :
       {std::pair(op.getStart(), "start"), std::pair(op.getLimit(), "limit")})
    if (map &&
        (map->getNumResults() == 0 || map->getNumDims() != shape.kinds.size() ||
         map->getNumSymbols() != symbols)) // (C3)
      return op.emitOpError("expected ")
             << name << " to map " << shape.kinds.size() << " dimensions and "
             << symbols << " symbols, got " << AffineMapAttr::get(*map);
  for (auto [map, name] :
       {std::pair(op.getStart(), "start"), std::pair(op.getLimit(), "limit")})
    for (AffineExpr expr : map ? map->getResults() : ArrayRef<AffineExpr>()) {
      if (!isDefined(expr)) // (C3)
        return op.emitOpError("expected ")
               << name << " to divide by positive constants only, got "
               << AffineMapAttr::get(*map);
      for (auto [dim, kind] : llvm::enumerate(shape.kinds))
        if (kind == IteratorKind::parallel && !isMonotonic(expr, dim)) // (C3)
          return op.emitOpError("expected ")
                 << name << " not to decrease along dimension " << dim
                 << ", got " << AffineMapAttr::get(*map);
    }
  if (symbols != 0 && !op.getStart() && !op.getLimit()) // (C3)
    return op.emitOpError("expected no limit operands or bounds without a "
                          "limit");
  SmallVector<unsigned> own = payloadDims(op, shape);
  for (unsigned i = op.getFirstBound(); i < op.getFirstReading(); ++i) {
    if (!elementOf(op.getInputs()[i]).isIntOrIndex()) // (C4)
      return op.emitOpError("expected input ")
             << i << ", a bound, to hold integers, got "
             << op.getInputs()[i].getType();
    if (shape.uses(shape.maps[i],
                   {IteratorKind::reduction, IteratorKind::contraction}) ||
        llvm::any_of(own, [&](unsigned dim) {
          return shape.maps[i].isFunctionOfDim(dim);
        })) // (C4)
      return op.emitOpError("expected input ")
             << i << ", a bound, to be a value of the row";
  }
  return success();
}

static unsigned argumentsAfterFirst(Region &region) {
  return region.empty() || region.getNumArguments() == 0
             ? 0
             : region.getNumArguments() - 1;
}

unsigned ContractReduceOp::getNumReadings() {
  return argumentsAfterFirst(getRight()) + argumentsAfterFirst(getPayload());
}

ContractReduceOp::Reading ContractReduceOp::getReading(unsigned input) {
  unsigned payloads = argumentsAfterFirst(getPayload());
  unsigned end = getInputs().size(), first = end - getNumReadings();
  if (input == 1 && !getRight().empty())
    return {&getRight(), first, end - payloads - first};
  if (input == getFirstPayload() && !getPayload().empty())
    return {&getPayload(), end - payloads, payloads};
  return {nullptr, end, 0};
}

Type ContractReduceOp::getReadType(unsigned input) {
  if (Region *region = getReading(input).region)
    return region->front().getTerminator()->getOperand(0).getType();
  return elementOf(getInputs()[input]);
}

/// A region that makes `input` of type `type`, where there is one.
static LogicalResult verifyReading(ContractReduceOp op, Region &region,
                                   StringRef name, unsigned input, Type type) {
  if (region.empty())
    return success();
  auto reading = op.getReading(input);
  SmallVector<Type> arguments = {elementOf(op.getInputs()[input])};
  for (Value other : op.getInputs().slice(reading.first, reading.count))
    arguments.push_back(elementOf(other));
  return verifyRegion(op, region, name, arguments, type);
}

LogicalResult ContractReduceOp::verify() {
  if (failed(allowKinds(*this, {IteratorKind::parallel, IteratorKind::reduction,
                                IteratorKind::contraction})))
    return failure();
  Shape shape(*this);
  // In 128 bits, for any of these may be as large as 64 bits are.
  auto least = static_cast<__int128>(2) * getContractions() + getNumPayloads() +
               getBounds() + getNumReadings();
  if (static_cast<__int128>(getInputs().size()) < least) // (C2)
    return emitOpError("expected inputs for ")
           << getContractions() << " contractions, " << getNumPayloads()
           << " payloads, " << getBounds() << " bounds and " << getNumReadings()
           << " that regions 'right' and 'payload' read, got "
           << getInputs().size();
  if (failed(verifyLimits(*this, shape)))
    return failure();
  unsigned inputs = 2 * getContractions();
  SmallVector<Type> score, elements, finished, states;
  for (int64_t i = 0; i < getContractions(); ++i)
    score.push_back(elementOf(getInputs()[2 * i]));
  for (Value input : getInputs().slice(inputs, getNumElements()))
    elements.push_back(elementOf(input));
  llvm::append_range(score, elements);
  if (failed(verifyReading(*this, getRight(), "right", 1, score[0])))
    return failure();
  if (!getPayload().empty()) {
    if (getNumPayloads() == 0) // (C6)
      return emitOpError("expected a payload for region 'payload'");
    SmallVector<Type> read = yieldedTypes(getPayload());
    if (read.size() != 1 || !isa<FloatType>(read[0])) // (C6)
      return emitOpError("expected region 'payload' to yield a float");
    if (failed(verifyReading(*this, getPayload(), "payload", getFirstPayload(),
                             read[0])))
      return failure();
  }
  SmallVector<Type> scores = yieldedTypes(getScore());
  if (failed(verifyRegion(*this, getScore(), "score", score, scores)))
    return failure();
  if (isPlainProduct()) {
    SmallVector<Type> results;
    for (Value init : getInits())
      results.push_back(elementOf(init));
    if (llvm::is_contained(shape.kinds, IteratorKind::reduction)) // (C1)
      return emitOpError("expected states for the reduction dimension");
    return verifyRegion(*this, getScore(), "score", score, results);
  }
  if (llvm::count(shape.kinds, IteratorKind::reduction) != 1) // (C1)
    return emitOpError("expected one reduction dimension, got ")
           << llvm::count(shape.kinds, IteratorKind::reduction);
  states = yieldedTypes(getInit());
  finished = yieldedTypes(getFinish());
  SmallVector<Type> step(scores), merge(states);
  llvm::append_range(step, states);
  llvm::append_range(merge, states);
  for (int64_t state : getRides())
    if (state < getPivot() ||
        state >= static_cast<int64_t>(states.size())) // (C5)
      return emitOpError("expected payloads to ride on one of the states ")
             << getPivot() << " to " << states.size() << ", got " << state;
  if (failed(verifyRegion(*this, getInit(), "init", {}, states)) ||
      failed(verifyRegion(*this, getStep(), "step", step, states)) ||
      failed(verifyRegion(*this, getMerge(), "merge", merge, states)) ||
      failed(verifyRegion(*this, getFinish(), "finish", states, finished)))
    return failure();
  unsigned rows = getNumRowResults();
  if (finished.size() < rows) // (C7)
    return emitOpError("expected region 'finish' to yield at least the ")
           << rows << " row results, got " << finished.size();
  for (unsigned i = 0; i < rows; ++i)
    if (finished[i] != elementOf(getInits()[i])) // (C7)
      return emitOpError("expected value ")
             << i << " of region 'finish' to be " << elementOf(getInits()[i])
             << ", got " << finished[i];
  SmallVector<Type> apply, applied;
  for (unsigned p = 0; p < getNumPayloads(); ++p)
    apply.push_back(getReadType(getFirstPayload() + p));
  llvm::append_range(apply, finished);
  for (Value init : getInits().drop_front(rows))
    applied.push_back(elementOf(init));
  if (applied.empty())
    return success();
  return verifyRegion(*this, getApply(), "apply", apply, applied);
}

bool ReduceOp::readsInit(unsigned) { return false; }
bool ScanOp::readsInit(unsigned init) { return init < getNumStates(); }
bool ContractReduceOp::readsInit(unsigned) { return false; }

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

#include "dialect/structures/StructureInterface.cpp.inc"

#define GET_OP_CLASSES
#include "dialect/structures/Structures.cpp.inc"

void GyreDialect::registerStructures() {
  addOperations<
#define GET_OP_LIST
#include "dialect/structures/Structures.cpp.inc"
      >();
}
