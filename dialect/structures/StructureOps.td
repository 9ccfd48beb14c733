// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Umbrella: one include a structure, and the operations of their regions.

include "dialect/structures/ContractReduce.td"
include "dialect/structures/Launch.td"
include "dialect/structures/Lookup.td"
include "dialect/structures/Reduce.td"
include "dialect/structures/Scan.td"

def Gyre_YieldOp : Gyre_Op<"yield", [Pure, ReturnLike, Terminator]> {
  let summary = "ends a region of a structure";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

def Gyre_IndexOp : Gyre_Op<"index", [Pure]> {
  let summary = "the position along a loop dimension of the enclosing structure";
  let description = [{
    Positions are those in the whole iteration space: tiling keeps them in the
    structure's `offsets`.

    * (C1) it is in a region of a structure.
    * (C2) `dim` is one of its loops.

    ```mlir
    %i = gyre.index 1 : index
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$dim);
  let results = (outs Index:$result);
  let assemblyFormat = "$dim attr-dict `:` type($result)";
  let hasVerifier = 1;
}
