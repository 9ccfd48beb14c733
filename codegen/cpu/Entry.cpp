// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that C calls: tables for the runtime's checks, the choice
// among variants, and the call of the body. Layouts are those of gyre/abi.h.

#include "codegen/Model.h"
#include "codegen/cpu/CheckedSizes.h"

#include "gyre/abi.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace mlir::gyre;

namespace {

/// Constants and declarations in one module.
struct EntryEmitter {
  llvm::Module &module;
  const Model &model;
  ArrayRef<std::string> suffixes;
  llvm::LLVMContext &context;
  llvm::IRBuilder<> b;
  llvm::PointerType *ptr;
  llvm::Type *i8, *i32, *i64;
  llvm::Constant *null;

  EntryEmitter(llvm::Module &module, const Model &model,
               ArrayRef<std::string> suffixes)
      : module(module), model(model), suffixes(suffixes),
        context(module.getContext()), b(context), ptr(b.getPtrTy()),
        i8(b.getInt8Ty()), i32(b.getInt32Ty()), i64(b.getInt64Ty()),
        null(llvm::ConstantPointerNull::get(ptr)) {}

  //===------------------------------------------------------------------===//
  // Constant data
  //===------------------------------------------------------------------===//

  llvm::Constant *int32(int64_t value) { return b.getInt32(value); }
  llvm::Constant *int64(int64_t value) { return b.getInt64(value); }

  llvm::Constant *constant(llvm::Constant *value, const Twine &name) {
    auto *global = new llvm::GlobalVariable(
        module, value->getType(), /*isConstant=*/true,
        llvm::GlobalValue::PrivateLinkage, value, name);
    global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
    return global;
  }

  llvm::Constant *string(StringRef text) {
    return constant(llvm::ConstantDataArray::getString(context, text),
                    "gyre.text");
  }

  llvm::Constant *record(ArrayRef<llvm::Constant *> fields) {
    return llvm::ConstantStruct::getAnon(context, fields);
  }

  /// An array of equal elements; null where there are none.
  llvm::Constant *array(ArrayRef<llvm::Constant *> values, const Twine &name) {
    if (values.empty())
      return null;
    auto *type = llvm::ArrayType::get(values.front()->getType(), values.size());
    return constant(llvm::ConstantArray::get(type, values), name);
  }

  /// `gyre_expr_op`s in postfix order.
  void postfix(AffineExpr expr, SmallVectorImpl<llvm::Constant *> &ops) {
    auto push = [&](int64_t code, int64_t value) {
      ops.push_back(record({int64(code), int64(value)}));
    };
    if (auto value = dyn_cast<AffineConstantExpr>(expr))
      return push(GYRE_EXPR_CONST, value.getValue());
    if (auto size = dyn_cast<AffineSymbolExpr>(expr))
      return push(GYRE_EXPR_SIZE, size.getPosition());
    auto binary = cast<AffineBinaryOpExpr>(expr);
    postfix(binary.getLHS(), ops);
    postfix(binary.getRHS(), ops);
    switch (expr.getKind()) {
    case AffineExprKind::Add:
      return push(GYRE_EXPR_ADD, 0);
    case AffineExprKind::Mul:
      return push(GYRE_EXPR_MUL, 0);
    case AffineExprKind::FloorDiv:
      return push(GYRE_EXPR_FLOORDIV, 0);
    case AffineExprKind::CeilDiv:
      return push(GYRE_EXPR_CEILDIV, 0);
    default:
      return push(GYRE_EXPR_MOD, 0);
    }
  }

  llvm::Constant *expression(const ModelFunction &function, StringRef text) {
    SmallVector<llvm::Constant *> ops;
    postfix(function.entry.getSize(text, function.getContext()), ops);
    return record({array(ops, "gyre.ops"), int64(ops.size()), string(text)});
  }

  //===------------------------------------------------------------------===//
  // gyre_entry_info
  //===------------------------------------------------------------------===//

