// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Draws of a counter-based generator.

#ifndef GYRE_RANDOM_TD
#define GYRE_RANDOM_TD

include "dialect/ops/Operators.td"

class Gyre_DrawOp<string mnemonic> : Gyre_NamedOp<mnemonic> {
  let arguments = (ins I64:$seed, I64:$offset, Variadic<Index>:$sizes);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    `seed` `(` $seed `)` `offset` `(` $offset `)` (`sizes` `(` $sizes^ `)`)?
    attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

def Gyre_RandomUniformOp : Gyre_DrawOp<"random_uniform"> {
  let summary = "uniform numbers in [0, 1)";
  let description = [{
    Number e of the result, in row-major order, is word e mod 4 of what
    Philox4x32-10 makes of the counter offset + floor(e / 4) (two words, low
    one first, then two zeros) under the key `seed` (two words, low one first):

    ```
    y[e] = floor(word / 2^8) / 2^24
    ```

    A seed and an offset give the same bits on every target, at any number of
    threads. n numbers use ceil(n / 4) counters: the next draw goes on at
    offset + ceil(n / 4). `sizes` are those that the result's type leaves open.
    Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.

    * (C1) `sizes` has a value for each `?` of the result.

    ```mlir
    %u = gyre.random_uniform seed(%seed) offset(%offset) sizes(%n) : tensor<?x64xf32>
    ```
  }];
}

def Gyre_RandomNormalOp : Gyre_DrawOp<"random_normal"> {
  let summary = "normal numbers of mean 0 and variance 1";
  let description = [{
    Counters, key and order as in `gyre.random_uniform`; the words w0 .. w3 of a
    counter become four numbers by Box and Muller's transform, of w0, w1 and of
    w2, w3:

    ```
    r = sqrt(-2 ln((floor(w0 / 2^8) + 1) / 2^24)),  angle = 2 pi w1 / 2^32
    y = r cos(angle), r sin(angle)
    ```

    Logarithm, cosine and sine are polynomials of fused multiply-adds, so the
    bits are the same everywhere.

    * (C1) `sizes` has a value for each `?` of the result.

    ```mlir
    %e = gyre.random_normal seed(%seed) offset(%offset) : tensor<4x64xf32>
    ```
  }];
}

def Gyre_RandomGumbelOp : Gyre_DrawOp<"random_gumbel"> {
  let summary = "numbers whose greatest among sums picks by softmax";
  let description = [{
    Counters, key and order as in `gyre.random_uniform`; each word w becomes

    ```
    e = max(-ln((floor(w / 2^8) + 1) / 2^24), 2^-25)
    y[..] = -ln e
    ```

    from -2.9 to 17.4, of mean 0.5772 and variance pi^2 / 6. Logarithms are
    polynomials of fused multiply-adds, so the bits are the same everywhere.

    * (C1) `sizes` has a value for each `?` of the result.

    ```mlir
    %g = gyre.random_gumbel seed(%seed) offset(%offset) : tensor<4x64xf32>
    ```
  }];
}

#endif // GYRE_RANDOM_TD
