// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Probability maps: operators whose rows sum to one.

#ifndef GYRE_PROBABILITY_TD
#define GYRE_PROBABILITY_TD

include "dialect/ops/Operators.td"

class Gyre_RowMap<string mnemonic>
    : Gyre_NamedOp<mnemonic, [SameOperandsAndResultType]> {
  let arguments = (ins Gyre_FloatTensor:$x,
    DefaultValuedAttr<I64Attr, "-1">:$dim,
    DefaultValuedAttr<F64Attr, "1.0">:$temperature);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Gyre_SoftmaxOp : Gyre_RowMap<"softmax"> {
  let summary = "exponentials of a row, scaled to sum to one";
  let description = [{
    ```
    y[.., i, ..] = exp(x[.., i, ..] / temperature) / sum_j exp(x[.., j, ..] / temperature)
    ```

    along `dim` (from the end where it is negative). The row's maximum is
    subtracted first, so no finite row overflows. An element of -infinity gets
    zero; a row of nothing else is all zeros; a row with NaN or +infinity is
    NaN.

    * (C1) `dim` is a dimension of x.
    * (C2) `temperature` is positive and finite.

    Laws: adding a number to a row changes nothing; a row sums to one.

    ```mlir
    %y = gyre.softmax %x {dim = 1, temperature = 0.5} : tensor<?x10xf32>
    ```
  }];
}

def Gyre_LogSoftmaxOp : Gyre_RowMap<"log_softmax"> {
  let summary = "the logarithm of softmax, without its underflow";
  let description = [{
    ```
    y[.., i, ..] = x[.., i, ..] / temperature - ln sum_j exp(x[.., j, ..] / temperature)
    ```

    along `dim`. An element of -infinity stays -infinity, also in a row of
    nothing else.

    * (C1) `dim` is a dimension of x.
    * (C2) `temperature` is positive and finite.

    Law: exp of it is softmax.

    ```mlir
    %y = gyre.log_softmax %x : tensor<?x10xf32>
    ```
  }];
}

def Gyre_TaylorSoftmaxOp : Gyre_NamedOp<"taylor_softmax",
    [SameOperandsAndResultType]> {
  let summary = "softmax with a Taylor polynomial for the exponential";
  let description = [{
    ```
    f(z) = sum of z^n / n! for n = 0 .. order
    y[.., i, ..] = f(x[.., i, ..]) / sum_j f(x[.., j, ..])
    ```

    along `dim` (from the end where it is negative). A polynomial of even order
    is positive everywhere, so all numbers get a part; a row is not shifted
    before. A row with an infinity or NaN, or with numbers whose polynomial
    overflows, is NaN where they stand and else 0 or NaN. arXiv 1511.05042.

    * (C1) `dim` is a dimension of x.
    * (C2) `order` is even, from 2 to 16.

    Laws: a row sums to one; the higher the order, the nearer to softmax.

    ```mlir
    %y = gyre.taylor_softmax %x {order = 4} : tensor<?x10xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x,
    DefaultValuedAttr<I64Attr, "-1">:$dim,
    DefaultValuedAttr<I64Attr, "2">:$order);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
  let hasVerifier = 1;
}

def Gyre_GumbelMaxOp : Gyre_NamedOp<"gumbel_max", [InferTypeOpAdaptor]> {
  let summary = "numbers drawn by the softmax of rows";
  let description = [{
    ```
    y[..] = argmax_j x[.., j] / temperature + g[.., j]
    ```

    along the last dimension, with g = `gyre.random_gumbel` of the shape of x.
    Number j comes up with probability softmax(x / temperature)[j]. A tie goes
    to the lowest; NaN and -infinity are never drawn; a row of nothing else
    gives 0. arXiv 1611.01144.

    * (C1) x has a last dimension.
    * (C2) `temperature` is positive and finite.

    Law: frequencies approach the softmax.

    ```mlir
    %id = gyre.gumbel_max %logits seed(%s) offset(%o) {temperature = 0.7} : tensor<?x1000xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, I64:$seed, I64:$offset,
    DefaultValuedAttr<F64Attr, "1.0">:$temperature);
  let results = (outs RankedTensorOf<[I32]>:$result);
  let assemblyFormat = [{
    $x `seed` `(` $seed `)` `offset` `(` $offset `)` attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
}

def Gyre_GumbelSoftmaxOp : Gyre_NamedOp<"gumbel_softmax",
    [AllTypesMatch<["x", "result"]>]> {
  let summary = "softmax of rows with noise, a soft draw";
  let description = [{
    ```
    y = softmax((x + g) / temperature)
    ```

    along the last dimension, with g = `gyre.random_gumbel` of the shape of x.
    As the temperature falls rows approach the draws of `gyre.gumbel_max`.
    arXiv 1611.01144.

    * (C1) x has a last dimension.
    * (C2) `temperature` is positive and finite.

    Law: the greatest element of a row is the one that `gyre.gumbel_max` draws
    from the same noise.

    ```mlir
    %y = gyre.gumbel_softmax %x seed(%s) offset(%o) {temperature = 0.5} : tensor<?x10xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, I64:$seed, I64:$offset,
    DefaultValuedAttr<F64Attr, "1.0">:$temperature);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `seed` `(` $seed `)` `offset` `(` $offset `)` attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_PROBABILITY_TD
