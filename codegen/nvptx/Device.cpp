// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From kernels in the LLVM dialect to LLVM IR for NVPTX.

#include "codegen/nvptx/Device.h"

#include "codegen/Object.h"
#include "codegen/nvptx/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace mlir::gyre;

static bool isKernel(Operation &op) { return op.hasAttr("gyre.kernel"); }

/// Shared memory is nothing to a host.
static bool isShared(Operation &op) {
  auto global = dyn_cast<LLVM::GlobalOp>(op);
  return global && global.getAddrSpace() != 0;
}

OwningOpRef<ModuleOp> gyre::takeKernels(ModuleOp module) {
  OwningOpRef<ModuleOp> kernels(module.clone());
  auto eraseIf = [](ModuleOp from, auto condition) {
    for (Operation &op : llvm::make_early_inc_range(*from.getBody()))
      if (condition(op))
        op.erase();
  };
  eraseIf(*kernels, [](Operation &op) {
    return isa<LLVM::LLVMFuncOp>(op) && !isKernel(op);
  });
  for (auto func : kernels->getOps<LLVM::LLVMFuncOp>())
    func->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(),
                  UnitAttr::get(module.getContext()));
  eraseIf(module, [](Operation &op) { return isKernel(op) || isShared(op); });
  return kernels;
}

std::vector<DeviceCode::Kernel> gyre::listKernels(ModuleOp kernels) {
  std::vector<DeviceCode::Kernel> list;
  for (auto func : kernels.getOps<LLVM::LLVMFuncOp>()) {
    auto threads = func->getAttrOfType<DenseI32ArrayAttr>(
        NVVM::NVVMDialect::getMaxntidAttrName());
    list.push_back({func.getName().str(), threads.asArrayRef().front(), 0});
  }
  return list;
}

std::unique_ptr<llvm::Module>
gyre::translateKernels(ModuleOp kernels, const Target &target,
                       llvm::TargetMachine &machine,
                       llvm::LLVMContext &context) {
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(kernels, context);
  if (!module)
    return nullptr;
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  for (llvm::GlobalVariable &global : module->globals())
    if (!global.isDeclaration())
      global.setLinkage(llvm::GlobalValue::InternalLinkage);
  optimize(*module, machine, {});
  return module;
}
