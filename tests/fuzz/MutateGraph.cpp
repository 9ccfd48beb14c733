// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutation of graphs. What a mutation breaks in the types of other operations
// is repaired where these can be inferred; the verifier decides about the rest.

#include "fuzz/Mutate.h"
#include "fuzz/MutateAttr.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

#include <numeric>

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
using test::Random;

/// Inference of types relies on operands being of the kind that they have to
/// be.
static bool sameKind(Type a, Type b) {
  auto isScalar = [](Type type) {
    return isa<FloatType, IntegerType, IndexType>(type);
  };
  return a.getTypeID() == b.getTypeID() || (isScalar(a) && isScalar(b));
}

namespace {
struct Mutator {
  const Corpus &corpus;
  Random &random;
  ModuleOp module;
  SmallVector<Operation *> ops;
  SmallVector<Value> values;
  /// An operand is of another kind than it was: only the verifier may see it.
  bool mixed = false;

  void collect() {
    ops.clear();
    values.clear();
    module.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (op != module)
        ops.push_back(op);
      llvm::append_range(values, op->getResults());
      for (Region &region : op->getRegions())
        for (Block &block : region)
          llvm::append_range(values, block.getArguments());
    });
  }

  /// Values that `op` may use, of one type or of any.
  SmallVector<Value> visible(Operation *op, Type type = {}) {
    DominanceInfo dominance(module);
    SmallVector<Value> result;
    for (Value value : values)
      if ((!type || value.getType() == type) &&
          dominance.properlyDominates(value, op))
        result.push_back(value);
    return result;
  }

  void set(OpOperand &operand, Value value) {
    if (!sameKind(operand.get().getType(), value.getType()))
      mixed = true;
    operand.set(value);
  }

  func::FuncOp drawFunction() {
    SmallVector<func::FuncOp> funcs(module.getOps<func::FuncOp>());
    return funcs.empty() ? func::FuncOp() : pick(funcs, random);
  }

  //===--- one mutation each; false where there is nothing to change ---===//

  bool changeOperand() {
    Operation *op = pick(ops, random);
    if (op->getNumOperands() == 0)
      return false;
    OpOperand &operand = op->getOpOperand(random.below(op->getNumOperands()));
    bool sameType = random.below(8);
    SmallVector<Value> candidates =
        visible(op, sameType ? operand.get().getType() : Type());
    if (candidates.empty())
      return false;
    set(operand, pick(candidates, random));
    return true;
  }

  bool swapOperands() {
    Operation *op = pick(ops, random);
    if (op->getNumOperands() < 2)
      return false;
    OpOperand &a = op->getOpOperand(random.below(op->getNumOperands()));
    OpOperand &b = op->getOpOperand(random.below(op->getNumOperands()));
    if (a.get() == b.get() ||
        (a.get().getType() != b.get().getType() && random.below(4)))
      return false;
    Value old = a.get();
    set(a, b.get());
    set(b, old);
    return true;
  }

  bool changeAttr() {
    Operation *op = pick(ops, random);
    ArrayRef<NamedAttribute> attrs = op->getAttrs();
    if (attrs.empty())
      return false;
    NamedAttribute attr = pick(attrs, random);
    // The signature of a function has mutations of its own.
    if (isa<func::FuncOp>(op))
      return false;
    op->setAttr(attr.getName(), changeAttribute(attr.getValue(), random));
    return true;
  }

  /// Gives or takes an attribute that such operations have elsewhere.
  bool exchangeAttr() {
    Operation *op = pick(ops, random);
    if (isa<func::FuncOp>(op))
      return false;
    SmallVector<std::pair<StringRef, Attribute>> known;
    std::string prefix = (op->getName().getStringRef() + ".").str();
    for (const auto &[key, found] : corpus.attributes)
      if (StringRef name = key.getValue();
          name.consume_front(prefix) && !name.contains('.'))
        known.emplace_back(name, pick(found, random));
    if (known.empty())
      return false;
    auto [name, value] = pick(known, random);
    if (op->hasAttr(name) && random.below(3) == 0) {
      op->removeAttr(name);
      // The parser gives it its default.
      mixed = true;
    } else
      op->setAttr(name, value);
    return true;
  }

  bool changeInit() { // an attribute of an argument or a result
    func::FuncOp func = drawFunction();
    if (!func)
      return false;
    unsigned count = func.getNumArguments() + func.getNumResults();
    if (!count)
      return false;
    unsigned i = random.below(count);
    bool isArgument = i < func.getNumArguments();
    i -= isArgument ? 0 : func.getNumArguments();
    DictionaryAttr old =
        isArgument ? func.getArgAttrDict(i) : func.getResultAttrDict(i);
    Builder b(func.getContext());
    if (!old)
      old = b.getDictionaryAttr({});
    NamedAttrList attrs(old);
    if (old.empty() || random.below(4) == 0) {
      static constexpr StringLiteral names[] = {
          "gyre.dims", "gyre.name", "gyre.size", "gyre.may_overwrite"};
      StringRef name = pick(ArrayRef(names), random);
      attrs.set(name, changeAttribute(b.getStringAttr(""), random));
    } else if (random.below(6) == 0) {
      attrs.erase(pick(old.getValue(), random).getName());
    } else {
      NamedAttribute attr = pick(old.getValue(), random);
      attrs.set(attr.getName(), changeAttribute(attr.getValue(), random));
    }
    DictionaryAttr next = attrs.getDictionary(func.getContext());
    isArgument ? func.setArgAttrs(i, next) : func.setResultAttrs(i, next);
    return true;
  }

  bool changeType() {
    SmallVector<Value> tensors;
    for (Value value : values)
      if (isa<RankedTensorType>(value.getType()))
        tensors.push_back(value);
    if (tensors.empty())
      return false;
    Value value = pick(tensors, random);
    value.setType(
        changeTensor(cast<RankedTensorType>(value.getType()), random));
    return true;
  }

  /// One extent of a type becomes another everywhere.
  bool changeSize() {
    llvm::SmallSetVector<int64_t, 8> extents;
    for (Value value : values)
      if (auto tensor = dyn_cast<RankedTensorType>(value.getType()))
        extents.insert_range(tensor.getShape());
    if (extents.empty())
      return false;
    int64_t from = pick(extents.getArrayRef(), random), to = drawExtent(random);
    replaceTypes(module, [&](Type type) -> std::optional<Type> {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor)
        return std::nullopt;
      SmallVector<int64_t> shape(tensor.getShape());
      llvm::replace(shape, from, to);
      return RankedTensorType::get(shape, tensor.getElementType());
    });
    nameSizes();
    return true;
  }

  bool changeElement() {
    llvm::SmallSetVector<Type, 4> types;
    for (Value value : values)
      types.insert(getElementTypeOrSelf(value.getType()));
    if (types.empty())
      return false;
    Type from = pick(types.getArrayRef(), random),
         to = drawElement(module.getContext(), random);
    if (!from.isIntOrIndexOrFloat() ||
        (isa<FloatType>(from) != isa<FloatType>(to) && random.below(4)))
      return false;
    replaceTypes(module, [&](Type type) -> std::optional<Type> {
      if (type == from)
        return to;
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (tensor && tensor.getElementType() == from)
        return tensor.clone(to);
      return std::nullopt;
    });
    return true;
  }

  bool erase() {
    Operation *op = pick(ops, random);
    if (op->hasTrait<OpTrait::IsTerminator>() || isa<func::FuncOp>(op))
      return false;
    OpBuilder b(op);
    for (Value result : op->getResults()) {
      if (result.use_empty())
        continue;
      SmallVector<Value> candidates = visible(op, result.getType());
      auto tensor = dyn_cast<RankedTensorType>(result.getType());
      if (!candidates.empty())
        result.replaceAllUsesWith(pick(candidates, random));
      else if (tensor && tensor.hasStaticShape())
        result.replaceAllUsesWith(
            tensor::EmptyOp::create(b, op->getLoc(), tensor.getShape(),
                                    tensor.getElementType())
                .getResult());
      else
        return false;
    }
    op->erase();
    return true;
  }

  bool duplicate() {
    Operation *op = pick(ops, random);
    if (op->hasTrait<OpTrait::IsTerminator>() || isa<func::FuncOp>(op))
      return false;
    OpBuilder b(op->getContext());
    b.setInsertionPointAfter(op);
    Operation *copy = b.clone(*op);
    for (auto [from, to] : llvm::zip(op->getResults(), copy->getResults())) {
      // Either the copy works on what the first made, or beside it.
      if (random.below(2) && copy->getNumOperands() &&
          copy->getOperand(0).getType() == from.getType())
        copy->setOperand(0, from);
      for (OpOperand &use : llvm::make_early_inc_range(from.getUses()))
        if (use.getOwner() != copy && random.below(2))
          use.set(to);
    }
    return true;
  }

  /// Puts an operation of another graph in front of `op`.
  bool insert() {
    Operation *op = pick(ops, random);
    if (isa<func::FuncOp>(op) || op->getParentOp() == module)
      return false;
    Operation *model = pick(corpus.operations, random);
    OperationState state(op->getLoc(), model->getName());
    SmallVector<Value> all = visible(op);
    for (Value operand : model->getOperands()) {
      SmallVector<Value> candidates = visible(op, operand.getType());
      bool first = state.operands.empty();
      if (candidates.empty() && !first)
        // An element-wise operation takes whatever its first operand is.
        candidates = visible(op, state.operands.front().getType());
      if (candidates.empty())
        candidates = all;
      llvm::erase_if(candidates, [&](Value value) {
        return !sameKind(value.getType(), operand.getType());
      });
      if (candidates.empty())
        return false;
      state.addOperands(pick(candidates, random));
    }
    state.addAttributes(model->getAttrs());
    state.addTypes(model->getResultTypes());
    OpBuilder b(op);
    Operation *made = b.create(state);
    inferTypes(made);
    // Somebody has to use it.
    for (Value result : made->getResults())
      for (Operation *user : ops)
        for (OpOperand &use : user->getOpOperands())
          if (use.get().getType() == result.getType() && use.get() != result &&
              user->getBlock() == op->getBlock() &&
              made->isBeforeInBlock(user) && random.below(2))
            use.set(result);
    return true;
  }

  /// Puts an operation into a loop or a branch.
  bool wrap() {
    Operation *op = pick(ops, random);
    if (op->getNumResults() == 0 || op->hasTrait<OpTrait::IsTerminator>() ||
        op->getParentOp() == module)
      return false;
    OpBuilder b(op);
    Location loc = op->getLoc();
    SmallVector<Value> inits;
    for (Value result : op->getResults()) {
      SmallVector<Value> candidates = visible(op, result.getType());
      if (candidates.empty())
        return false;
      inits.push_back(pick(candidates, random));
    }
    Operation *wrapper;
    if (random.below(2)) {
      Value zero = arith::ConstantIndexOp::create(b, loc, 0);
      Value one = arith::ConstantIndexOp::create(b, loc, 1);
      SmallVector<Value> counts = visible(op, b.getIndexType());
      Value turns =
          counts.empty() || random.below(2)
              ? Value(arith::ConstantIndexOp::create(b, loc, random.below(4)))
              : pick(counts, random);
      wrapper = scf::ForOp::create(
          b, loc, zero, turns, one, inits,
          [&](OpBuilder &inner, Location, Value, ValueRange carried) {
            IRMapping mapping;
            if (random.below(2))
              mapping.map(inits, carried);
            Operation *copy = inner.clone(*op, mapping);
            scf::YieldOp::create(inner, loc, copy->getResults());
          });
    } else {
      Value condition =
          arith::ConstantOp::create(b, loc, b.getBoolAttr(random.below(2)));
      SmallVector<Value> given = visible(op, b.getI1Type());
      if (!given.empty())
        condition = pick(given, random);
      wrapper = scf::IfOp::create(
          b, loc, condition,
          [&](OpBuilder &inner, Location) {
            scf::YieldOp::create(inner, loc, inner.clone(*op)->getResults());
          },
          [&](OpBuilder &inner, Location) {
            scf::YieldOp::create(inner, loc, inits);
          });
    }
    op->replaceAllUsesWith(wrapper->getResults());
    op->erase();
    return true;
  }

  /// Returns other values, fewer or more.
  bool changeReturn() {
    func::FuncOp func = drawFunction();
    if (!func || func.isExternal())
      return false;
    Operation *ret = func.getBody().front().getTerminator();
    SmallVector<Value> returned(ret->getOperands());
    SmallVector<Value> candidates;
    for (Value value : visible(ret))
      if (isa<RankedTensorType>(value.getType()))
        candidates.push_back(value);
    if (candidates.empty())
      return false;
    if (returned.empty() || random.below(2))
      returned.push_back(pick(candidates, random));
    else
      returned[random.below(returned.size())] = pick(candidates, random);
    ret->setOperands(returned);
    return true;
  }

  //===--- repairs ---===//

  static void inferTypes(Operation *op) {
    // Whoever has fewer operands than it says reads beyond them.
    std::optional<Attribute> segments =
        op->getInherentAttr("operandSegmentSizes");
    if (auto sizes = dyn_cast_if_present<DenseI32ArrayAttr>(
            segments.value_or(Attribute())))
      if (std::reduce(sizes.asArrayRef().begin(), sizes.asArrayRef().end()) !=
          static_cast<int64_t>(op->getNumOperands()))
        return;
    SmallVector<Type> types;
    if (auto infer = dyn_cast<InferTypeOpInterface>(op)) {
      if (failed(infer.inferReturnTypes(
              op->getContext(), op->getLoc(), op->getOperands(),
              op->getRawDictionaryAttrs(), op->getPropertiesStorage(),
              op->getRegions(), types)))
        return;
    } else if (op->hasTrait<OpTrait::Elementwise>() && op->getNumOperands()) {
      types.assign(op->getNumResults(), op->getOperand(0).getType());
    } else if (auto dps = dyn_cast<DestinationStyleOpInterface>(op)) {
      for (Value init : dps.getDpsInits())
        types.push_back(init.getType());
    } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
      llvm::append_range(types, loop.getInitArgs().getTypes());
      for (auto [argument, type] : llvm::zip(loop.getRegionIterArgs(), types))
        argument.setType(type);
    }
    if (types.size() == op->getNumResults())
      for (auto [result, type] : llvm::zip(op->getResults(), types))
        result.setType(type);
  }

  /// Makes the types behind a change follow from it.
  void repairTypes() {
    module.walk<WalkOrder::PreOrder>([](Operation *op) {
      if (op->getNumResults())
        inferTypes(op);
    });
    for (auto func : module.getOps<func::FuncOp>()) {
      if (func.isExternal())
        continue;
      Operation *ret = func.getBody().front().getTerminator();
      unsigned before = func.getNumResults(), count = ret->getNumOperands();
      SmallVector<DictionaryAttr> attrs(count);
      for (unsigned i = 0; i < std::min(before, count); ++i)
        attrs[i] = func.getResultAttrDict(i);
      for (DictionaryAttr &attr : attrs)
        if (!attr)
          attr = DictionaryAttr::get(func.getContext());
      func.setType(FunctionType::get(func.getContext(),
                                     func.getBody().front().getArgumentTypes(),
                                     ret->getOperandTypes()));
      func.setAllResultAttrs(attrs);
    }
  }

  /// Gives gyre.dims of arguments and results what their types ask for.
  void nameSizes() {
    Builder b(module.getContext());
    static constexpr StringLiteral names[] = {"N", "M", "B", "T"};
    auto name = [&](Type type, Attribute old) -> Attribute {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor || tensor.hasStaticShape())
        return {};
      auto dims = dyn_cast_or_null<ArrayAttr>(old);
      SmallVector<Attribute> next;
      for (auto [i, extent] : llvm::enumerate(tensor.getShape())) {
        Attribute dim = dims && i < dims.size() ? dims[i] : Attribute();
        if (!ShapedType::isDynamic(extent))
          dim = b.getI64IntegerAttr(extent);
        else if (!isa_and_nonnull<StringAttr>(dim))
          dim = b.getStringAttr(names[i % std::size(names)]);
        next.push_back(dim);
      }
      return b.getArrayAttr(next);
    };
    for (auto func : module.getOps<func::FuncOp>()) {
      for (unsigned i = 0; i < func.getNumArguments(); ++i) {
        Attribute dims =
            name(func.getArgumentTypes()[i], func.getArgAttr(i, "gyre.dims"));
        func.removeArgAttr(i, "gyre.dims");
        if (dims)
          func.setArgAttr(i, "gyre.dims", dims);
      }
      for (unsigned i = 0; i < func.getNumResults(); ++i) {
        Attribute dims =
            name(func.getResultTypes()[i], func.getResultAttr(i, "gyre.dims"));
        func.removeResultAttr(i, "gyre.dims");
        if (dims)
          func.setResultAttr(i, "gyre.dims", dims);
      }
    }
  }

  void mutate() {
    using Mutation = bool (Mutator::*)();
    static constexpr Mutation mutations[] = {
        &Mutator::changeOperand, &Mutator::changeOperand,
        &Mutator::swapOperands,  &Mutator::changeAttr,
        &Mutator::changeAttr,    &Mutator::exchangeAttr,
        &Mutator::changeInit,    &Mutator::changeType,
        &Mutator::changeSize,    &Mutator::changeSize,
        &Mutator::changeElement, &Mutator::erase,
        &Mutator::duplicate,     &Mutator::insert,
        &Mutator::insert,        &Mutator::insert,
        &Mutator::wrap,          &Mutator::changeReturn};
    for (int64_t tries = 0; tries < 20; ++tries) {
      collect();
      if (ops.empty())
        return;
      if ((this->*pick(ArrayRef(mutations), random))())
        break;
    }
    // Not always: what does not agree has to be refused.
    if (!mixed && random.below(8)) {
      repairTypes();
      if (random.below(4))
        nameSizes();
    }
  }
};
} // namespace

std::string fuzz::mutateGraph(const Corpus &corpus, Random &random) {
  OwningOpRef<ModuleOp> module = pick(corpus.graphs, random).get().clone();
  Mutator mutator{corpus, random, *module, {}, {}};
  for (int64_t n = 1 + random.below(random.below(2) ? 2 : 5);
       n > 0 && !mutator.mixed; --n)
    mutator.mutate();
  std::string text;
  llvm::raw_string_ostream os(text);
  // A printer of an operation's own expects an operation that verifies.
  module->print(os, OpPrintingFlags().printGenericOpForm());
  return text;
}
