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

#endif // GYRE_PROBABILITY_TD
