// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attributes shared by all levels.

#ifndef GYRE_ATTRS_TD
#define GYRE_ATTRS_TD

include "dialect/GyreDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Gyre_TargetAttr : AttrDef<Gyre_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "what a target can do, as plain data";
  let description = [{
    Stands on the module as `gyre.target`. Passes and emitters read widths and
    sizes from it and never ask for a target's name; codegen/Target.cpp fills
    it. `features` is LLVM's feature string; the four booleans are the features
    that choose an instruction sequence.

    ```mlir
    module attributes {gyre.target = #gyre.target<name = "x86-64-v4",
        vector_bytes = 64, vector_registers = 32, l1_bytes = 32768,
        l2_bytes = 1048576, scalef = true, fma = true, gather = true,
        masked = true, features = "+avx512f">} {}
    ```
  }];
  let parameters = (ins
    StringRefParameter<"for people and reports only">:$name,
    "int64_t":$vector_bytes, "int64_t":$vector_registers,
    "int64_t":$l1_bytes, "int64_t":$l2_bytes,
    "bool":$scalef, "bool":$fma, "bool":$gather, "bool":$masked,
    StringRefParameter<"LLVM's feature string">:$features);
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDeclaration = [{
    /// Lanes of f32 in one register.
    int64_t getLanes() const { return getVectorBytes() / 4; }
    /// The attribute of the module that holds `op`; a plain 64-byte-vector
    /// machine where there is none, so that passes can be tried alone.
    static TargetAttr of(::mlir::Operation *op);
  }];
}

#endif // GYRE_ATTRS_TD
