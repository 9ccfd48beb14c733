// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors as code numbers: finite scalar quantization, nearest code.

#ifndef GYRE_QUANTIZE_TD
#define GYRE_QUANTIZE_TD

include "dialect/ops/Operators.td"

def Gyre_FsqForm : Gyre_Choice<["tanh", "tan", "symmetric", "clamp"]>;

def Gyre_FsqEncodeOp : Gyre_NamedOp<"fsq_encode", [InferTypeOpAdaptor]> {
  let summary = "finite scalar quantization: vectors to codes and their numbers";
  let description = [{
    Feature j of z takes one of levels[j] = L values:

    ```
    half = (L - 1) 1.001 / 2,  offset = 1/2 if L is even else 0
    bounded = tanh(z + atanh(offset / half)) half - offset
    code    = round(bounded) / floor(L / 2)
    index   = sum_j (round(bounded_j) + floor(L_j / 2)) L_0 .. L_(j-1)
    ```

    as `form` "tanh" has it, which lucidrains trains with; "tan" is that of the
    authors' notebook, with 0.999 and tan(offset / half) as the shift. Two levels
    need another form, symmetric about 0, for the shift is 3.8 there:

    ```
    symmetric: level = floor((L - 1) (tanh(z) + 1) / 2 + 1/2)
    clamp:     level = floor((L - 1) (min(max(z, -1), 1) + 1) / 2 + 1/2)
    code = 2 level / (L - 1) - 1,  index = sum_j level_j L_0 .. L_(j-1)
    ```

    z is [.., d], codes are as z, indices [..] of i32. Ties round to even, of
    symmetric forms up; a feature that is NaN has a NaN code and counts as level
    0 in the index. arXiv 2309.15505 (the widening by 1.001 keeps the outer levels
    in reach).

    * (C1) the last dimension of z is the number of levels.
    * (C2) each level is at least 2.
    * (C3) the product of levels is at most 2^24.

    Laws: as a fold, decoding the indices gives the codes; "clamp" sends a code
    to itself.

    ```mlir
    %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 5>}
        : tensor<?x16x4xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$z, DenseI64ArrayAttr:$levels,
    DefaultValuedStrAttr<Gyre_FsqForm, "tanh">:$form);
  let results = (outs Gyre_FloatTensor:$codes, Gyre_IntTensor:$indices);
  let assemblyFormat = "$z attr-dict `:` type($z)";
  let hasVerifier = 1;
}

def Gyre_FsqDecodeOp : Gyre_NamedOp<"fsq_decode", [InferTypeOpAdaptor]> {
  let summary = "finite scalar quantization: numbers back to codes";
  let description = [{
    ```
    code_j = (floor(index / (L_0 .. L_(j-1))) mod L_j - half_j) / half_j
    ```

    half_j is floor(L_j / 2), and (L_j - 1) / 2 in the symmetric forms.

    indices are [..], the result [.., d] of f32. An index outside of [0, product
    of levels) gives zeros.

    * (C1) each level is at least 2.
    * (C2) the product of levels is at most 2^24.

    ```mlir
    %codes = gyre.fsq_decode %indices {levels = array<i64: 8, 5, 5, 5>}
        : tensor<?x16xi32>
    ```
  }];
  let arguments = (ins Gyre_IntTensor:$indices, DenseI64ArrayAttr:$levels,
    DefaultValuedStrAttr<Gyre_FsqForm, "tanh">:$form);
  let results = (outs Gyre_FloatTensor:$codes);
  let assemblyFormat = "$indices attr-dict `:` type($indices)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Gyre_NearestCodeOp : Gyre_NamedOp<"nearest_code", [InferTypeOpAdaptor]> {
  let summary = "the number of the code that is closest to a vector";
  let description = [{
    ```
    index[..] = argmin_k |x[..] - codebook[k]|^2 = argmin_k |codebook[k]|^2 / 2 - x[..] . codebook[k]
    ```

    x is [.., D], codebook [K, D], the result [..] of i32; or x is [.., G, D] and
    codebook [G, K, D], a codebook for each of G groups of features, and the result
    [.., G]. With `distance = "cosine"` it is argmax_k x . codebook[k] /
    max(|codebook[k]|, 1e-12), the largest cosine. Ties go to the lowest
    number. A code at a distance of NaN never wins; where all are, the result
    is 0. The matrix of distances never exists. `gyre.embedding` looks the codes
    up. VQ-VAE, arXiv 1711.00937.

    * (C1) x has at least one dimension and codebook two; or two and three.
    * (C2) they agree in the last one, and in the groups.

    Law: a code is nearest to itself.

    ```mlir
    %k = gyre.nearest_code %x, %codebook : tensor<?x?x64xf32>, tensor<1024x64xf32>
    %z = gyre.embedding %codebook, %k : tensor<1024x64xf32>, tensor<?x?xi32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$codebook,
    DefaultValuedStrAttr<Gyre_Choice<["euclidean", "cosine"]>,
                         "euclidean">:$distance);
  let results = (outs Gyre_IntTensor:$indices);
  let assemblyFormat = "$x `,` $codebook attr-dict `:` type(operands)";
}

def Gyre_ResidualEncodeOp : Gyre_NamedOp<"residual_encode", [InferTypeOpAdaptor]> {
  let summary = "residual vector quantization: each codebook takes what is left over";
  let description = [{
    ```
    r = x
    for q in 0 .. Q - 1:
      indices[.., q] = argmin_k |r - codebooks[q, k]|^2
      r = r - codebooks[q, indices[.., q]]
    quantized = sum_q codebooks[q, indices[.., q]]
    ```

    x is [.., D], codebooks [Q, K, D], indices [.., Q] of i32, quantized as x; or
    x is [.., G, D] with codebooks [Q, G, K, D] for each of G groups of features,
    and indices are [.., G, Q]. Ties and NaN are those of `gyre.nearest_code`. r is
    f32 whatever x is. SoundStream, arXiv 2107.03312.

    * (C1) codebooks have rank 3, or 4 and x 2 or more.
    * (C2) x and codebooks agree in features and groups.

    Law: where codebooks have a zero vector, |r| never grows.

    ```mlir
    %k, %z = gyre.residual_encode %x, %books : tensor<?x64xf32>, tensor<8x1024x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$codebooks);
  let results = (outs Gyre_IntTensor:$indices, Gyre_FloatTensor:$quantized);
  let assemblyFormat = "$x `,` $codebooks attr-dict `:` type(operands)";
}

def Gyre_ResidualDecodeOp : Gyre_NamedOp<"residual_decode", [InferTypeOpAdaptor]> {
  let summary = "the sum of the codes that residual quantizers chose";
  let description = [{
    ```
    y[..] = sum_q codebooks[q, indices[.., q]]
    ```

    with sizes as in `gyre.residual_encode`; the result has the element type of
    codebooks. An index outside of [0, K) adds nothing, so -1 drops a quantizer.

    * (C1) indices have rank 1 or more; codebooks rank 3, or 4 with groups.
    * (C2) indices and codebooks agree in the groups.
    * (C3) the last dimension of indices is the number of codebooks.

    Law, as a fold: decoding what was encoded gives `quantized`.

    ```mlir
    %z = gyre.residual_decode %k, %books : tensor<?x8xi32>, tensor<8x1024x64xf32>
    ```
  }];
  let arguments = (ins Gyre_IntTensor:$indices, Gyre_FloatTensor:$codebooks);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$indices `,` $codebooks attr-dict `:` type(operands)";
  let hasFolder = 1;
}

def Gyre_LfqEncodeOp : Gyre_NamedOp<"lfq_encode", [InferTypeOpAdaptor]> {
  let summary = "look-up free quantization: signs, and the number that they spell";
  let description = [{
    ```
    code_j = scale where z_j > 0, else -scale
    index  = sum_j 2^(d - 1 - j) where z_j > 0
    ```

    z is [.., d], codes are as z, indices [..] of i32; the first feature is the
    most significant bit, and 0 and NaN count as negative. `spherical` is binary
    spherical quantization, arXiv 2406.07548: z on the unit sphere goes to corners
    of a cube in it, `scale` being 1 / sqrt(d). arXiv 2310.05737.

    * (C1) d is known, from 1 to 24.

    Laws: a code is sent to itself; as a fold, decoding gives the codes.

    ```mlir
    %codes, %indices = gyre.lfq_encode %z : tensor<?x16x18xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$z,
    DefaultValuedAttr<F64Attr, "1.0">:$scale, UnitAttr:$spherical);
  let results = (outs Gyre_FloatTensor:$codes, Gyre_IntTensor:$indices);
  let assemblyFormat = "$z attr-dict `:` type($z)";
}

def Gyre_LfqDecodeOp : Gyre_NamedOp<"lfq_decode"> {
  let summary = "look-up free quantization: numbers back to signs";
  let description = [{
    As `gyre.lfq_encode` has it; an index outside of [0, 2^d) gives zeros.

    * (C1) the last dimension of the result, d, is known, from 1 to 24.
    * (C2) indices have the sizes of the result without its last dimension.

    ```mlir
    %codes = gyre.lfq_decode %indices : tensor<?x16xi32> -> tensor<?x16x18xf32>
    ```
  }];
  let arguments = (ins Gyre_IntTensor:$indices,
    DefaultValuedAttr<F64Attr, "1.0">:$scale, UnitAttr:$spherical);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$indices attr-dict `:` type($indices) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

// What a narrow number is, and how scales and zero points lie over a tensor.
def Gyre_NarrowTensor : RankedTensorOf<[I8, F8E4M3FN, F8E5M2]>;
def Gyre_Format
    : Gyre_Choice<["int8", "uint8", "int4", "uint4", "e4m3", "e5m2"]>;
def Gyre_IntegerFormat : Gyre_Choice<["int8", "uint8", "int4", "uint4"]>;
def Gyre_ZeroTensor : RankedTensorOf<[I8, I32, F32, F16, BF16]>;

def Gyre_QuantizeScaleOp : Gyre_NamedOp<"quantize_scale", [InferTypeOpAdaptor]> {
  let summary = "scales that make a number format hold a tensor";
  let description = [{
    ```
    scale = max |x| over a block / largest
    largest: int8 127, uint8 255, int4 7, uint4 15, e4m3 448, e5m2 57344
    ```

    `block` has a size for each dimension of x: the elements that share a scale.
    0 is the whole dimension, which scales then don't have; 1 gives each position
    a scale; b cuts the dimension in groups of b. All 0 is a scale for the tensor,
    `[0, 1]` one for each column of a matrix, `[32, 1]` one for each 32 rows of
    a column. NaN counts for nothing; the scale of zeros is 0.

    * (C1) `block` has an entry of 0 or more for each dimension of x.
    * (C2) an entry above 1 divides its dimension, which is known.

    ```mlir
    %s = gyre.quantize_scale %w {format = "int4", block = array<i64: 32, 1>}
        : tensor<4096x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_Format:$format,
    DenseI64ArrayAttr:$block);
  let results = (outs Gyre_FloatTensor:$scale);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Gyre_QuantizeRangeOp : Gyre_NamedOp<"quantize_range", [InferTypeOpAdaptor]> {
  let summary = "scales and zero points that make integers span a tensor";
  let description = [{
    ```
    low = min(0, least x of a block), high = max(0, greatest x of it)
    scale = (high - low) / (most - least)
    zero  = round(least - low / scale) in [least, most]; least where scale is 0
    least, most: int8 -128, 127   uint8 0, 255   int4 -8, 7   uint4 0, 15
    ```

    with `block` as in `gyre.quantize_scale`. Zero points are i32, halves go to
    even, and NaN counts for nothing. It is ONNX's DynamicQuantizeLinear, and what
    torch's and AWQ's observers of minima and maxima give.

    * (C1) `block` has an entry of 0 or more for each dimension of x.
    * (C2) an entry above 1 divides its dimension, which is known.

    Law: 0 is a number of the format, zero itself.

    ```mlir
    %s, %z = gyre.quantize_range %w {format = "uint4", block = array<i64: 32, 1>}
        : tensor<4096x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_IntegerFormat:$format,
    DenseI64ArrayAttr:$block);
  let results = (outs Gyre_FloatTensor:$scale, RankedTensorOf<[I32]>:$zero);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Gyre_QuantizeOp : Gyre_NamedOp<"quantize", [InferTypeOpAdaptor]> {
  let summary = "a tensor in a narrow number format, by scales and zero points";
  let description = [{
    ```
    q = round(x / scale) + zero, halves to even; zero where the scale is 0
    int8: i8 in [-128, 127]      int4: two of [-8, 7] a byte
    uint8: i8 in [0, 255]        uint4: two of [0, 15] a byte
    e4m3: f8E4M3FN               e5m2: f8E5M2
    ```

    Scales are those of `gyre.quantize_scale` with the same `block`, or any of
    their sizes; zero points are those of `gyre.quantize_range` or any integers,
    and 0 where not given. One of i8 has a sign where the format has. Floats serve
    too (HQQ): then q = round(x / scale + zero). Integers saturate, and NaN becomes
    zero. Beyond its largest number e5m2 is infinite, e4m3 saturates (as torch
    does) or with `overflow = "nan"` is NaN (as ml_dtypes does).

    int4 and uint4 pack neighbours along `axis`, counted from the end where
    negative: byte j holds element 2 j in its low half and 2 j + 1 in its high
    half.

    * (C1) `block` has an entry of 0 or more for each dimension of x.
    * (C2) an entry above 1 divides its dimension, which is known.
    * (C3) `scale` has the sizes that `block` says.
    * (C4) int4, uint4: `axis` is one of x, of a known even size and in even
      blocks.
    * (C5) `zero` has the sizes of `scale`, and the format is one of integers.

    Laws: dequantizing gives x up to half a step, scale / 2, where nothing
    saturates; as a fold, quantizing what was dequantized by the same scale and
    zero point returns it (a scale of 0 has no way back).

    ```mlir
    %q = gyre.quantize %w, %s {format = "int4", block = array<i64: 32, 1>, axis = 0 : i64}
        : tensor<4096x64xf32>, tensor<128x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$scale,
    Optional<Gyre_ZeroTensor>:$zero, Gyre_Format:$format,
    DenseI64ArrayAttr:$block, DefaultValuedAttr<I64Attr, "-1">:$axis,
    DefaultValuedStrAttr<Gyre_Choice<["saturate", "nan"]>, "saturate">:$overflow);
  let results = (outs Gyre_NarrowTensor:$q);
  let assemblyFormat = [{
    $x `,` $scale (`zero` `(` $zero^ `)`)? attr-dict `:` type(operands)
  }];
  let hasFolder = 1;
}

def Gyre_DequantizeOp : Gyre_NamedOp<"dequantize"> {
  let summary = "narrow numbers less their zero points times their scales";
  let description = [{
    ```
    y = (q - zero) scale
    ```

    with q, zero, `format`, `block` and `axis` as in `gyre.quantize`. Its consumer reads
    the narrow numbers: element-wise chains and products whose right operand it
    is (weights [K, N] of `gyre.linear`) hold the wide ones in registers and
    panels only.

    * (C1) `block` has an entry of 0 or more for each dimension of the result.
    * (C2) an entry above 1 divides its dimension, which is known.
    * (C3) `scale` has the sizes that `block` says.
    * (C4) int4, uint4: `axis` is a dimension of the result, of a known even
      size and in even blocks.
    * (C5) q has the sizes of the result and the element type of the format,
      for int4 and uint4 half the size along `axis`.
    * (C6) `zero` has the sizes of `scale`, and the format is one of integers.

    ```mlir
    %w = gyre.dequantize %q, %s zero(%z) {format = "uint4", block = array<i64: 32, 1>, axis = 0 : i64}
        : tensor<2048x64xi8>, tensor<128x64xf32>, tensor<128x64xi32> -> tensor<4096x64xf32>
    %y = gyre.linear %x, %w : tensor<?x4096xf32>, tensor<4096x64xf32>
    ```
  }];
  let arguments = (ins Gyre_NarrowTensor:$q, Gyre_FloatTensor:$scale,
    Optional<Gyre_ZeroTensor>:$zero, Gyre_Format:$format,
    DenseI64ArrayAttr:$block, DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $q `,` $scale (`zero` `(` $zero^ `)`)? attr-dict `:` type(operands) `->`
    type($result)
  }];
  let hasVerifier = 1;
}

#endif // GYRE_QUANTIZE_TD
