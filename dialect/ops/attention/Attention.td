// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax attention.

#ifndef GYRE_ATTENTION_TD
#define GYRE_ATTENTION_TD

include "dialect/ops/Operators.td"

def Gyre_AttentionOp : Gyre_NamedOp<"attention",
    [InferTypeOpAdaptor]> {
  let summary = "values averaged with the softmax of scaled scores";
  let description = [{
    ```
    s[i, j] = scale * sum_d q[i, d] k[j, d] + mask[i, j]
    y[i, e] = sum_j softmax_j(s[i, j]) v[j, e]
    ```

    q is [.., Hq, T, D], k [.., Hk, S, D], v [.., Hk, S, E], the result
    [.., Hq, T, E]; with `layout = "bthd"` heads stand after tokens:
    [.., T, Hq, D] and so on. Query head h reads key head h / (Hq / Hk)
    (grouped heads). The matrix of scores never exists.

    `scale` is 1 / sqrt(D) by default. A mask of booleans keeps the scores where
    it is true; one of floats is added. It is [.., Hq, T, S] in either layout;
    leading dimensions may be absent, and a size of 1 is repeated.

    `causal` lets query i see keys up to its own: the last query sees the last
    key (`align = "end"`, for caches), or the first the first
    (`align = "start"`).

    A row that sees no key is zero. FlashAttention, arXiv 2205.14135; grouped
    heads, arXiv 2305.13245.

    * (C1) q, k and v have the same rank, at least 3, and the same leading
      sizes.
    * (C2) k and v agree in heads and length, q and k in features.
    * (C3) Hq and Hk are both known and Hk divides Hq, or neither is known (then
      they are the same).
    * (C4) the mask can be repeated to [.., Hq, T, S].
    * (C5) D is known, or `scale` is given; it is finite.

    Laws: weights of a row sum to one, so a constant v comes out as it is;
    adding a number to a row of scores changes nothing.

    ```mlir
    %y = gyre.attention %q, %k, %v {causal}
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
    %z = gyre.attention %q, %k, %v mask(%m) {scale = 0.1}
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x?xi1>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$q, Gyre_FloatTensor:$k,
    Gyre_FloatTensor:$v,
    Optional<AnyTypeOf<[Gyre_FloatTensor, Gyre_BoolTensor]>>:$mask,
    OptionalAttr<F64Attr>:$scale, UnitAttr:$causal,
    DefaultValuedStrAttr<Gyre_Choice<["end", "start"]>, "end">:$align,
    DefaultValuedStrAttr<Gyre_Choice<["bhtd", "bthd"]>, "bhtd">:$layout);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $q `,` $k `,` $v (`mask` `(` $mask^ `)`)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_ATTENTION_TD
