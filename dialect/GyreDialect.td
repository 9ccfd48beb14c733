// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The gyre dialect: named operators (ops/, a folder a family) and the
// structures that they decompose into (structures/).

#ifndef GYRE_DIALECT_TD
#define GYRE_DIALECT_TD

include "mlir/IR/OpBase.td"

def Gyre_Dialect : Dialect {
  let name = "gyre";
  let cppNamespace = "::mlir::gyre";
  let summary = "operators of generative, multimodal and sequence models";
  let description = [{
    A model graph mixes gyre's named operators with upstream `linalg`,
    `tensor`, `arith`, `math` and `scf`. Named operators carry meaning; they
    decompose into three structures (`gyre.reduce`, `gyre.scan`,
    `gyre.contract_reduce`) and `linalg.generic`, and only those reach tiling
    and code generation.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasCanonicalizer = 1;
  // What decompositions and canonicalizations build.
  let dependentDialects = ["::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
  // A family registers its own operators, so that adding one touches its
  // folder only.
  let extraClassDeclaration = [{
    template <typename... Ops> void addFamily() { addOperations<Ops...>(); }
    void registerStructures();
    void registerFamilies();
  }];
}

class Gyre_Op<string mnemonic, list<Trait> traits = []>
    : Op<Gyre_Dialect, mnemonic, traits>;

#endif // GYRE_DIALECT_TD
