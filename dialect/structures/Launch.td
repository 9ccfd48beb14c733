// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where work runs and where its temporary data live: what is left of an
// scf.forall once its body is a function of its own.

#ifndef GYRE_STRUCTURES_LAUNCH_TD
#define GYRE_STRUCTURES_LAUNCH_TD

include "dialect/GyreDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/BuiltinTypeInterfaces.td"

def Gyre_ScratchOp : Gyre_Op<"scratch", [
    // Reads thread state: it may not be hoisted out of its loop.
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "memory of the executing thread";
  let description = [{
    The `bytes` that each thread has to itself while it works on an
    `scf.forall`, aligned to 64 bytes. The contents are undefined at the
    beginning of each iteration.

    ```mlir
    %s = gyre.scratch %bytes : memref<?xi8>
    ```
  }];
  let arguments = (ins Index:$bytes);
  let results = (outs MemRefOf<[I8]>:$memory);
  let assemblyFormat = "$bytes attr-dict `:` type($memory)";
}

def Gyre_LaunchOp : Gyre_Op<"launch", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "runs a kernel over a range of work items, in any order";
  let description = [{
    Calls `kernel` with ranges `begin, end` that together cover `0, count`
    once, from any number of threads, each with `scratch` bytes of its own.

    * (C1) `kernel` is a function of this module.
    * (C2) it takes the range, the scratch and what is captured.

    ```mlir
    gyre.launch @f.kernel0 [%count] scratch(%bytes) (%x, %y)
      : memref<?xf32>, memref<?xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Index:$count, Index:$scratch,
                       Variadic<AnyType>:$captured);
  let assemblyFormat = [{
    $kernel `[` $count `]` `scratch` `(` $scratch `)`
    `(` $captured `)` attr-dict (`:` type($captured)^)?
  }];
}

#endif // GYRE_STRUCTURES_LAUNCH_TD