  llvm::Constant *argumentTable(const ModelFunction &function) {
    const EntryPoint &entry = function.entry;
    // The runtime counts arrays only.
    SmallVector<int64_t> position(entry.arguments.size(), -1);
    int64_t arrays = 0;
    for (auto [i, argument] : llvm::enumerate(entry.arguments))
      if (!argument.isScalar())
        position[i] = arrays++;
    SmallVector<llvm::Constant *> table;
    for (const EntryArgument &argument : entry.arguments) {
      if (argument.isScalar())
        continue;
      SmallVector<llvm::Constant *> dims;
      for (const std::string &text : argument.dims)
        dims.push_back(expression(function, text));
      int32_t kind =
          argument.kind == EntryArgument::Kind::Input    ? GYRE_ARG_INPUT
          : argument.kind == EntryArgument::Kind::Output ? GYRE_ARG_OUTPUT
                                                         : GYRE_ARG_WEIGHT;
      int64_t overwrite = argument.mayOverwrite;
      table.push_back(record(
          {string(argument.name), array(dims, "gyre.dims"), int32(dims.size()),
           int32(getElementBytes(argument.type)), int32(kind),
           int32(overwrite < 0 ? -1 : position[overwrite])}));
    }
    return array(table, "gyre.args");
  }

  /// `void (const int64_t *sizes, int64_t *shared, int64_t *scratch)` around
  /// the body's own form, or null where the body needs no workspace.
  llvm::Constant *workspaceFunction(const ModelFunction &function,
                                    StringRef suffix) {
    llvm::Function *own =
        module.getFunction(function.name + ".workspace" + suffix.str());
    if (!own)
      return null;
    checkOverflow(*own);
    auto *adapter = llvm::Function::Create(
        llvm::FunctionType::get(b.getVoidTy(), {ptr, ptr, ptr}, false),
        llvm::GlobalValue::InternalLinkage, own->getName() + ".bytes", module);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "", adapter));
    SmallVector<llvm::Value *> sizes;
    for (unsigned i = 0; i < function.entry.sizes.size(); ++i)
      sizes.push_back(
          b.CreateLoad(i64, b.CreateConstGEP1_64(i64, adapter->getArg(0), i)));
    llvm::Value *bytes = b.CreateCall(own, sizes);
    b.CreateStore(b.CreateExtractValue(bytes, 0), adapter->getArg(1));
    b.CreateStore(b.CreateExtractValue(bytes, 1), adapter->getArg(2));
    b.CreateRetVoid();
    return adapter;
  }

  /// One table a variant.
  SmallVector<llvm::Constant *> infoTables(const ModelFunction &function) {
    const EntryPoint &entry = function.entry;
    llvm::Constant *args = argumentTable(function);
    int64_t arrays = llvm::count_if(
        entry.arguments, [](const auto &a) { return !a.isScalar(); });
    SmallVector<llvm::Constant *> sizeNames, requirements;
    for (const std::string &size : entry.sizes)
      sizeNames.push_back(string(size));
    for (const auto &[left, right] : entry.requirements)
      requirements.push_back(
          record({expression(function, left), expression(function, right)}));
    llvm::Constant *names = array(sizeNames, "gyre.sizes");
    llvm::Constant *required = array(requirements, "gyre.requirements");
    llvm::Constant *name = string(model.getSymbol(function));
    llvm::Constant *maxThreads =
        model.threads ? declare("gyre_max_threads", i32, {}) : null;
    SmallVector<llvm::Constant *> tables;
    for (auto [target, suffix] : llvm::zip(model.targets, suffixes))
      tables.push_back(constant(
          record({int32(GYRE_ABI_VERSION), int32(arrays),
                  int32(entry.sizes.size()), int32(requirements.size()), name,
                  args, names, required, workspaceFunction(function, suffix),
                  maxThreads, int64(target.cpuFeatures)}),
          "gyre.entry." + function.name + suffix));
    return tables;
  }

  //===------------------------------------------------------------------===//
  // Functions
  //===------------------------------------------------------------------===//

  llvm::Function *declare(StringRef name, llvm::Type *result,
                          ArrayRef<llvm::Type *> arguments) {
    return cast<llvm::Function>(
        module
            .getOrInsertFunction(
                name, llvm::FunctionType::get(result, arguments, false))
            .getCallee());
  }

  llvm::Function *define(const Twine &name, llvm::Type *result,
                         ArrayRef<llvm::Type *> arguments) {
    auto *function = llvm::Function::Create(
        llvm::FunctionType::get(result, arguments, false),
        llvm::GlobalValue::ExternalLinkage, name, module);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "", function));
    return function;
  }

  /// The value among one a variant whose features this CPU has; the first
  /// where it has none, so that the runtime can say what is missing.
  SmallVector<llvm::Value *>
  choose(ArrayRef<SmallVector<llvm::Constant *>> options) {
    SmallVector<llvm::Value *> chosen;
    for (const auto &values : options)
      chosen.push_back(values.front());
    if (suffixes.size() == 1)
      return chosen;
    llvm::Value *features =
        b.CreateCall(declare("gyre_cpu_features", i64, {}), {});
    for (unsigned i = 1; i < suffixes.size(); ++i) {
      llvm::Constant *wanted = int64(model.targets[i].cpuFeatures);
      llvm::Value *has = b.CreateICmpEQ(b.CreateAnd(features, wanted), wanted);
      for (auto [value, values] : llvm::zip(chosen, options))
        value = b.CreateSelect(has, values[i], value);
    }
    return chosen;
  }

  /// How a scalar travels in C: floats of 16 bits as their bits, booleans as
  /// bytes.
  llvm::Type *scalarType(Type type) {
    if (type.isF64())
      return b.getDoubleTy();
    if (type.isF32())
      return b.getFloatTy();
    return b.getIntNTy(8 * getElementBytes(type));
  }

  llvm::Value *toBody(llvm::Value *value, llvm::Type *type) {
    if (value->getType() == type)
      return value;
    return type->isIntegerTy() ? b.CreateTrunc(value, type)
                               : b.CreateBitCast(value, type);
  }

  llvm::Value *storeAll(ArrayRef<llvm::Value *> values, llvm::Type *type) {
    auto *memory =
        b.CreateAlloca(type, b.getInt64(std::max<size_t>(values.size(), 1)));
    for (auto [i, value] : llvm::enumerate(values))
      b.CreateStore(value, b.CreateConstGEP1_64(type, memory, i));
    return memory;
  }

  void emitFunction(const ModelFunction &function) {
    const EntryPoint &entry = function.entry;
    SmallVector<llvm::Constant *> infos = infoTables(function), bodies;
    for (const std::string &suffix : suffixes)
      bodies.push_back(module.getFunction(function.name + ".body" + suffix));
    auto *bodyType = cast<llvm::Function>(bodies.front())->getFunctionType();

    bool weights = model.usesWeights(function);
    SmallVector<llvm::Type *> types;
    if (weights)
      types.push_back(ptr);
    for (const EntryArgument &argument : entry.arguments)
      if (argument.kind != EntryArgument::Kind::Weight)
        types.push_back(argument.isScalar() ? scalarType(argument.type) : ptr);
    types.append(entry.sizes.size(), i64);
    types.push_back(ptr);
    llvm::Function *f = define(model.getSymbol(function), i32, types);

    unsigned next = weights;
    SmallVector<llvm::Value *> arrays, all, sizes;
    llvm::Value *slots = nullptr;
    for (const EntryArgument &argument : entry.arguments) {
      llvm::Value *value;
      if (argument.kind == EntryArgument::Kind::Weight) {
        if (!slots)
          slots = weightSlots(f->getArg(0));
        value = b.CreateLoad(
            ptr, b.CreateConstGEP1_64(ptr, slots, weightPosition(argument)));
      } else {
        value = f->getArg(next++);
        value->setName(argument.name);
      }
      all.push_back(argument.isScalar()
                        ? toBody(value, bodyType->getParamType(all.size()))
                        : value);
      if (!argument.isScalar())
        arrays.push_back(value);
    }
    for (const std::string &size : entry.sizes) {
      sizes.push_back(f->getArg(next++));
      sizes.back()->setName(size);
    }
    llvm::Value *call = f->getArg(next);
    call->setName("call");

    SmallVector<llvm::Value *> chosen = choose({infos, bodies});
    llvm::Value *arguments = storeAll(arrays, ptr);
    llvm::Value *sizeArray = storeAll(sizes, i64);
    auto *frame = b.CreateAlloca(llvm::ArrayType::get(i8, sizeof(gyre_frame)));
    frame->setAlignment(llvm::Align(16));
    llvm::Value *status =
        b.CreateCall(declare("gyre_enter", i32, {ptr, ptr, ptr, ptr, ptr}),
                     {chosen[0], arguments, sizeArray, call, frame}, "status");
    auto *run = llvm::BasicBlock::Create(context, "run", f);
    auto *done = llvm::BasicBlock::Create(context, "done", f);
    b.CreateCondBr(b.CreateICmpEQ(status, int32(GYRE_SUCCESS)), run, done);
    b.SetInsertPoint(run);
    all.append(sizes);
    all.push_back(b.CreateLoad(ptr, frame)); // gyre_frame::workspace
    all.push_back(frame);
    b.CreateCall(bodyType, chosen[1], all);
    b.CreateCall(declare("gyre_leave", b.getVoidTy(), {ptr}), {frame});
    b.CreateBr(done);
    b.SetInsertPoint(done);
    b.CreateRet(status);

    define(model.getSymbol(function) + "_workspace", i64,
           SmallVector<llvm::Type *>(sizes.size(), i64));
    llvm::Function *workspace = b.GetInsertBlock()->getParent();
    llvm::Value *info = choose({infos}).front();
    SmallVector<llvm::Value *> values;
    for (llvm::Argument &size : workspace->args())
      values.push_back(&size);
    b.CreateRet(b.CreateCall(declare("gyre_workspace_bytes", i64, {ptr, ptr}),
                             {info, storeAll(values, i64)}));
  }

  //===------------------------------------------------------------------===//
  // Weights
  //===------------------------------------------------------------------===//

  int64_t weightPosition(const EntryArgument &argument) {
    return llvm::find_if(
               model.weights,
               [&](const EntryArgument &w) { return w.key == argument.key; }) -
           model.weights.begin();
  }

  /// The struct of weights; one of nulls where the caller gave none.
  llvm::Value *weightSlots(llvm::Value *weights) {
    weights->setName("weights");
    auto *type = llvm::ArrayType::get(ptr, model.weights.size());
    llvm::Constant *nulls =
        constant(llvm::ConstantAggregateZero::get(type), "gyre.no_weights");
    return b.CreateSelect(b.CreateIsNull(weights), nulls, weights);
  }

  void emitWeights() {
    SmallVector<llvm::Constant *> table;
    for (const EntryArgument &weight : model.weights) {
      SmallVector<llvm::Constant *> shape;
      for (int64_t extent : cast<ShapedType>(weight.type).getShape())
        shape.push_back(int64(extent));
      table.push_back(record({string(weight.key),
                              string(getElementNames(weight.type).safetensors),
                              array(shape, "gyre.shape"), int32(shape.size()),
                              int32(getElementBytes(weight.type))}));
    }
    llvm::Constant *info =
        constant(record({int32(GYRE_ABI_VERSION), int32(table.size()),
                         string(model.name), array(table, "gyre.weights")}),
                 "gyre.weights_info");
    llvm::Function *f =
        define(model.getWeightsName() + "_bind", i32, {ptr, ptr, ptr});
    // The struct: a pointer a weight, then the mapping.
    llvm::Value *slots = f->getArg(0);
    llvm::Value *mapping = b.CreateConstGEP1_64(ptr, slots, table.size());
    b.CreateRet(b.CreateCall(
        declare("gyre_weights_bind", i32, {ptr, ptr, ptr, ptr, ptr}),
        {info, f->getArg(1), slots, mapping, f->getArg(2)}));
  }
};

} // namespace

void gyre::emitEntryPoints(llvm::Module &module, const Model &model,
                           ArrayRef<std::string> suffixes) {
  EntryEmitter emitter(module, model, suffixes);
  for (const ModelFunction &function : model.functions)
    emitter.emitFunction(function);
  if (!model.weights.empty())
    emitter.emitWeights();
}
