// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every model graph also writes: linear layers, norms, activations,
// look-up, cross entropy.

#ifndef GYRE_NN_TD
#define GYRE_NN_TD

include "dialect/ops/Operators.td"

def Gyre_LinearOp : Gyre_NamedOp<"linear", [InferTypeOpAdaptor]> {
  let summary = "x W + b along the last dimension";
  let description = [{
    ```
    y[.., n] = sum_k x[.., k] weight[k, n] + bias[n]
    ```

    x is [.., K], weight [K, N], bias (optional) [N]; the result is [.., N] with
    the element type of x. Sums are in f32.

    * (C1) x has a last dimension, weight has two.
    * (C2) the last dimension of x and the first of weight agree.
    * (C3) bias has the size N.

    ```mlir
    %y = gyre.linear %x, %w, %b
        : tensor<?x?x64xf32>, tensor<64x128xf32>, tensor<128xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x, Gyre_FloatTensor:$weight,
    Optional<Gyre_FloatTensor>:$bias);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x `,` $weight (`,` $bias^)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

// Norms of rows: the result is as x.
class Gyre_NormOp<string mnemonic>
    : Gyre_NamedOp<mnemonic, [InferTypeOpAdaptor, AttrSizedOperandSegments]> {
  let arguments = (ins Gyre_FloatTensor:$x,
    Optional<Gyre_FloatTensor>:$weight, Optional<Gyre_FloatTensor>:$bias,
    DefaultValuedAttr<F64Attr, "1e-5">:$eps);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x (`,` $weight^ (`,` $bias^)?)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Gyre_LayerNormOp : Gyre_NormOp<"layer_norm"> {
  let summary = "rows with mean 0 and variance 1, then scaled and shifted";
  let description = [{
    ```
    m = mean_j x[.., j],  v = mean_j (x[.., j] - m)^2
    y[.., i] = (x[.., i] - m) / sqrt(v + eps) * weight[i] + bias[i]
    ```

    along the last dimension; weight and bias are optional. The variance is
    taken about the mean, in a second pass, so a large mean does no harm.
    Layer normalization, arXiv 1607.06450.

    * (C1) x has a last dimension.
    * (C2) weight and bias have its size.
    * (C3) `eps` is not negative.

    Law: before weight and bias a row has mean 0 and variance v / (v + eps).

    ```mlir
    %y = gyre.layer_norm %x, %w, %b {eps = 1.0e-6}
        : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>
    ```
  }];
}

def Gyre_RmsNormOp : Gyre_NormOp<"rms_norm"> {
  let summary = "rows with root mean square 1, then scaled";
  let description = [{
    ```
    y[.., i] = x[.., i] / sqrt(mean_j x[.., j]^2 + eps) * weight[i] + bias[i]
    ```

    along the last dimension; weight and bias are optional. RMSNorm,
    arXiv 1910.07467 (which has no bias).

    * (C1) x has a last dimension.
    * (C2) weight and bias have its size.
    * (C3) `eps` is not negative.

    ```mlir
    %y = gyre.rms_norm %x, %w : tensor<?x?x64xf32>, tensor<64xf32>
    ```
  }];
}

def Gyre_GroupNormOp
    : Gyre_NamedOp<"group_norm", [InferTypeOpAdaptor, AttrSizedOperandSegments]> {
  let summary = "layer norm over groups of channels and their positions";
  let description = [{
    x is [B, C, ..]; channels fall into `groups` groups of C / groups
    neighbours. Mean and variance are taken over a group's channels and all
    positions; weight and bias (optional) are [C]. Group normalization,
    arXiv 1803.08494.

    ```
    y[b, c, ..] = (x[b, c, ..] - m[b, g]) / sqrt(v[b, g] + eps) * weight[c] + bias[c]
    ```

    * (C1) x has at least two dimensions and C is known.
    * (C2) `groups` divides C.
    * (C3) weight and bias have the size C.
    * (C4) `eps` is not negative.

    ```mlir
    %y = gyre.group_norm %x, %w, %b {groups = 8}
        : tensor<?x32x?x?xf32>, tensor<32xf32>, tensor<32xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x,
    Optional<Gyre_FloatTensor>:$weight, Optional<Gyre_FloatTensor>:$bias,
    I64Attr:$groups, DefaultValuedAttr<F64Attr, "1e-5">:$eps);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = [{
    $x (`,` $weight^ (`,` $bias^)?)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

class Gyre_ActivationOp<string mnemonic>
    : Gyre_NamedOp<mnemonic, [SameOperandsAndResultType]> {
  let arguments = (ins Gyre_FloatTensor:$x);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Gyre_SigmoidOp : Gyre_ActivationOp<"sigmoid"> {
  let summary = "1 / (1 + e^-x)";
  let description = [{
    ```
    y = 1 / (1 + e^-x)
    ```
    ```mlir
    %y = gyre.sigmoid %x : tensor<?x64xf32>
    ```
  }];
}

def Gyre_SiluOp : Gyre_ActivationOp<"silu"> {
  let summary = "x times its sigmoid (swish)";
  let description = [{
    ```
    y = x / (1 + e^-x)
    ```

    0 for -infinity. arXiv 1702.03118.

    ```mlir
    %y = gyre.silu %x : tensor<?x64xf32>
    ```
  }];
}

def Gyre_SoftplusOp : Gyre_ActivationOp<"softplus"> {
  let summary = "ln(1 + e^x), a smooth max(x, 0)";
  let description = [{
    ```
    y = ln(1 + e^x)
    ```

    Neither overflows for large x nor vanishes for x down to -87, where y = e^x.

    ```mlir
    %y = gyre.softplus %x : tensor<?x64xf32>
    ```
  }];
}

def Gyre_GeluOp : Gyre_NamedOp<"gelu", [SameOperandsAndResultType]> {
  let summary = "x times the normal distribution function";
  let description = [{
    ```
    erf:   y = x (1 + erf(x / sqrt 2)) / 2
    tanh:  y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
    ```

    as `form` says. 0 for -infinity. arXiv 1606.08415.

    ```mlir
    %y = gyre.gelu %x {form = "tanh"} : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$x,
    DefaultValuedStrAttr<Gyre_Choice<["erf", "tanh"]>, "erf">:$form);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Gyre_EmbeddingOp : Gyre_NamedOp<"embedding", [InferTypeOpAdaptor]> {
  let summary = "rows of a table by number";
  let description = [{
    ```
    y[.., d] = table[ids[..], d]   where 0 <= ids[..] < V
    y[.., d] = 0                   elsewhere
    ```

    table is [V, D], the result [.., D]. It is also the look-up of codes in a
    codebook.

    * (C1) table has two dimensions and is not empty.

    ```mlir
    %y = gyre.embedding %table, %ids : tensor<1000x64xf32>, tensor<?x?xi32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$table, Gyre_IntTensor:$ids);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$table `,` $ids attr-dict `:` type(operands)";
}

def Gyre_CrossEntropyOp : Gyre_NamedOp<"cross_entropy", [InferTypeOpAdaptor]> {
  let summary = "the surprise of labels under a softmax of logits";
  let description = [{
    ```
    y[..] = ln sum_j exp(logits[.., j]) - logits[.., labels[..]]
    ```

    logits are [.., C], labels and the result [..]. A label outside of [0, C)
    is ignored: its loss is 0.

    * (C1) logits have one dimension more than labels, and agree with them in
      the others.

    Law: a row of equal logits has the loss ln C.

    ```mlir
    %y = gyre.cross_entropy %logits, %labels : tensor<?x10xf32>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Gyre_FloatTensor:$logits, Gyre_IntTensor:$labels);
  let results = (outs Gyre_FloatTensor:$result);
  let assemblyFormat = "$logits `,` $labels attr-dict `:` type(operands)";
}

#endif // GYRE_NN_TD
