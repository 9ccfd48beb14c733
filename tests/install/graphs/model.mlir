// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A graph of an outside project.

func.func @pick(%logits: tensor<?x?xf32> {gyre.dims = ["B", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["B", "N"], gyre.name = "probabilities"}) {
  %0 = gyre.softmax %logits : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
