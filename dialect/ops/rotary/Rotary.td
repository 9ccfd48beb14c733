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
    Pair i of the first `dims` features (all of them by default) turns by the
    position times its frequency; the other features stay.

    ```
    angle(m, i) = m * base^(-2i / dims)
    (a, b) -> (a cos angle - b sin angle, a sin angle + b cos angle)
    ```

    x is [.., T, D] with positions along `dim` (counted from the end where
    negative; -3 suits [B, T, H, D]). `pairing` says where the pair (a, b) is:
    `interleaved` (x[2i], x[2i + 1]), as in the paper, or `half`
    (x[i], x[i + dims/2]). `inverse` turns the other way.

    Positions are integers or floats, as fractional as they like: [T], or
    [.., T] whose leading dimensions are the first ones of x (a batch).
    Without them position t is t + offset.

    With `sections` pairs are dealt to several axes, sections[a] pairs to axis
    a, and positions have a last dimension that holds one position an axis.
    `frequencies` says how:

    * `sequential`: sections follow one another and frequencies run on over
      them. Equal to one axis where all positions agree (M-RoPE).
    * `restart`: the same, but each section of n pairs starts anew, with
      base^(-j/n) (Flux, Qwen2-VL's images).
    * `alternate`: pair i goes to axis i mod n and keeps its frequency
      (Pixtral).

    Angles are reduced exactly, so positions to 2^20 keep their precision.
    RoFormer, arXiv 2104.09864; M-RoPE, arXiv 2409.12191.

    * (C1) `dim` is a dimension of x other than the last.
    * (C2) the last dimension of x is known; `dims` is even, positive and at
      most that.
    * (C3) positions have the sizes above.
    * (C4) sections are positive and sum to dims / 2; `alternate` wants them
      equal.
    * (C5) `base` is positive and finite.
    * (C6) `offset` comes without positions.

    Laws, as canonicalizations: two rotations of one kind add their positions;
    a rotation and its inverse cancel. Norms are kept; scores of a rotated
    query and key depend on the distance of their positions only.

    ```mlir
    %0 = gyre.rotary %q : tensor<?x8x?x64xf32>
    %1 = gyre.rotary %q positions(%p) {pairing = "half", dims = 32}
        : tensor<?x8x?x64xf32>, tensor<?xi32>
    %2 = gyre.rotary %q offset(%past) : tensor<?x8x?x64xf32>
    %3 = gyre.rotary %q positions(%rc) {sections = array<i64: 16, 16>,
        frequencies = "restart", base = 100.0}
        : tensor<?x8x?x64xf32>, tensor<?x2xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x,
    Optional<AnyTypeOf<[Gyre_FloatTensor, Gyre_IntTensor]>>:$positions,
    Optional<Index>:$offset,
    DefaultValuedAttr<I64Attr, "-2">:$dim,
    OptionalAttr<I64Attr>:$dims,
    DefaultValuedStrAttr<Gyre_Choice<["interleaved", "half"]>, "interleaved">:$pairing,
    DefaultValuedAttr<F64Attr, "10000.0">:$base,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$sections,
    DefaultValuedStrAttr<Gyre_Choice<["sequential", "restart", "alternate"]>, "sequential">:$frequencies,
    UnitAttr:$inverse);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x (`positions` `(` $positions^ `)`)? (`offset` `(` $offset^ `)`)?
    attr-dict `:` type($x) (`,` type($positions)^)?
  }];
  let extraClassDeclaration = [{
    /// How many features turn.
    int64_t getRotaryDims();
    /// The dimension of x along which positions count.
    unsigned getSequenceDim();
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

#endif // GYRE_ROTARY_TD
