// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linear recurrences, state space models, and the short convolution that
// stands before them.

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

    along `dim` of b (from the end where negative), from its end with `reverse`.
    a has the sizes of b, of which leading ones may be left out: rates [D] of
    sequences [B, T, D] are the same at all times. The results are all h, as b,
    and the last one without that dimension, from which another call may go on
    as its `initial`; that is 0 where not given.

    * (C1) a has the last sizes of b.
    * (C2) `dim` is one of the dimensions of b.
    * (C3) the initial state has the sizes of b without that dimension.

    Laws: cutting a sequence and carrying the state changes nothing; so a
    sequence may be computed one step at a time.

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

def Gyre_ComplexRecurrenceOp : Gyre_NamedOp<"complex_recurrence",
    [InferTypeOpAdaptor]> {
  let summary = "a linear recurrence of complex numbers along one dimension";
  let description = [{
    ```
    h[.., t, ..] = a[.., t, ..] h[.., t - 1, ..] + b[.., t, ..]
    ```

    as `linear_recurrence`, of complex numbers. Real and imaginary parts are
    tensors of their own, in the order a_re, a_im, b_re, b_im and, initially,
    h_re, h_im: that is how models store their parameters, and vectors of either
    part are contiguous. Parts that alternate in memory, [.., 2], are taken as
    two slices. The results are all states and the last one: states_re,
    states_im, last_re, last_im.

    * (C1) a_re and a_im have the same sizes, which are the last sizes of b_re,
      and b_im has those of b_re.
    * (C2) `dim` is one of the dimensions of b_re.
    * (C3) the initial state is given by both parts or none, which have the
      sizes of b_re without that dimension.

    Laws: those of `linear_recurrence`, which it equals where all imaginary
    parts are 0.

    ```mlir
    %h, %hi, %last, %lasti = gyre.complex_recurrence %a, %ai, %b, %bi {dim = 1}
        : tensor<64xf32>, tensor<64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$a_re, Gyre_FloatTensor:$a_im,
    Gyre_FloatTensor:$b_re, Gyre_FloatTensor:$b_im,
    Variadic<Gyre_FloatTensor>:$initial,
    DefaultValuedAttr<I64Attr, "-1">:$dim, UnitAttr:$reverse);
  let results = (outs Gyre_FloatTensor:$states_re, Gyre_FloatTensor:$states_im,
    Gyre_FloatTensor:$last_re, Gyre_FloatTensor:$last_im);
  let assemblyFormat = [{
    $a_re `,` $a_im `,` $b_re `,` $b_im (`initial` `(` $initial^ `)`)? attr-dict
    `:` type(operands)
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

def Gyre_SsdScanOp : Gyre_NamedOp<"ssd_scan",
    [AttrSizedOperandSegments, InferTypeOpAdaptor]> {
  let summary = "Mamba-2's scan: one rate a head, in chunks of matrix products";
  let description = [{
    ```
    step    = delta[t, h] + bias[h], through softplus where asked,
              then clamped to the `limits`
    h[p, n] = exp(step a[h]) h[p, n] + step x[t, h, p] B[t, n]
    y[t, h, p] = (sum_n C[t, n] h[p, n] + skip x[t, h, p]) silu(gate[t, h, p])
    ```

    x is [.., T, H, P], delta [.., T, H], a and bias [H], B and C are
    [.., T, N], or [.., T, G, N] for G groups of H / G neighbouring heads,
    `skip` is [H] or [H, P], `gate` is as x, `initial` [.., H, P, N] and 0 where
    absent. The results are y, as x, and the final state [.., H, P, N].
    Mamba-2 (state space duality), arXiv 2405.21060.

    Whole chunks of `chunk` steps are matrix products, and what is left of T, or
    all of it where `chunk` is 1, goes step by step: a call for one step (decode)
    costs one step. Decays within a chunk are products of factors, never
    differences of sums, so that strong ones cost no precision.

    * (C1) x has at least three dimensions, and delta has the sizes of x without
      P.
    * (C2) a has the size H.
    * (C3) B and C have the same sizes, one of the two forms above; with groups,
      G and H are known and G divides H.
    * (C4) skip has the sizes H or H x P, bias H, gate those of x.
    * (C5) the initial state has the sizes [.., H, P, N].
    * (C6) `chunk` is between 1 and 1024.
    * (C7) `limits` are two numbers, the lower one first.

    Laws: any `chunk` gives the same; cutting a sequence and carrying the state
    changes nothing; it equals `selective_scan` with each rate repeated.

    ```mlir
    %y, %last = gyre.ssd_scan %x, %delta, %a, %b, %c
        skip(%d) gate(%z) bias(%bias) initial(%h) {softplus, chunk = 128}
        : tensor<?x?x8x64xf32>, tensor<?x?x8xf32>, tensor<8xf32>,
          tensor<?x?x2x128xf32>, tensor<?x?x2x128xf32>, tensor<8xf32>,
          tensor<?x?x8x64xf32>, tensor<8xf32>, tensor<?x8x64x128xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$delta,
    Gyre_FloatTensor:$a, Gyre_FloatTensor:$b, Gyre_FloatTensor:$c,
    Optional<Gyre_FloatTensor>:$skip, Optional<Gyre_FloatTensor>:$gate,
    Optional<Gyre_FloatTensor>:$bias, Optional<Gyre_FloatTensor>:$initial,
    DefaultValuedAttr<I64Attr, "64">:$chunk, UnitAttr:$softplus,
    OptionalAttr<DenseF64ArrayAttr>:$limits);
  let results = (outs Gyre_FloatTensor:$result, Gyre_FloatTensor:$last);
  let assemblyFormat = [{
    $x `,` $delta `,` $a `,` $b `,` $c (`skip` `(` $skip^ `)`)?
    (`gate` `(` $gate^ `)`)? (`bias` `(` $bias^ `)`)?
    (`initial` `(` $initial^ `)`)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Gyre_CausalConvOp : Gyre_NamedOp<"causal_conv",
    [AttrSizedOperandSegments, InferTypeOpAdaptor]> {
  let summary = "a short causal convolution of each channel, with its state";
  let description = [{
    ```
    z       = the initial K - 1 rows, then x
    y[t, d] = sum_k weight[d, k] z[t + k, d] + bias[d], through silu where asked
    last    = the last K - 1 rows of z
    ```

    x is [.., T, D], weight [D, K] (the last tap meets the newest row), `bias`
    [D], `initial` [.., K - 1, D] and 0 where absent. The results are y, as x,
    and the last rows, which a next call takes as its initial ones, also where
    T is smaller than K - 1: the same graph does a whole sequence and a single
    step. It stands before Mamba's scans.

    * (C1) x has at least two dimensions.
    * (C2) weight has the sizes [D, K], with K known and between 2 and 64.
    * (C3) bias has the size D.
    * (C4) the initial rows have the sizes [.., K - 1, D].

    Law: cutting a sequence and carrying the state gives the same bits.

    ```mlir
    %y, %last = gyre.causal_conv %x, %w bias(%b) initial(%rows) {silu}
        : tensor<?x?x128xf32>, tensor<128x4xf32>, tensor<128xf32>,
          tensor<?x3x128xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$weight,
    Optional<Gyre_FloatTensor>:$bias, Optional<Gyre_FloatTensor>:$initial,
    UnitAttr:$silu);
  let results = (outs Gyre_FloatTensor:$result, Gyre_FloatTensor:$last);
  let assemblyFormat = [{
    $x `,` $weight (`bias` `(` $bias^ `)`)? (`initial` `(` $initial^ `)`)?
    attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Gyre_DiagonalSsmOp : Gyre_NamedOp<"diagonal_ssm",
    [AttrSizedOperandSegments, InferTypeOpAdaptor]> {
  let summary = "S4D: each channel through a state space of complex rates";
  let description = [{
    ```
    zoh:       r = exp(step a),                       w = (r - 1) / a
    bilinear:  r = (1 + step a / 2) / (1 - step a / 2), w = step / (1 - step a / 2)
    h[d, n] = r[d, n] h[d, n] + w[d, n] u[t, d]
    y[t, d] = 2 Re(sum_n c[d, n] h[d, n]) + skip[d] u[t, d]
    ```

    u is [.., T, D], step [D], a and c are complex, each by its real and its
    imaginary part of [D, N], as is the initial state [.., D, N], which is 0
    where not given. States come in conjugate pairs of which one is kept;
    without `pairs` the factor 2 is 1. `method` is "zoh" or "bilinear". The
    results are y, as u, and both parts of the final state. S4D,
    arXiv 2206.11893; what S4 and DSS learn has the same form.

    * (C1) u has at least two dimensions, and step has the size D.
    * (C2) a_re, a_im, c_re and c_im have the same sizes [D, N].
    * (C3) skip has the size D.
    * (C4) the initial state is given by both parts or none, of sizes
      [.., D, N].

    Laws: it equals the convolution with k[t] = 2 Re(sum_n c w r^t); cutting a
    sequence and carrying the state changes nothing.

    ```mlir
    %y, %last, %lasti = gyre.diagonal_ssm %u, %step, %a, %ai, %c, %ci skip(%d)
        : tensor<?x?x64xf32>, tensor<64xf32>, tensor<64x16xf32>,
          tensor<64x16xf32>, tensor<64x16xf32>, tensor<64x16xf32>, tensor<64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$u, Gyre_FloatTensor:$step,
    Gyre_FloatTensor:$a_re, Gyre_FloatTensor:$a_im,
    Gyre_FloatTensor:$c_re, Gyre_FloatTensor:$c_im,
    Optional<Gyre_FloatTensor>:$skip, Variadic<Gyre_FloatTensor>:$initial,
    DefaultValuedStrAttr<Gyre_Choice<["zoh", "bilinear"]>, "zoh">:$method,
    DefaultValuedAttr<BoolAttr, "true">:$pairs);
  let results = (outs Gyre_FloatTensor:$result, Gyre_FloatTensor:$last_re,
    Gyre_FloatTensor:$last_im);
  let assemblyFormat = [{
    $u `,` $step `,` $a_re `,` $a_im `,` $c_re `,` $c_im
    (`skip` `(` $skip^ `)`)? (`initial` `(` $initial^ `)`)? attr-dict
    `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Gyre_LruOp : Gyre_NamedOp<"lru",
    [AttrSizedOperandSegments, InferTypeOpAdaptor]> {
  let summary = "the linear recurrent unit: complex states mixed by dense matrices";
  let description = [{
    ```
    r    = exp(-exp(nu) + i exp(theta))
    h[t] = r h[t - 1] + gamma (u[t] B),  gamma = sqrt(1 - |r|^2) where not given
    y[t] = Re(h[t] C)
    ```

    u is [.., T, D], nu and theta are [N], B is complex [D, N], C complex
    [N, E], each by its real and its imaginary part, `gamma` is [N], the initial
    state, by both parts, [.., N] and 0 where not given. The results are y,
    [.., T, E], and both parts of the final state. A skip, a matrix in the
    paper, is `gyre.linear`. arXiv 2303.06349.

    * (C1) u has at least two dimensions.
    * (C2) nu and theta have the same size N, and gamma has it.
    * (C3) b_re and b_im have the sizes [D, N], c_re and c_im the same sizes
      [N, E].
    * (C4) the initial state is given by both parts or none, of sizes [.., N].

    Law: cutting a sequence and carrying the state changes nothing.

    ```mlir
    %y, %last, %lasti = gyre.lru %u, %nu, %theta, %b, %bi, %c, %ci
        : tensor<?x?x64xf32>, tensor<32xf32>, tensor<32xf32>, tensor<64x32xf32>,
          tensor<64x32xf32>, tensor<32x64xf32>, tensor<32x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$u, Gyre_FloatTensor:$nu,
    Gyre_FloatTensor:$theta, Gyre_FloatTensor:$b_re, Gyre_FloatTensor:$b_im,
    Gyre_FloatTensor:$c_re, Gyre_FloatTensor:$c_im,
    Optional<Gyre_FloatTensor>:$gamma, Variadic<Gyre_FloatTensor>:$initial);
  let results = (outs Gyre_FloatTensor:$result, Gyre_FloatTensor:$last_re,
    Gyre_FloatTensor:$last_im);
  let assemblyFormat = [{
    $u `,` $nu `,` $theta `,` $b_re `,` $b_im `,` $c_re `,` $c_im
    (`gamma` `(` $gamma^ `)`)? (`initial` `(` $initial^ `)`)? attr-dict
    `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Gyre_HippoOp : Gyre_NamedOp<"hippo"> {
  let summary = "HiPPO's matrices, as constants";
  let description = [{
    ```
    legs:  A[n, k] = -(sqrt((2n + 1)(2k + 1)) if n > k; n + 1 if n = k; 0)
           B[n]    = sqrt(2n + 1)
    legt:  A[n, k] = -sqrt((2n + 1)(2k + 1)) (1 if k <= n; (-1)^(n - k)) / window
           B[n]    = sqrt(2n + 1) / window
    lmu:   A[n, k] = (2n + 1) (-1 if n < k; (-1)^(n - k + 1)) / window
           B[n]    = (2n + 1) (-1)^n / window
    ```

    as `measure` says: the whole past (x' = A/t x + B/t u), or a window of it
    (x' = A x + B u) in Legendre polynomials of norm 1 or, as the LMU has them,
    of value 1 at their end. `window` is the length of the window; S4's code
    has A and B by half, which is a window of 2. arXiv 2008.07669, 1912.05774.

    * (C1) A is square of a known size N between 1 and 1024, and B has that
      size.
    * (C2) the window is positive and finite.

    Law: the state of legs holds the Legendre coefficients of the input so far.

    ```mlir
    %a, %b = gyre.hippo {measure = "legt", window = 0.5} : tensor<16x16xf64>, tensor<16xf64>
    ```
  }];
  let arguments = (ins
    DefaultValuedStrAttr<Gyre_Choice<["legs", "legt", "lmu"]>, "legs">:$measure,
    DefaultValuedAttr<F64Attr, "1.0">:$window);
  let results = (outs Gyre_FloatTensor:$a, Gyre_FloatTensor:$b);
  let assemblyFormat = "attr-dict `:` type(results)";
  let hasVerifier = 1;
}

def Gyre_DiscretizeOp : Gyre_NamedOp<"discretize"> {
  let summary = "x' = A x + B u as a recurrence, made at compile time";
  let description = [{
    ```
    generalized:  R = (I - alpha s A)^-1 (I + (1 - alpha) s A),
                  W = (I - alpha s A)^-1 s B
    zoh:          R = exp(s A),  W = A^-1 (exp(s A) - I) B
    x[t] = R x[t - 1] + W u[t]
    ```

    with the step s. `method` is "generalized" with any `alpha`, or by name
    "euler" (alpha = 0), "bilinear" (1/2), "backward_euler" (1), or "zoh", which
    is exact for inputs that stay the same over a step and asks for no inverse
    of A. With `varying` the system is that of x' = A/t x + B/t u at
    t = 1, 2, .., of which R and W have a leading dimension: s is 1/t, and
    ln((t + 1) / t) for "zoh". A and B have to be constants, and so are R and
    W: use f64 for A and B, so that only these are rounded. arXiv 2008.07669.

    * (C1) A is square of a known size N between 1 and 1024, and B has that
      size.
    * (C2) R and W have the sizes of A and B, after a leading one, known and the
      same, with `varying`; that times N^3 is at most 2^28.
    * (C3) the step is positive and finite; it is 1 with `varying`.
    * (C4) A and B are constants, and I - alpha s A has an inverse.
    * (C5) `alpha` is given with "generalized" only, and is in [0, 1].

    Laws: the error falls with s for the Euler forms, with s^2 for the bilinear
    one; two steps of "zoh" are one of twice the length.

    ```mlir
    %r, %w = gyre.discretize %a, %b {method = "bilinear", step = 0.01}
        : tensor<16x16xf64>, tensor<16xf64> -> tensor<16x16xf32>, tensor<16xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$a, Gyre_FloatTensor:$b,
    DefaultValuedStrAttr<Gyre_Choice<["euler", "backward_euler", "bilinear",
        "generalized", "zoh"]>, "bilinear">:$method,
    OptionalAttr<F64Attr>:$alpha, DefaultValuedAttr<F64Attr, "1.0">:$step,
    UnitAttr:$varying);
  let results = (outs Gyre_FloatTensor:$r, Gyre_FloatTensor:$w);
  let assemblyFormat = [{
    $a `,` $b attr-dict `:` type(operands) `->` type(results)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_OPS_SCAN_TD
