// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where tokens stand, and what is made of it.

#ifndef GYRE_POSITIONS_TD
#define GYRE_POSITIONS_TD

include "dialect/ops/Operators.td"

def Gyre_TiePositionsOp : Gyre_NamedOp<"tie_positions"> {
  let summary = "two-axis positions of text and images in one sequence";
  let description = [{
    Positions [T, 2] (row, column) for `gyre.rotary` of a sequence of spans, in
    any order: `text(n)` of n tokens, `image(h, w)` of h x w patches, row by
    row. Where L is the position of the last token before a span (-1 before
    the first):

    ```
    token n = 1, 2, ..:        (L + n, L + n)
    patch in row x, column y:  (L + s x, L + t y),  x = 1 .. h, y = 1 .. w
    ```

    | form | s | t | the next token |
    |---|---|---|---|
    | `first` | w + 1 | h + 1 | L + (w + 1) (h + 1) |
    | `second` | (h w + 1) / (h + 1) | (h w + 1) / (w + 1) | L + h w + 1 |

    So text is as far from the image behind it as from that before it, and the
    second form leaves as many positions to an image as it has patches.
    RoPE-Tie: Su, "Transformer upgrade 17".

    * (C1) the result is [T, 2], with T the number of tokens and patches where
      all sizes are known.
    * (C2) sizes are not negative.

    Laws: pure text stands where `gyre.rotary` has it without positions, on
    both axes; positions of known sizes are a constant.

    ```mlir
    %p = gyre.tie_positions text(%n), image(4, 6), text(%m) {form = "second"} : tensor<?x2xf32>
    %y = gyre.rotary %q positions(%p) {sections = array<i64: 16, 16>, frequencies = "alternate"}
        : tensor<?x8x?x64xf32>, tensor<?x2xf32>
    ```
  }];
  let arguments = (ins Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes,
    DenseI64ArrayAttr:$ranks,
    DefaultValuedStrAttr<Gyre_Choice<["first", "second"]>, "second">:$form);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    custom<Spans>($sizes, $static_sizes, $ranks) attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Gyre_MropePositionsOp : Gyre_NamedOp<"mrope_positions"> {
  let summary = "positions in time, height and width of text, images and videos";
  let description = [{
    Positions [T, 3] (time, row, column) for `gyre.rotary` of a sequence of
    spans, in any order: `text(n)` of n tokens, `image(h, w)` of h x w patches,
    row by row, `video(t, h, w)` of t such images. Where L is the largest
    position of all tokens before a span (-1 before the first):

    ```
    token n = 0, 1, ..:             L + 1 + (n, n, n)
    patch in image i, row x, column y:
                                    L + 1 + (floor(interval i), x, y)
    ```

    So an image takes as many positions as its longer side, and the next token
    stands one behind the largest position so far: decoding goes on from there.
    A span without tokens takes none. h and w are those of the merged patches
    that the language model sees. `interval` is 1 in Qwen2-VL and Qwen3-VL
    (whose videos are images with text between); Qwen2.5-VL has
    tokens_per_second times the seconds between images.
    Qwen2-VL, arXiv 2409.12191.

    * (C1) the result is [T, 3], with T the number of tokens and patches where
      all sizes are known.
    * (C2) sizes are not negative.
    * (C3) `interval` is positive and at most 1024.

    Laws: pure text stands where `gyre.rotary` has it without positions;
    positions of known sizes are a constant.

    ```mlir
    %p = gyre.mrope_positions text(%n), image(%h, %w), text(%m) : tensor<?x3xi32>
    %y = gyre.rotary %q positions(%p) {sections = array<i64: 16, 24, 24>, pairing = "half"}
        : tensor<?x8x?x128xf32>, tensor<?x3xi32>
    ```
  }];
  let arguments = (ins Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes,
    DenseI64ArrayAttr:$ranks, DefaultValuedAttr<F64Attr, "1.0">:$interval);
  let results = (outs RankedTensorOf<[I32]>:$result);
  let assemblyFormat = [{
    custom<Spans>($sizes, $static_sizes, $ranks) attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Gyre_SinusoidalOp : Gyre_NamedOp<"sinusoidal", [AttrSizedOperandSegments]> {
  let summary = "sines and cosines of positions at falling frequencies";
  let description = [{
    ```
    y[.., 2i]     = sin(m f_i),  f_i = scale * base^(-i / (D/2 - shift))
    y[.., 2i + 1] = cos(m f_i)
    ```

    of positions m, integers or floats of any shape [..]; the result is
    [.., D]. Without positions it is [T, D] of the positions offset + t, with
    T = `length` where the type leaves it open. `pairing = "half"` stores all
    sines before all cosines; `cosine_first` swaps the two. Angles are reduced
    exactly, as in `gyre.rotary`.

    `shift = 1` is tensor2tensor's and fairseq's exponent. Times of diffusion
    models are embedded like this with `pairing = "half"`, in diffusers with
    `cosine_first` (flip_sin_to_cos) and shift 0 for most models.

    Attention Is All You Need, arXiv 1706.03762.

    * (C1) the result's last dimension D is known, even, positive and at most
      2^16, and D/2 - shift is positive.
    * (C2) the other dimensions are those of positions; without them there is
      one.
    * (C3) `offset` comes without positions; `length` where T is open and has
      to come from somewhere.
    * (C4) `base` is positive and finite, `scale` is finite.

    Law: y at m + n is y at m turned by n f_i, pair by pair.

    ```mlir
    %0 = gyre.sinusoidal positions(%t : tensor<?xf32>) {pairing = "half", cosine_first} : tensor<?x64xf32>
    %1 = gyre.sinusoidal offset(%past) length(%n) : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins
    Optional<AnyTypeOf<[Gyre_FloatTensor, Gyre_IntTensor]>>:$positions,
    Optional<Index>:$offset, Optional<Index>:$length,
    DefaultValuedStrAttr<Gyre_Choice<["interleaved", "half"]>, "interleaved">:$pairing,
    UnitAttr:$cosine_first, DefaultValuedAttr<F64Attr, "10000.0">:$base,
    DefaultValuedAttr<F64Attr, "0.0">:$shift,
    DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    (`positions` `(` $positions^ `:` type($positions) `)`)?
    (`offset` `(` $offset^ `)`)? (`length` `(` $length^ `)`)?
    attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

def Gyre_ComplexEmbeddingOp
    : Gyre_NamedOp<"complex_embedding", [InferTypeOpAdaptor,
        AllTypesMatch<["amplitude", "frequency", "phase"]>]> {
  let summary = "words as waves over positions";
  let description = [{
    ```
    re[.., k, d] = r[w, d] cos(omega[w, d] k + theta[w, d]),  w = ids[.., k]
    im[.., k, d] = r[w, d] sin(omega[w, d] k + theta[w, d])
    ```

    Each word has an amplitude, a frequency and a phase for each feature:
    tables r, omega and theta of [V, D]. ids are [.., T], the results [.., T, D],
    k counts along T from `offset` on. An id outside of [0, V) gives zeros.
    Encoding word order in complex embeddings, arXiv 1912.12333.

    * (C1) the tables are [V, D] with a known V above 0.
    * (C2) ids have a last dimension.

    Law: the modulus of a word's numbers is r wherever it stands.

    ```mlir
    %re, %im = gyre.complex_embedding %ids, %r, %omega, %theta
        : tensor<?x?xi32>, tensor<1000x64xf32>
    ```
  }];
  let arguments = (ins Gyre_IntTensor:$ids, Gyre_FloatTensor:$amplitude,
    Gyre_FloatTensor:$frequency, Gyre_FloatTensor:$phase,
    Optional<Index>:$offset);
  let results = (outs Gyre_FloatTensor:$real, Gyre_FloatTensor:$imaginary);
  let assemblyFormat = [{
    $ids `,` $amplitude `,` $frequency `,` $phase
    (`offset` `(` $offset^ `)`)? attr-dict `:` type($ids) `,`
    type($amplitude)
  }];
}

#endif // GYRE_POSITIONS_TD
