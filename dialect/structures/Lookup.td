// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading at positions that data decides.

#ifndef GYRE_STRUCTURES_LOOKUP_TD
#define GYRE_STRUCTURES_LOOKUP_TD

include "dialect/GyreDialect.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Gyre_LookupOp : Gyre_Op<"lookup", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>, AlwaysSpeculatable,
    DeclareOpInterfaceMethods<BufferizableOpInterface,
        ["bufferizesToMemoryRead", "bufferizesToMemoryWrite",
         "getAliasingValues", "bufferize"]>,
    TypesMatchWith<"the result is an element of the source", "source", "result",
                   "::llvm::cast<::mlir::ShapedType>($_self).getElementType()">]> {
  let summary = "an element by its position, zero where there is none";
  let description = [{
    `source[indices]` if each index is in range, from 0 to one less than the
    size of its dimension, and zero otherwise. Unlike `tensor.extract` it is
    defined for all values of the indices, also where the source has no
    elements. Dimensions listed in `checked` are known to be in range.

    * (C1) there is an index for each dimension of the source.
    * (C2) `checked` lists dimensions of the source.

    ```mlir
    %v = gyre.lookup %table[%id, %column] : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins
      AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$source,
      Variadic<Index>:$indices,
      DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$checked);
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    $source `[` $indices `]` (`checked` $checked^)? attr-dict `:` type($source)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_STRUCTURES_LOOKUP_TD
