// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Softmax attention.

#ifndef GYRE_ATTENTION_TD
#define GYRE_ATTENTION_TD

include "dialect/ops/Operators.td"

def Gyre_AttentionOp : Gyre_NamedOp<"attention",
    [AttrSizedOperandSegments, InferTypeOpAdaptor]> {
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

    Attributes say what is done with scores, clauses name what else is read:

    ```mlir
    %0 = gyre.attention %q, %k, %v {causal}
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
    // A sliding window of 1024 keys and the own one, scores capped (Gemma).
    %1 = gyre.attention %q, %k, %v {causal, window = array<i64: 1024, 0>, softcap = 50.0}
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>
    // One token or many behind those that a cache holds.
    %2 = gyre.attention %q, %keys, %values past(%past) {causal}
        : tensor<?x8x?x64xf32>, tensor<?x2x4096x64xf32>, tensor<?x2x4096x64xf32>
    // A mask that is added, and the logarithm of each row's sum.
    %3, %lse = gyre.attention %q, %k, %v mask(%m) {scale = 0.1, logsumexp}
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x?xf32>
    // Sequences of several lengths, padded; and packed one behind the other.
    %4 = gyre.attention %q, %k, %v lengths(%n)
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?xi32>
    %5 = gyre.attention %p, %l, %w sequences(%starts) {causal, layout = "bthd"}
        : tensor<?x8x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?xi32>
    // A score function of one's own: ALiBi.
    %6 = gyre.attention %q, %k, %v with(%slopes) {causal}
        : tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, tensor<8x1x1xf32>
        score {
        ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %slope: f32):
          %d = arith.subi %j, %i : index
          %n = arith.index_cast %d : index to i32
          %f = arith.sitofp %n : i32 to f32
          %bias = arith.mulf %slope, %f : f32
          %t = arith.addf %s, %bias : f32
          gyre.yield %t : f32
        }
    ```

    **Scores.** `scale` is 1 / sqrt(D) by default. `softcap = c` makes
    c tanh(s / c) of a scaled score. Then comes the region `score`, if any:
    it takes the score, the batch, the query head, the positions of query and
    key (with `lengths` or `sequences` their plain indices), and an element of
    each tensor in `with`, which is repeated like a mask. It may look up other
    tensors with `tensor.extract`. At last the mask: one of booleans keeps the scores where it is true;
    one of floats is added. It is [.., Hq, T, S] in either layout; leading
    dimensions may be absent, and a size of 1 is repeated.

    **Positions.** Key j stands at j, query i at i + S - T, so that the last
    query sees the last key, or at i with `align = "start"`. With `past` it
    stands at past + i, and keys at past + T and behind don't count: k and v
    are caches that are not full yet. `causal` lets a query see keys up to its
    own position, `window = array<i64: l, r>` from l before it to r behind it
    (-1: any).

    **Lengths.** `lengths` has the number of keys that count for each sample,
    [..]; the last query stands at the last of these. `sequences` says where
    sequences start that are packed along T and S: N + 1 increasing numbers
    from 0 to T, and another N + 1 up to S unless keys are packed like queries.
    A query sees the keys of its own sequence, and positions count in it.

    **Results.** A row that sees no key is zero. `logsumexp` adds a second
    result, ln sum_j e^s, [.., Hq, T] in either layout, of f32; -infinity for
    such a row. A sink (gpt-oss) is a factor of it: y over 1 + e^(sink - sum).

    **Narrow caches.** Keys and values that `gyre.dequantize` makes are widened
    where they are read, so a cache may hold int8, int4 or 8-bit floats with
    scales a tensor, head, token or group, of which the wide form never exists:

    ```mlir
    %k8 = gyre.cache_append %key_cache, %new at(%past) : tensor<?x2x4096x64xi8>, tensor<?x2x?x64xi8>
    %wide = gyre.dequantize %k8, %scales {format = "int8", block = array<i64: 1, 1, 1, 0>}
        : tensor<?x2x4096x64xi8>, tensor<?x2x4096xf32> -> tensor<?x2x4096x64xf32>
    ```

    FlashAttention, arXiv 2205.14135; grouped heads, arXiv 2305.13245; soft
    cap, arXiv 2408.00118.

    * (C1) q, k and v have the same rank, at least 3, and the same leading
      sizes.
    * (C2) k and v agree in heads and length, q and k in features; all three
      are f64 or none.
    * (C3) Hq and Hk are both known and Hk divides Hq, or neither is known (then
      they are the same).
    * (C4) the mask and tensors in `with` can be repeated to [.., Hq, T, S].
    * (C5) D is known, or `scale` is given; it is finite.
    * (C6) `window` has two sizes from -1 to 2^30; `softcap` is positive and
      finite.
    * (C7) at most one of `past`, `lengths` and `sequences`; `past` comes with
      `align = "end"`.
    * (C8) lengths have the leading sizes; sequences are one or two vectors of
      one size and at least one element, with no leading dimension.
    * (C9) the region takes a score of the type computed in, four indices and
      an element of each tensor in `with`, yields a score, and has at most one
      leading dimension around.

    Laws: weights of a row sum to one, so a constant v comes out as it is;
    adding a number to a row of scores changes nothing.
  }];
  let arguments = (ins Gyre_FloatTensor:$q, Gyre_FloatTensor:$k,
    Gyre_FloatTensor:$v,
    Optional<AnyTypeOf<[Gyre_FloatTensor, Gyre_BoolTensor]>>:$mask,
    Optional<Index>:$past, Optional<Gyre_IntTensor>:$lengths,
    Variadic<Gyre_IntTensor>:$sequences,
    Variadic<AnyTypeOf<[Gyre_FloatTensor, Gyre_IntTensor, Gyre_BoolTensor]>>:$captured,
    OptionalAttr<F64Attr>:$scale, UnitAttr:$causal,
    OptionalAttr<DenseI64ArrayAttr>:$window, OptionalAttr<F64Attr>:$softcap,
    UnitAttr:$logsumexp,
    DefaultValuedStrAttr<Gyre_Choice<["end", "start"]>, "end">:$align,
    DefaultValuedStrAttr<Gyre_Choice<["bhtd", "bthd"]>, "bhtd">:$layout);
  let results = (outs Gyre_FloatTensor:$result,
    Optional<Gyre_FloatTensor>:$sums);
  let regions = (region MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    $q `,` $k `,` $v (`mask` `(` $mask^ `)`)? (`past` `(` $past^ `)`)?
    (`lengths` `(` $lengths^ `)`)? (`sequences` `(` $sequences^ `)`)?
    (`with` `(` $captured^ `)`)? attr-dict `:`
    custom<AttentionTypes>(ref($mask), ref($lengths), ref($sequences),
      ref($captured), type($q), type($k), type($v), type($mask),
      type($lengths), type($sequences), type($captured))
    (`score` $score^)?
  }];
  let hasVerifier = 1;
}

