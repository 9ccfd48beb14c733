// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors as code numbers: finite scalar quantization, nearest code.

#ifndef GYRE_QUANTIZE_TD
#define GYRE_QUANTIZE_TD

include "dialect/ops/Operators.td"

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

    z is [.., d], codes are as z, indices [..] of i32. Ties round to even; a
    feature that is NaN has a NaN code and counts as level 0 in the index.
    arXiv 2309.15505 (the widening by 1.001 keeps the outer levels in reach).

    * (C1) the last dimension of z is the number of levels.
    * (C2) each level is at least 2.
    * (C3) the product of levels is at most 2^24.

    Law, as a fold: decoding the indices gives the codes.

    ```mlir
    %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 5, 5, 5>}
        : tensor<?x16x4xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$z, DenseI64ArrayAttr:$levels);
  let results = (outs Gyre_FloatTensor:$codes, Gyre_IntTensor:$indices);
  let assemblyFormat = "$z attr-dict `:` type($z)";
  let hasVerifier = 1;
}

def Gyre_FsqDecodeOp : Gyre_NamedOp<"fsq_decode", [InferTypeOpAdaptor]> {
  let summary = "finite scalar quantization: numbers back to codes";
  let description = [{
    ```
    code_j = (floor(index / (L_0 .. L_(j-1))) mod L_j - floor(L_j / 2)) / floor(L_j / 2)
    ```

    indices are [..], the result [.., d] of f32. An index outside of [0, product
    of levels) gives zeros.

    * (C1) each level is at least 2.
    * (C2) the product of levels is at most 2^24.

    ```mlir
    %codes = gyre.fsq_decode %indices {levels = array<i64: 8, 5, 5, 5>}
        : tensor<?x16xi32>
    ```
  }];
  let arguments = (ins Gyre_IntTensor:$indices, DenseI64ArrayAttr:$levels);
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

    x is [.., D], codebook [K, D], the result [..] of i32. Ties go to the lowest
    number. A code at a distance of NaN never wins; where all are, the result
    is 0. The matrix of distances never exists. `gyre.embedding` looks the codes
    up. VQ-VAE, arXiv 1711.00937.

    * (C1) x has at least one dimension, codebook two.
    * (C2) they agree in the last one.

    Law: a code is nearest to itself.

    ```mlir
    %k = gyre.nearest_code %x, %codebook : tensor<?x?x64xf32>, tensor<1024x64xf32>
    %z = gyre.embedding %codebook, %k : tensor<1024x64xf32>, tensor<?x?xi32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$codebook);
  let results = (outs Gyre_IntTensor:$indices);
  let assemblyFormat = "$x `,` $codebook attr-dict `:` type(operands)";
}

#endif // GYRE_QUANTIZE_TD
