// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-emulate <kernels.ll> <host.ll>: turns LLVM IR that NVPTX would receive
// into LLVM IR of this machine. Each kernel becomes
//
//   void <kernel>(void **parameters)
//
// for one thread, and each intrinsic of NVVM a call into the emulator. Kernels
// in which threads don't meet come with a function `<kernel>$alone` that does
// nothing: these need no fibres.

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/TargetParser/Host.h"

#include <set>

using namespace llvm;

static int fail(const Twine &message) {
  errs() << "gyre-emulate: error: " << message << '\n';
  return 1;
}

static void replaceAll(std::string &text, StringRef from, StringRef to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to.str());
}

/// One address space, and intrinsics as functions of other names: both are
/// easier said in text than in IR, where neither may be inconsistent for a
/// moment.
static std::string flatten(StringRef text) {
  std::string result = text.str();
  for (StringRef space : {"1", "3", "4", "5"})
    replaceAll(result, (" addrspace(" + space + ")").str(), "");
  replaceAll(result, "addrspacecast", "bitcast");
  replaceAll(result, "@llvm.nvvm.", "@gyre.nvvm.");
  // Only an intrinsic may insist on constants.
  replaceAll(result, " immarg", "");
  return result;
}

/// Results of several parts go through memory, as C has it, and pairs of halves
/// are registers of 32 bits.
static void returnThroughMemory(Function &function) {
  auto *result = cast<StructType>(function.getReturnType());
  Module &module = *function.getParent();
  SmallVector<Type *> types = {PointerType::get(module.getContext(), 0)};
  Type *word = Type::getInt32Ty(module.getContext());
  for (Type *type : function.getFunctionType()->params())
    types.push_back(type->isVectorTy() ? word : type);
  FunctionCallee callee = module.getOrInsertFunction(
      (function.getName() + ".memory").str(),
      FunctionType::get(Type::getVoidTy(module.getContext()), types, false));
  for (User *user : make_early_inc_range(function.users())) {
    auto *call = cast<CallInst>(user);
    IRBuilder<> b(&*call->getFunction()->getEntryBlock().getFirstInsertionPt());
    Value *place = b.CreateAlloca(result);
    b.SetInsertPoint(call);
    SmallVector<Value *> arguments = {place};
    for (Value *argument : call->args())
      arguments.push_back(argument->getType()->isVectorTy()
                              ? b.CreateBitCast(argument, word)
                              : argument);
    b.CreateCall(callee, arguments);
    call->replaceAllUsesWith(b.CreateLoad(result, place));
    call->eraseFromParent();
  }
  function.eraseFromParent();
}

/// Reading a register of its own is all that a thread may do alone.
static bool isAlone(const Function &kernel) {
  for (const Instruction &op : instructions(kernel))
    if (auto *call = dyn_cast<CallInst>(&op))
      if (const Function *callee = call->getCalledFunction())
        if (callee->getName().starts_with("gyre.nvvm.") &&
            !callee->getName().starts_with("gyre.nvvm.read.ptx.sreg.") &&
            !callee->getName().starts_with("gyre.nvvm.ex2.") &&
            !callee->getName().starts_with("gyre.nvvm.lg2.") &&
            !callee->getName().starts_with("gyre.nvvm.rcp."))
          return false;
  return true;
}

static void wrap(Function &kernel) {
  Module &module = *kernel.getParent();
  LLVMContext &context = module.getContext();
  std::string name = kernel.getName().str();
  IRBuilder<> b(context);
  auto define = [&](const Twine &name, ArrayRef<Type *> types) {
    auto *f = Function::Create(FunctionType::get(b.getVoidTy(), types, false),
                               GlobalValue::ExternalLinkage, name, module);
    b.SetInsertPoint(BasicBlock::Create(context, "", f));
    return f;
  };
  if (isAlone(kernel)) {
    define(name + "$alone", {});
    b.CreateRetVoid();
  }
  kernel.setName(name + ".thread");
  kernel.setLinkage(GlobalValue::InternalLinkage);
  kernel.setCallingConv(CallingConv::C);
  Function *wrapper = define(name, {b.getPtrTy()});
  SmallVector<Value *> arguments;
  for (Argument &argument : kernel.args()) {
    Value *place = b.CreateLoad(
        b.getPtrTy(), b.CreateConstGEP1_64(b.getPtrTy(), wrapper->getArg(0),
                                           argument.getArgNo()));
    arguments.push_back(b.CreateLoad(argument.getType(), place));
  }
  b.CreateCall(&kernel, arguments);
  b.CreateRetVoid();
}

int main(int argc, char **argv) {
  if (argc != 3)
    return fail("expected the kernels' file and where to write");
  auto buffer = MemoryBuffer::getFile(argv[1]);
  if (!buffer)
    return fail(Twine("cannot read ") + argv[1]);
  LLVMContext context;
  SMDiagnostic diagnostic;
  std::string text = flatten((*buffer)->getBuffer());
  std::unique_ptr<Module> module =
      parseAssemblyString(text, diagnostic, context);
  if (!module) {
    diagnostic.print("gyre-emulate", errs());
    return 1;
  }
  module->setTargetTriple(Triple(sys::getDefaultTargetTriple()));
  // That of the parsed text would be NVPTX's; llc knows the machine's.
  module->setDataLayout("");
  if (NamedMDNode *annotations = module->getNamedMetadata("nvvm.annotations"))
    annotations->eraseFromParent();
  SmallVector<Function *> kernels, structs;
  for (Function &function : *module) {
    if (!function.isDeclaration()) {
      if (function.getCallingConv() == CallingConv::PTX_Kernel)
        kernels.push_back(&function);
    } else if (function.getName().starts_with("gyre.nvvm.") &&
               function.getReturnType()->isStructTy()) {
      structs.push_back(&function);
    }
    function.setAttributes(AttributeList());
    for (Instruction &op : instructions(function))
      if (auto *call = dyn_cast<CallInst>(&op);
          call && call->getCalledFunction())
        call->setAttributes(AttributeList());
  }
  for (Function *function : structs)
    returnThroughMemory(*function);
  for (Function *kernel : kernels)
    wrap(*kernel);
  if (verifyModule(*module, &errs()))
    return fail("the kernels are not valid any more");
  std::error_code error;
  raw_fd_ostream os(argv[2], error);
  if (error)
    return fail(Twine("cannot write ") + argv[2]);
  module->print(os, nullptr);
  return 0;
}
