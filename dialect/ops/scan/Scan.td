// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear recurrences and selective scans.

#ifndef GYRE_OPS_SCAN_TD
#define GYRE_OPS_SCAN_TD

include "dialect/ops/Operators.td"

def Gyre_LinearRecurrenceOp : Gyre_NamedOp<"linear_recurrence",
    [InferTypeOpAdaptor]> {
  let summary = "a linear recurrence along one dimension, element by element";
  let description = [{
    ```
    h[.., t, ..] = a[.., t, ..] h[.., t - 1, ..] + b[.., t, ..]
    ```

    along `dim` (from the end where negative), from its end with `reverse`. The
    results are all h, and the last one without that dimension, from which
    another call may go on as its `initial`; that is 0 where not given.

    * (C1) a and b have the same sizes.
    * (C2) `dim` is one of their dimensions.
    * (C3) the initial state has their sizes without that dimension.

    Law: cutting a sequence and carrying the state changes nothing.

    ```mlir
    %h, %last = gyre.linear_recurrence %a, %b initial(%h0) {dim = 1, reverse}
        : tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$a, Gyre_FloatTensor:$b,
    Optional<Gyre_FloatTensor>:$initial,
    DefaultValuedAttr<I64Attr, "-1">:$dim, UnitAttr:$reverse);
  let results = (outs Gyre_FloatTensor:$states, Gyre_FloatTensor:$last);
  let assemblyFormat = [{
    $a `,` $b (`initial` `(` $initial^ `)`)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Gyre_SelectiveScanOp : Gyre_NamedOp<"selective_scan",
    [AttrSizedOperandSegments, InferTypeOpAdaptor]> {
  let summary = "Mamba's scan: a diagonal state space whose steps depend on the input";
  let description = [{
    ```
    step    = delta[t, d] + bias[d], through softplus where asked
    h[d, n] = exp(step A[d, n]) h[d, n] + step u[t, d] B[t, n]
    y[t, d] = (sum_n C[t, n] h[d, n] + skip[d] u[t, d]) silu(gate[t, d])
    ```

    u and delta are [.., T, D], A is [D, N], B and C are [.., T, N], or
    [.., T, G, N] for G groups of D / G neighbouring channels. `skip` and
    `bias` are [D], `gate` is as u; each may be absent. `initial` is
    [.., D, N] and 0 where absent. The results are y, as u, and the final state
    [.., D, N], which a next call takes as its initial one. Mamba,
    arXiv 2312.00752.

    * (C1) u has at least two dimensions, and delta its sizes.
    * (C2) A has the sizes [D, N].
    * (C3) B and C have the same sizes, one of the two forms above; with
      groups, G and D are known and G divides D.
    * (C4) skip and bias have the size D, gate the sizes of u.
    * (C5) the initial state has the sizes [.., D, N].

    Law: cutting a sequence and carrying the state changes nothing.

    ```mlir
    %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c
        skip(%d) gate(%z) bias(%bias) initial(%h) {softplus}
        : tensor<?x?x128xf32>, tensor<?x?x128xf32>, tensor<128x16xf32>,
          tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<128xf32>,
          tensor<?x?x128xf32>, tensor<128xf32>, tensor<?x128x16xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$u, Gyre_FloatTensor:$delta,
    Gyre_FloatTensor:$a, Gyre_FloatTensor:$b, Gyre_FloatTensor:$c,
    Optional<Gyre_FloatTensor>:$skip, Optional<Gyre_FloatTensor>:$gate,
    Optional<Gyre_FloatTensor>:$bias, Optional<Gyre_FloatTensor>:$initial,
    UnitAttr:$softplus);
  let results = (outs Gyre_FloatTensor:$result, Gyre_FloatTensor:$last);
  let assemblyFormat = [{
    $u `,` $delta `,` $a `,` $b `,` $c (`skip` `(` $skip^ `)`)?
    (`gate` `(` $gate^ `)`)? (`bias` `(` $bias^ `)`)?
    (`initial` `(` $initial^ `)`)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_OPS_SCAN_TD
