// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotary position embedding on one axis or several.

#ifndef GYRE_ROTARY_TD
#define GYRE_ROTARY_TD

include "dialect/ops/Operators.td"

def Gyre_RotaryOp : Gyre_NamedOp<"rotary", [
    AttrSizedOperandSegments, AllTypesMatch<["x", "result"]>]> {
  let summary = "turns pairs of features by angles that grow with the position";
  let description = [{
    A pair of features turns by its position times its frequency:

    ```
    angle(m, i) = m * base^(-2i / dims)
    (a, b) -> (a cos angle - b sin angle, a sin angle + b cos angle)
    ```

    Attributes say which pairs, operands say where they stand:

    ```mlir
    %0 = gyre.rotary %q : tensor<?x8x?x64xf32>
    %1 = gyre.rotary %q offset(%past) {pairing = "half", base = 500000.0,
        scaling = {rope_type = "llama3", factor = 8.0, low_freq_factor = 1.0,
                   high_freq_factor = 4.0, original_max_position_embeddings = 8192}}
        : tensor<?x8x?x64xf32>
    %2 = gyre.rotary %q positions(%p) {dims = 32, start = 32}
        : tensor<?x8x?x64xf32>, tensor<?xi32>
    %3 = gyre.rotary %q positions(%rc) {sections = array<i64: 16, 16>,
        frequencies = "restart", base = 100.0}
        : tensor<?x8x?x64xf32>, tensor<?x2xf32>
    %4 = gyre.rotary %q positions(%p) table(%cos, %sin) {pairing = "half"}
        : tensor<?x8x?x64xf32>, tensor<?xi32>, tensor<4096x32xf32>, tensor<4096x32xf32>
    ```

    **Pairs.** x is [.., T, D] with positions along `dim` (counted from the end
    where negative; -3 suits [B, T, H, D]). The `dims` features from `start` on
    turn (all of them by default), the others stay. `pairing` says where the
    pair (a, b) is among them: `interleaved` (x[2i], x[2i + 1]), as in the
    paper, or `half` (x[i], x[i + dims/2]; GPT-NeoX, Llama in transformers).
    `inverse` turns the other way.

    **Positions** are integers or floats, as fractional as they like: [T], or
    [.., T] whose leading dimensions are the first ones of x (a batch).
    Without them position t is t + offset. Angles are reduced exactly, so
    positions to 2^20 keep their precision.

    **Axes.** With `sections` pairs are dealt to several axes, sections[a]
    pairs to axis a, and positions have a last dimension that holds one
    position an axis. `frequencies` says how:

    * `sequential`: sections follow one another and frequencies run on over
      them. Equal to one axis where all positions agree (M-RoPE, Qwen2-VL).
    * `restart`: the same, but each section of n pairs starts anew, with
      base^(-j/n) (Flux, Qwen2-VL's images).
    * `alternate`: frequencies run on and pair i goes to axis i mod n, until
      that axis has its pairs; the first axis takes what is left (Pixtral,
      Qwen3-VL).

    **Scaling** is a recipe for long contexts, spelled like `rope_scaling` in
    Hugging Face configurations (f is the plain frequency of a pair, s the
    `factor`, M `original_max_position_embeddings`, L the length: `length`, or
    offset + T without positions):

    | rope_type | frequency |
    |---|---|
    | `linear` | f / s |
    | `ntk` | base is base * s^(d/(d-2)) |
    | `dynamic` | the same with max(1, s L / M - s + 1) for s |
    | `yarn` | f / s for slow pairs, f for fast ones, a ramp from `beta_fast` (32) to `beta_slow` (1) turns in M between, its ends rounded unless `truncate = false`; cos and sin times `attention_factor` (0.1 ln s + 1, or the quotient of those with `mscale` and `mscale_all_dim`) |
    | `longrope` | f / `long_factor`[i] where L > M, else f / `short_factor`[i]; cos and sin times `attention_factor` (sqrt(1 + ln s / ln M)) |
    | `llama3` | f / s for wavelengths above M / `low_freq_factor`, f below M / `high_freq_factor`, a blend between |
    | `proportional` | f / s for the first `partial_rotary_factor` of the pairs, 0 for the others |

    **Tables.** With `table` cosines and sines are operands instead: rows of
    dims/2 numbers, [P, dims/2] looked up by integer positions (a position
    outside turns nothing), or [.., T, dims/2], one row a token. They may hold
    more than cosines and sines: with both times s_i^(m / L) for queries and
    s_i^(-m / L) for keys, s_i = (2 i / dims + 0.4) / 1.4, it is xPos (arXiv
    2212.10554).

    RoFormer, arXiv 2104.09864; M-RoPE, arXiv 2409.12191; YaRN, arXiv
    2309.00071; LongRoPE, arXiv 2402.13753.

    * (C1) `dim` is a dimension of x other than the last.
    * (C2) the last dimension D of x is known; `dims` is even, positive and at
      most 2^16, `start` not negative, start + dims at most D.
    * (C3) positions have the sizes above.
    * (C4) sections are positive and sum to dims / 2; `alternate` wants pairs
      enough for each axis after the first.
    * (C5) `base` is positive and finite.
    * (C6) `offset` comes without positions.
    * (C7) `scaling` is a recipe of the table above with its entries and no
      others; frequencies don't restart, and YaRN's base is above 1.
    * (C8) cosines and sines have one shape, that of a table above; the first
      kind wants integer positions, the second neither positions nor offset;
      neither comes with scaling.
    * (C9) `length` comes with positions and a scaling that asks for it, and
      then has to.

    Laws, as canonicalizations: two rotations of one kind add their positions;
    a rotation and its inverse cancel; a scaling by 1 goes. Norms are kept
    (but for an attention factor); scores of a rotated query and key depend on
    the distance of their positions only.
  }];
  let arguments = (ins Gyre_FloatTensor:$x,
    Optional<AnyTypeOf<[Gyre_FloatTensor, Gyre_IntTensor]>>:$positions,
    Optional<Index>:$offset, Optional<Index>:$length,
    Optional<Gyre_FloatTensor>:$cosines, Optional<Gyre_FloatTensor>:$sines,
    DefaultValuedAttr<I64Attr, "-2">:$dim,
    OptionalAttr<I64Attr>:$dims,
    DefaultValuedAttr<I64Attr, "0">:$start,
    DefaultValuedStrAttr<Gyre_Choice<["interleaved", "half"]>, "interleaved">:$pairing,
    DefaultValuedAttr<F64Attr, "10000.0">:$base,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$sections,
    DefaultValuedStrAttr<Gyre_Choice<["sequential", "restart", "alternate"]>, "sequential">:$frequencies,
    OptionalAttr<DictionaryAttr>:$scaling,
    UnitAttr:$inverse);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x (`positions` `(` $positions^ `)`)? (`offset` `(` $offset^ `)`)?
    (`length` `(` $length^ `)`)? (`table` `(` $cosines^ `,` $sines `)`)?
    attr-dict `:` custom<RotaryTypes>(ref($positions), ref($cosines), type($x),
      type($positions), type($cosines), type($sines))
  }];
  let extraClassDeclaration = [{
    /// How many features turn.
    int64_t getRotaryDims();
    /// The dimension of x along which positions count.
    unsigned getSequenceDim();
    /// Whether `cosines` and `sines` have a row a token.
    bool hasRowsOfTokens();
    /// The recipe, which the verifier has seen to be right.
    FrequencyScaling parseScaling();
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

#endif // GYRE_ROTARY_TD
