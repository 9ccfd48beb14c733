// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all named operators share. Each family's .td includes this file.

#ifndef GYRE_OPERATORS_TD
#define GYRE_OPERATORS_TD

include "dialect/GyreDialect.td"
include "mlir/Dialect/Linalg/IR/LinalgInterfaces.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// f32 first; narrower floats are storage, and f64 serves references.
def Gyre_Float : AnyTypeOf<[F32, F16, BF16, F64]>;
def Gyre_FloatTensor : RankedTensorOf<[Gyre_Float]>;
def Gyre_IntTensor : RankedTensorOf<[I32, I64, Index]>;
def Gyre_BoolTensor : RankedTensorOf<[I1]>;

// An attribute that is one of a few names.
class Gyre_Choice<list<string> names> : Attr<
    Or<!foreach(name, names,
        CPred<"::llvm::isa<::mlir::StringAttr>($_self) && "
              "::llvm::cast<::mlir::StringAttr>($_self).getValue() == \"" # name # "\"">)>,
    "one of " # !interleave(names, ", ")> {
  let storageType = "::mlir::StringAttr";
  let returnType = "::llvm::StringRef";
  let valueType = NoneType;
  let constBuilderCall = "$_builder.getStringAttr($0)";
}

def Gyre_Decomposes
    : DeclareOpInterfaceMethods<AggregatedOpInterface, ["decomposeOperation"]>;

def Gyre_InfersFirst : NativeOpTrait<"InfersFirst"> {
  let cppNamespace = "::mlir::gyre";
}

// A named operator has value semantics on tensors of static and dynamic sizes,
// computes in f32 whatever it stores, and says what it is made of:
// `decomposeOperation` builds structures, linalg and other named operators.
class Gyre_NamedOp<string mnemonic, list<Trait> traits = []>
    : Gyre_Op<mnemonic, traits # [Gyre_InfersFirst, Pure, Gyre_Decomposes]>;

#endif // GYRE_OPERATORS_TD
