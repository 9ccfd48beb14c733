// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM IR in, object file out: translation, linking of variants, LLVM's own
// optimizations, code generation.

#include "codegen/Object.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace mlir::gyre;

std::unique_ptr<llvm::TargetMachine>
gyre::createTargetMachine(const Target &target, std::string &error) {
  static const bool initialized = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    return true;
  }();
  (void)initialized;
  llvm::Triple triple(target.triple);
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return nullptr;
  llvm::TargetOptions options;
  // Operators choose where products and sums contract.
  options.AllowFPOpFusion = llvm::FPOpFusion::Standard;
  options.FunctionSections = true;
  return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(
      triple, target.cpu, /*Features=*/"", options, llvm::Reloc::PIC_,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

std::unique_ptr<llvm::Module>
gyre::translateVariant(ModuleOp op, const Target &target, StringRef suffix,
                       llvm::TargetMachine &machine,
                       llvm::LLVMContext &context) {
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(op, context);
  if (!module)
    return nullptr;
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  std::string bits = std::to_string(8 * target.vectorBytes);
  for (llvm::GlobalObject &object : module->global_objects()) {
    if (object.isDeclaration())
      continue;
    object.setName(object.getName() + suffix);
    // The linker would leave out what is internal and not used yet.
    object.setLinkage(llvm::GlobalValue::ExternalLinkage);
    auto *function = dyn_cast<llvm::Function>(&object);
    if (!function)
      continue;
    function->addFnAttr("target-features", target.features);
    // Else LLVM splits wide vectors on machines that it takes for slow.
    function->addFnAttr("prefer-vector-width", bits);
    function->addFnAttr("min-legal-vector-width", bits);
    function->addFnAttr(llvm::Attribute::NoUnwind);
  }
  return module;
}

static bool usesBFloat(const llvm::Module &module) {
  for (const llvm::Function &function : module)
    for (const llvm::BasicBlock &block : function)
      for (const llvm::Instruction &op : block)
        if (op.getType()->getScalarType()->isBFloatTy())
          return true;
  return false;
}

/// On x86 without AVX512-BF16, LLVM rounds to bf16 by a library call that
/// libgcc has since GCC 13 only. A weak one goes into the object.
static void addRoundToBFloat(llvm::Module &module) {
  constexpr StringLiteral name = "__truncsfbf2";
  if (!module.getTargetTriple().isX86() || !usesBFloat(module) ||
      module.getFunction(name))
    return;
  llvm::IRBuilder<> b(module.getContext());
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(b.getBFloatTy(), {b.getFloatTy()}, false),
      llvm::GlobalValue::WeakODRLinkage, name, module);
  function->setVisibility(llvm::GlobalValue::HiddenVisibility);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  b.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", function));
  llvm::Value *value = function->getArg(0);
  llvm::Value *bits = b.CreateBitCast(value, b.getInt32Ty());
  // To nearest, ties to even: carry into the upper half.
  llvm::Value *last = b.CreateAnd(b.CreateLShr(bits, 16), 1);
  llvm::Value *rounded =
      b.CreateAdd(bits, b.CreateAdd(last, b.getInt32(0x7fff)));
  // That may carry a NaN into an infinity.
  llvm::Value *quiet = b.CreateOr(bits, 0x400000);
  llvm::Value *result =
      b.CreateSelect(b.CreateFCmpUNO(value, value), quiet, rounded);
  b.CreateRet(
      b.CreateBitCast(b.CreateTrunc(b.CreateLShr(result, 16), b.getInt16Ty()),
                      b.getBFloatTy()));
}

std::unique_ptr<llvm::Module>
gyre::linkVariants(MutableArrayRef<std::unique_ptr<llvm::Module>> variants,
                   ArrayRef<std::string> suffixes, const Model &model,
                   std::string &error) {
  std::unique_ptr<llvm::Module> module = std::move(variants.front());
  module->setModuleIdentifier(model.name);
  module->setSourceFileName(model.name);
  for (auto &variant : variants.drop_front())
    if (llvm::Linker::linkModules(*module, std::move(variant))) {
      error = "variants do not link";
      return nullptr;
    }
  for (llvm::GlobalObject &object : module->global_objects())
    if (!object.isDeclaration())
      object.setLinkage(llvm::GlobalValue::InternalLinkage);
  addRoundToBFloat(*module);
  emitEntryPoints(*module, model, suffixes);
  if (llvm::Function *loop = module->getFunction("gyre_parallel_for");
      loop && !model.threads)
    loop->setName("gyre_serial_for");
  llvm::raw_string_ostream os(error);
  return llvm::verifyModule(*module, &os) ? nullptr : std::move(module);
}

/// LLVM stores the one element of a mask as wide as it was before a truncation
/// that the store has taken in: beyond the end of an array of f16. It may be
/// stored as a scalar here, before code generation sees it.
static void storeSingleElements(llvm::Function &function) {
  for (llvm::BasicBlock &block : function)
    for (llvm::Instruction &op : llvm::make_early_inc_range(block)) {
      auto *store = llvm::dyn_cast<llvm::IntrinsicInst>(&op);
      if (!store || store->getIntrinsicID() != llvm::Intrinsic::masked_store)
        continue;
      auto *mask = llvm::dyn_cast<llvm::Constant>(
          store->getArgOperand(store->arg_size() - 1));
      auto *type = llvm::dyn_cast<llvm::FixedVectorType>(
          store->getArgOperand(0)->getType());
      if (!mask || !type)
        continue;
      std::optional<unsigned> only;
      bool isOne = true;
      for (unsigned lane = 0; lane < type->getNumElements(); ++lane) {
        llvm::Constant *bit = mask->getAggregateElement(lane);
        if (bit && bit->isNullValue())
          continue;
        isOne &= bit && bit->isOneValue() && !only;
        only = lane;
      }
      if (!isOne || !only)
        continue;
      llvm::IRBuilder<> b(store);
      llvm::Value *pointer = b.CreateConstGEP1_64(
          type->getElementType(), store->getArgOperand(1), *only);
      b.CreateAlignedStore(
          b.CreateExtractElement(store->getArgOperand(0), *only), pointer,
          llvm::Align(1));
      store->eraseFromParent();
    }
}

void gyre::optimize(llvm::Module &module, llvm::TargetMachine &machine,
                    const Sanitizers &sanitizers) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  // Emitters have chosen vectors and unrolling; LLVM's own choices only add
  // code and compile time.
  tuning.LoopUnrolling = false;
  llvm::PassBuilder builder(&machine, tuning);
  if (sanitizers.address)
    checkAddresses(module, builder);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(module, modules);
  for (llvm::Function &function : module)
    storeSingleElements(function);
}

LogicalResult gyre::writeCode(llvm::Module &module,
                              llvm::TargetMachine &machine,
                              llvm::CodeGenFileType type,
                              llvm::raw_pwrite_stream &os) {
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, /*DwoOut=*/nullptr, type))
    return failure();
  passes.run(module);
  return success();
}
