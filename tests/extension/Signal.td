// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators of somebody else's dialect. They implement the one interface that
// gyre's named operators do, and get tiling, fusion and code from that.

#ifndef SIGNAL_TD
#define SIGNAL_TD

include "dialect/ops/Operators.td"

def Signal_Dialect : Dialect {
  let name = "signal";
  let cppNamespace = "::mlir::signal";
  let summary = "two operators on signals, outside of gyre";
  let dependentDialects = ["::mlir::gyre::GyreDialect"];
}

class Signal_Op<string mnemonic, list<Trait> traits = []>
    : Op<Signal_Dialect, mnemonic, traits # [Pure, Gyre_Decomposes]>;

def Signal_SmoothMaxOp : Signal_Op<"smooth_max"> {
  let summary = "the mean of a row, weighted by exponentials";
  let description = [{
    ```
    y[..] = sum_j x[.., j] exp(a x[.., j]) / sum_j exp(a x[.., j])
    ```

    along the last dimension, with a = `sharpness`. Elements of -infinity have
    no weight; a row of nothing else gives 0.

    * (C1) x has a last dimension, and the result has the others.
    * (C2) `sharpness` is positive and finite.

    ```mlir
    %y = signal.smooth_max %x {sharpness = 4.0} : tensor<?x10xf32> -> tensor<?xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x,
    DefaultValuedAttr<F64Attr, "1.0">:$sharpness);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($result)";
  let hasVerifier = 1;
}

def Signal_LeakyIntegratorOp
    : Signal_Op<"leaky_integrator", [AllTypesMatch<["x", "result"]>]> {
  let summary = "an exponential moving average with a leak for each channel";
  let description = [{
    ```
    h[.., t, c] = leak[c] h[.., t-1, c] + (1 - leak[c]) x[.., t, c],  h[.., -1, c] = 0
    ```

    * (C1) x has rank 2 or more: .., time, channels.
    * (C2) leak is a vector of one number for each channel.

    ```mlir
    %h = signal.leaky_integrator %x, %leak : tensor<?x?x8xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$leak);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$x `,` $leak attr-dict `:` type($x) `,` type($leak)";
  let hasVerifier = 1;
}

#endif // SIGNAL_TD
