// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// This file implements the BindSizes pass: what a public function takes from
// its surroundings becomes arguments. Weights lead, named sizes trail, and
// `gyre.entry` says what each of them is.

#include "passes/EntryPoint.h"
#include "passes/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/MLProgram/IR/MLProgramAttributes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::gyre {
#define GEN_PASS_DEF_BINDSIZES
#include "passes/Passes.h.inc"
} // namespace mlir::gyre

using namespace mlir;
using namespace mlir::gyre;

namespace {
/// Arguments that stand for a size, with its position among the sizes.
using SizeArguments = SmallVector<std::pair<BlockArgument, unsigned>>;

struct BindSizes : gyre::impl::BindSizesBase<BindSizes> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto func : module.getOps<func::FuncOp>())
      if (func.isPublic() && !func->hasAttr(entryAttrName))
        if (failed(bind(module, func)))
          return signalPassFailure();
    // Later stages know arguments only.
    SmallVector<Attribute> weights;
    for (auto global :
         llvm::make_early_inc_range(module.getOps<ml_program::GlobalOp>())) {
      if (isExtern(global))
        weights.push_back(describe(global).toAttribute(&getContext()));
      global.erase();
    }
    if (!weights.empty())
      module->setAttr(weightsAttrName, ArrayAttr::get(&getContext(), weights));
  }

  static EntryArgument describe(ml_program::GlobalOp global) {
    EntryArgument weight;
    weight.name = makeFieldName(global.getSymName());
    weight.kind = EntryArgument::Kind::Weight;
    weight.type = global.getType();
    weight.key = global.getSymName().str();
    for (int64_t extent : cast<RankedTensorType>(weight.type).getShape())
      weight.dims.push_back(std::to_string(extent));
    return weight;
  }

  static bool isExtern(ml_program::GlobalOp global) {
    return isa_and_nonnull<ml_program::ExternAttr>(
        global.getValue().value_or(Attribute()));
  }

  /// Loads of constants become constants, loads of weights leading arguments.
  LogicalResult bindWeights(ModuleOp module, func::FuncOp func,
                            EntryPoint &entry) {
    SmallVector<ml_program::GlobalLoadConstOp> loads;
    func.walk(
        [&](ml_program::GlobalLoadConstOp load) { loads.push_back(load); });
    llvm::DenseMap<Operation *, SmallVector<ml_program::GlobalLoadConstOp>>
        uses;
    SymbolTableCollection symbols;
    for (ml_program::GlobalLoadConstOp load : loads) {
      ml_program::GlobalOp global = load.getGlobalOp(symbols);
      if (isExtern(global)) {
        uses[global].push_back(load);
        continue;
      }
      OpBuilder b(load);
      load.replaceAllUsesWith(
          arith::ConstantOp::create(b, load.getLoc(),
                                    cast<TypedAttr>(*global.getValue()))
              .getResult());
      load.erase();
    }
    for (auto global : module.getOps<ml_program::GlobalOp>()) {
      auto it = uses.find(global);
      if (it == uses.end())
        continue;
      EntryArgument weight = describe(global);
      unsigned position = entry.arguments.size();
      if (failed(
              func.insertArgument(position, weight.type, {}, global.getLoc())))
        return failure();
      for (ml_program::GlobalLoadConstOp load : it->second) {
        load.replaceAllUsesWith(func.getArgument(position));
        load.erase();
      }
      entry.arguments.push_back(std::move(weight));
    }
    return success();
  }

  static void readDims(ArrayAttr dims, EntryArgument &argument,
                       EntryPoint &entry, MLIRContext *context) {
    std::string error;
    for (auto dim : dims.getAsRange<StringAttr>()) {
      argument.dims.push_back(dim.str());
      (void)parseSizeExpression(dim, entry.sizes, context, error);
    }
  }

  LogicalResult bind(ModuleOp module, func::FuncOp func) {
    EntryPoint entry;
    if (failed(bindWeights(module, func, entry)))
      return failure();
    unsigned numWeights = entry.arguments.size();
    // Sizes are numbered by where they are first named.
    SizeArguments sizeArguments;
    for (BlockArgument argument : func.getArguments().drop_front(numWeights)) {
      unsigned i = argument.getArgNumber();
      if (auto size = func.getArgAttrOfType<StringAttr>(i, sizeAttrName)) {
        auto known = llvm::find(entry.sizes, size.str());
        sizeArguments.emplace_back(argument, known - entry.sizes.begin());
        if (known == entry.sizes.end())
          entry.sizes.push_back(size.str());
        continue;
      }
      auto name = func.getArgAttrOfType<StringAttr>(i, "gyre.name");
      auto dims = func.getArgAttrOfType<ArrayAttr>(i, "gyre.dims");
      if (!name || (isa<ShapedType>(argument.getType()) && !dims))
        return func.emitError("expected gyre-check-graph to run before");
      EntryArgument input;
      input.name = name.str();
      input.type = argument.getType();
      if (dims)
        readDims(dims, input, entry, &getContext());
      entry.arguments.push_back(std::move(input));
    }
    for (unsigned i = 0; i < func.getNumResults(); ++i) {
      EntryArgument output;
      output.kind = EntryArgument::Kind::Output;
      output.name = func.getResultAttrOfType<StringAttr>(i, "gyre.name").str();
      output.type = func.getResultTypes()[i];
      readDims(func.getResultAttrOfType<ArrayAttr>(i, "gyre.dims"), output,
               entry, &getContext());
      if (auto name =
              func.getResultAttrOfType<StringAttr>(i, "gyre.may_overwrite"))
        for (auto [a, argument] : llvm::enumerate(entry.arguments))
          if (argument.name == name &&
              argument.kind == EntryArgument::Kind::Input)
            output.mayOverwrite = a;
      entry.arguments.push_back(std::move(output));
    }
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      func.setArgAttrs(i, ArrayRef<NamedAttribute>{});
    for (unsigned i = 0; i < func.getNumResults(); ++i)
      func.setResultAttrs(i, ArrayRef<NamedAttribute>{});
    appendSizes(func, entry, sizeArguments);
    func->setAttr(entryAttrName, entry.toAttribute(&getContext()));
    return success();
  }

  /// Appends the sizes; arguments that stood for one, and `tensor.dim` of
  /// arguments, become them.
  void appendSizes(func::FuncOp func, EntryPoint &entry,
                   const SizeArguments &sizeArguments) {
    Builder b(&getContext());
    SmallVector<Value> sizes;
    for (const std::string &size : entry.sizes) {
      unsigned position = func.getNumArguments();
      (void)func.insertArgument(position, b.getIndexType(),
                                b.getDictionaryAttr(b.getNamedAttr(
                                    sizeAttrName, b.getStringAttr(size))),
                                func.getLoc());
      sizes.push_back(func.getArgument(position));
    }
    llvm::BitVector erased(func.getNumArguments());
    for (auto [argument, size] : sizeArguments) {
      argument.replaceAllUsesWith(sizes[size]);
      erased.set(argument.getArgNumber());
    }
    (void)func.eraseArguments(erased);
    OpBuilder builder(func.getBody());
    for (auto [i, argument] : llvm::enumerate(entry.arguments)) {
      if (argument.kind == EntryArgument::Kind::Output)
        break;
      SmallVector<AffineExpr> dims = entry.getDims(argument, &getContext());
      for (Operation *user :
           llvm::make_early_inc_range(func.getArgument(i).getUsers())) {
        auto dim = dyn_cast<tensor::DimOp>(user);
        std::optional<int64_t> index =
            dim ? dim.getConstantIndex() : std::nullopt;
        if (!index || *index >= static_cast<int64_t>(dims.size()))
          continue;
        builder.setInsertionPoint(dim);
        OpFoldResult size = affine::makeComposedFoldedAffineApply(
            builder, dim.getLoc(),
            AffineMap::get(0, sizes.size(), dims[*index]),
            getAsOpFoldResult(sizes));
        dim.replaceAllUsesWith(
            getValueOrCreateConstantIndexOp(builder, dim.getLoc(), size));
        dim.erase();
      }
    }
  }
};
} // namespace
