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

  /// A table for each of `suffixes`.
  struct Variant {
    std::string suffix;
    uint64_t cpuFeatures;
    llvm::Constant *maxThreads;
  };
  SmallVector<llvm::Constant *> infoTables(const ModelFunction &function,
                                           StringRef symbol,
                                           ArrayRef<Variant> variants) {
    const EntryPoint &entry = function.entry;
    llvm::Constant *args = argumentTable(function);
    int64_t arrays = llvm::count_if(
        entry.arguments, [](const auto &a) { return !a.isScalar(); });
    SmallVector<llvm::Constant *> sizeNames, requirements;
    for (const std::string &size : entry.sizes)
      sizeNames.push_back(string(size));
    for (const Requirement &r : entry.requirements)
      requirements.push_back(record(
          {expression(function, r.left), expression(function, r.right),
           int64(r.atMost ? GYRE_REQUIRE_AT_MOST : GYRE_REQUIRE_EQUAL)}));
    llvm::Constant *names = array(sizeNames, "gyre.sizes");
    llvm::Constant *required = array(requirements, "gyre.requirements");
    llvm::Constant *name = string(symbol);
    SmallVector<llvm::Constant *> tables;
    for (const Variant &variant : variants)
      tables.push_back(constant(
          record({int32(GYRE_ABI_VERSION), int32(arrays),
                  int32(entry.sizes.size()), int32(requirements.size()), name,
                  args, names, required,
                  workspaceFunction(function, variant.suffix),
                  variant.maxThreads, int64(variant.cpuFeatures),
                  int32(entry.getIntegers().size()), int32(0)}),
          "gyre.entry." + function.name + variant.suffix));
    return tables;
  }

  SmallVector<llvm::Constant *> infoTables(const ModelFunction &function) {
    llvm::Constant *maxThreads =
        model.threads ? declare("gyre_max_threads", i32, {}) : null;
    SmallVector<Variant> variants;
    for (auto [target, suffix] : llvm::zip(model.targets, suffixes))
      variants.push_back({suffix, target.cpuFeatures, maxThreads});
    return infoTables(function, model.getSymbol(function), variants);
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

  /// The arguments of a call, as C passes them.
  struct Arguments {
    /// Of the body, before workspace and frame.
    SmallVector<llvm::Value *> all;
    llvm::Value *arrays, *sizes, *call;
  };

  /// Begins a function that C calls with `leading` arguments, the graph's, its
  /// sizes and a gyre_call.
  Arguments beginFunction(const ModelFunction &function, const Twine &symbol,
                          ArrayRef<llvm::Type *> leading,
                          llvm::FunctionType *bodyType) {
    const EntryPoint &entry = function.entry;
    bool weights = model.usesWeights(function);
    SmallVector<llvm::Type *> types(leading);
    if (weights)
      types.push_back(ptr);
    for (const EntryArgument &argument : entry.arguments)
      if (argument.kind != EntryArgument::Kind::Weight)
        types.push_back(argument.isScalar() ? scalarType(argument.type) : ptr);
    types.append(entry.sizes.size(), i64);
    types.push_back(ptr);
    llvm::Function *f = define(symbol, i32, types);

    unsigned next = leading.size() + weights;
    Arguments result;
    SmallVector<llvm::Value *> arrays, sizes;
    llvm::Value *slots = nullptr;
    for (const EntryArgument &argument : entry.arguments) {
      llvm::Value *value;
      if (argument.kind == EntryArgument::Kind::Weight) {
        if (!slots)
          slots = weightSlots(f->getArg(leading.size()));
        value = b.CreateLoad(
            ptr, b.CreateConstGEP1_64(ptr, slots, weightPosition(argument)));
      } else {
        value = f->getArg(next++);
        value->setName(argument.name);
      }
      result.all.push_back(
          argument.isScalar()
              ? toBody(value, bodyType->getParamType(result.all.size()))
              : value);
      if (!argument.isScalar())
        arrays.push_back(value);
    }
    for (const std::string &size : entry.sizes) {
      sizes.push_back(f->getArg(next++));
      sizes.back()->setName(size);
    }
    result.call = f->getArg(next);
    result.call->setName("call");
    result.arrays = storeAll(arrays, ptr);
    // The runtime sees sizes, then the integers that requirements may name.
    SmallVector<llvm::Value *> integers(sizes);
    for (unsigned i : entry.getIntegers())
      integers.push_back(b.CreateSExt(result.all[i], i64));
    result.sizes = storeAll(integers, i64);
    result.all.append(sizes);
    return result;
  }

  llvm::Value *allocateFrame(size_t bytes) {
    auto *frame = b.CreateAlloca(llvm::ArrayType::get(i8, bytes));
    frame->setAlignment(llvm::Align(16));
    return frame;
  }

  /// `run` if `status` is success; returns it, or what `run` gives, at the end.
  void endFunction(llvm::Value *status,
                   llvm::function_ref<llvm::Value *()> run) {
    llvm::BasicBlock *start = b.GetInsertBlock();
    llvm::Function *f = start->getParent();
    auto *then = llvm::BasicBlock::Create(context, "run", f);
    auto *done = llvm::BasicBlock::Create(context, "done", f);
    b.CreateCondBr(b.CreateICmpEQ(status, int32(GYRE_SUCCESS)), then, done);
    b.SetInsertPoint(then);
    llvm::Value *last = run();
    llvm::BasicBlock *end = b.GetInsertBlock();
    b.CreateBr(done);
    b.SetInsertPoint(done);
    llvm::PHINode *result = b.CreatePHI(i32, 2);
    result->addIncoming(status, start);
    result->addIncoming(last, end);
    b.CreateRet(result);
  }

  /// `size_t <symbol>_workspace(sizes)`: enough for each of the tables.
  void
  emitWorkspace(const ModelFunction &function, const Twine &symbol,
                llvm::function_ref<SmallVector<llvm::Value *>()> makeInfos) {
    define(symbol + "_workspace", i64,
           SmallVector<llvm::Type *>(function.entry.sizes.size(), i64));
    llvm::Function *workspace = b.GetInsertBlock()->getParent();
    SmallVector<llvm::Value *> infos = makeInfos(), values;
    for (llvm::Argument &size : workspace->args())
      values.push_back(&size);
    llvm::Value *sizes = storeAll(values, i64), *most = nullptr;
    for (llvm::Value *info : infos) {
      llvm::Value *bytes = b.CreateCall(
          declare("gyre_workspace_bytes", i64, {ptr, ptr}), {info, sizes});
      most = most ? b.CreateBinaryIntrinsic(llvm::Intrinsic::umax, most, bytes)
                  : bytes;
    }
    b.CreateRet(most);
  }

  /// Calls the body, which needs not run where no result has elements.
  void callBody(llvm::FunctionType *type, llvm::Value *body,
                Arguments &arguments, llvm::Value *frame) {
    llvm::Function *f = b.GetInsertBlock()->getParent();
    auto *work = llvm::BasicBlock::Create(context, "work", f);
    auto *leave = llvm::BasicBlock::Create(context, "leave", f);
    llvm::Value *idle = b.CreateLoad(
        i64, b.CreateConstGEP1_64(i8, frame, offsetof(gyre_frame, is_idle)));
    b.CreateCondBr(b.CreateICmpEQ(idle, int64(0)), work, leave);
    b.SetInsertPoint(work);
    arguments.all.push_back(b.CreateLoad(ptr, frame)); // gyre_frame::workspace
    arguments.all.push_back(frame);
    b.CreateCall(type, body, arguments.all);
    b.CreateBr(leave);
    b.SetInsertPoint(leave);
  }

  void emitFunction(const ModelFunction &function) {
    SmallVector<llvm::Constant *> infos = infoTables(function), bodies;
    for (const std::string &suffix : suffixes)
      bodies.push_back(module.getFunction(function.name + ".body" + suffix));
    auto *bodyType = cast<llvm::Function>(bodies.front())->getFunctionType();
    std::string symbol = model.getSymbol(function);
    Arguments arguments = beginFunction(function, symbol, {}, bodyType);
    SmallVector<llvm::Value *> chosen = choose({infos, bodies});
    llvm::Value *frame = allocateFrame(sizeof(gyre_frame));
    llvm::Value *status = b.CreateCall(
        declare("gyre_enter", i32, {ptr, ptr, ptr, ptr, ptr}),
        {chosen[0], arguments.arrays, arguments.sizes, arguments.call, frame},
        "status");
    endFunction(status, [&] {
      callBody(bodyType, chosen[1], arguments, frame);
      b.CreateCall(declare("gyre_leave", b.getVoidTy(), {ptr}), {frame});
      return status;
    });
    emitWorkspace(function, symbol, [&] { return choose({infos}); });
  }

  //===------------------------------------------------------------------===//
  // GPUs
  //===------------------------------------------------------------------===//

  /// A gyre_cuda_module for each of the model's devices.
  SmallVector<llvm::Constant *> moduleTables() {
    SmallVector<llvm::Constant *> tables;
    for (const DeviceCode &device : model.devices) {
      SmallVector<llvm::Constant *> kernels;
      for (const DeviceCode::Kernel &kernel : device.kernels)
        kernels.push_back(record({string(kernel.name), int32(kernel.threads),
                                  int32(kernel.sharedBytes)}));
      // What the runtime has loaded.
      auto *loaded = new llvm::GlobalVariable(
          module, ptr, /*isConstant=*/false, llvm::GlobalValue::InternalLinkage,
          null, "gyre.loaded" + device.getSuffix());
      tables.push_back(constant(
          record({string(device.target.name), int32(device.target.capability),
                  int32(device.target.exact), string(device.ptx),
                  array(kernels, "gyre.kernels"), int64(kernels.size()),
                  loaded}),
          "gyre.module" + device.getSuffix()));
    }
    return tables;
  }

  void emitCudaFunction(const ModelFunction &function,
                        ArrayRef<llvm::Constant *> modules) {
    llvm::Constant *maxBlocks = declare("gyre_cuda_max_blocks", i32, {});
    SmallVector<Variant> variants;
    SmallVector<llvm::Constant *> bodies, table;
    for (const DeviceCode &device : model.devices) {
      variants.push_back({device.getSuffix(), 0, maxBlocks});
      bodies.push_back(
          module.getFunction(function.name + ".body" + device.getSuffix()));
    }
    std::string symbol = model.getSymbol(function) + "_cuda";
    SmallVector<llvm::Constant *> infos =
        infoTables(function, symbol, variants);
    for (auto [module, info] : llvm::zip(modules, infos))
      table.push_back(record({module, info}));
    auto *bodyType = cast<llvm::Function>(bodies.front())->getFunctionType();
    Arguments arguments = beginFunction(function, symbol, {ptr}, bodyType);
    llvm::Value *stream = b.GetInsertBlock()->getParent()->getArg(0);
    stream->setName("stream");
    llvm::Value *frame = allocateFrame(sizeof(gyre_cuda_frame));
    llvm::Value *status = b.CreateCall(
        declare("gyre_cuda_enter", i32, {ptr, i32, ptr, ptr, ptr, ptr, ptr}),
        {array(table, "gyre.variants"), int32(table.size()), arguments.arrays,
         arguments.sizes, stream, arguments.call, frame},
        "status");
    endFunction(status, [&] {
      llvm::Value *variant = b.CreateLoad(
          i64,
          b.CreateConstGEP1_64(i8, frame, offsetof(gyre_cuda_frame, variant)));
      llvm::Value *body = b.CreateLoad(
          ptr, b.CreateGEP(ptr, array(bodies, "gyre.bodies"), variant));
      callBody(bodyType, body, arguments, frame);
      return b.CreateCall(declare("gyre_cuda_leave", i32, {ptr}), {frame});
    });
    // Which one will run is the device's choice.
    emitWorkspace(function, symbol, [&] {
      return SmallVector<llvm::Value *>(infos.begin(), infos.end());
    });
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
  if (!model.devices.empty()) {
    SmallVector<llvm::Constant *> modules = emitter.moduleTables();
    for (const ModelFunction &function : model.functions)
      emitter.emitCudaFunction(function, modules);
  }
  if (!model.weights.empty())
    emitter.emitWeights();
}