def Gyre_CacheTensor
    : RankedTensorOf<[F32, F16, BF16, F64, I8, F8E4M3FN, F8E5M2]>;

def Gyre_CacheAppendOp : Gyre_NamedOp<"cache_append",
    [AllTypesMatch<["cache", "result"]>]> {
  let summary = "new keys or values behind those that a cache holds";
  let description = [{
    ```
    y[.., past + t, ..] = x[.., t, ..]   where past + t is in the cache
    y[.., s, ..] = cache[.., s, ..]      elsewhere
    ```

    along `dim` (counted from the end where negative; -3 suits
    [B, S, H, D]). What does not fit is dropped. Elements may be narrow
    (`gyre.quantize`). Where the function's result may overwrite the cache
    (`gyre.may_overwrite`), only the new rows are written.

    * (C1) `dim` is a dimension of the cache; x agrees with it in the others.

    ```mlir
    %keys = gyre.cache_append %cache, %k at(%past)
        : tensor<?x2x4096x64xf32>, tensor<?x2x?x64xf32>
    ```
  }];
  let arguments = (ins Gyre_CacheTensor:$cache, Gyre_CacheTensor:$x,
    Index:$past, DefaultValuedAttr<I64Attr, "-2">:$dim);
  let results = (outs Gyre_CacheTensor:$result);
  let assemblyFormat = [{
    $cache `,` $x `at` `(` $past `)` attr-dict `:` type($cache) `,` type($x)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_ATTENTION_TD
