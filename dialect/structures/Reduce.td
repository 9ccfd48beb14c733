// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef GYRE_STRUCTURES_REDUCE_TD
#define GYRE_STRUCTURES_REDUCE_TD

include "dialect/structures/Structures.td"

def Gyre_ReduceOp : Gyre_StructureOp<"reduce"> {
  let summary = "folds rows into several coupled states";
  let description = [{
    Folds the elements along the `reduction` dimensions into states, one tuple
    of states for each point of the `parallel` dimensions.

    ```
    s = init()
    for each element j of the row:  s = step(elements[j], s)
    r = finish(s)
    row results = r[0], r[1], ...
    for each element j of the row:  full results[j] = apply(elements[j], w[j], r)
    ```

    An input whose map lacks the reduction dimensions is a value of the row. An
    init whose map lacks them is a *row result* and takes the values of
    `finish` in order; one whose map has them is a *full result* and takes the
    values of `apply` in order; row results come first. `finish` may yield more
    values than there are row results: they are seen by `apply` only.

    `merge` combines the states of two parts of a row. With `pivot = n` the
    first n states *lead* and each other state is a sum that may be rescaled to
    a later lead: `s' = s * factor(old leads, new leads) + weight(new leads,
    element)`. `apply` gets the weight of each such sum, at the final leads,
    between the elements and the values of `finish`; with `pivot = 0` it gets
    none.

    Block arguments: `init()`, `step(elements, states)`,
    `merge(states, states)`, `finish(states)`, `apply(elements, weights,
    finished)`. Regions compute in f32 (elements of narrower float types are
    widened before, results narrowed after); `gyre.index` gives positions.

    Emitters rely on these laws, which the verifier can't prove and the tests
    of an operator check on random data: `merge` is commutative and agrees with
    `step`; `init` is neutral; leads are idempotent. Elements may be dealt to
    several states and merged in any way; each of these states meets its own
    in increasing order, so a `step` may leave a tie to the earlier one, but
    `merge` has to compare positions.

    * (C1) loops are parallel and reductions.
    * (C2) row results come before full results.
    * (C3) `pivot` is 0 or less than the number of states.
    * (C4) `finish` yields a value for each row result, of its type.
    * (C5) there is a region `apply` where there is a full result, and only there.

    ```mlir
    // softmax(x)[i, j] = exp(x[i, j] - max_k x[i, k]) / sum_k exp(x[i, k] - max)
    %y = gyre.reduce {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "reduction"], pivot = 1}
      ins(%x : tensor<?x?xf32>) outs(%empty : tensor<?x?xf32>)
      init {
        %m = arith.constant 0xFF800000 : f32
        %s = arith.constant 0.0 : f32
        gyre.yield %m, %s : f32, f32
      } step {
      ^bb0(%e: f32, %m: f32, %s: f32):
        %n = arith.maxnumf %m, %e : f32
        ...
    ```
  }];
  let arguments = (ins
    Variadic<AnyShaped>:$inputs, Variadic<AnyShaped>:$inits,
    Variadic<Index>:$offsets,
    AffineMapArrayAttr:$indexing_maps, StrArrayAttr:$iterator_types,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$pivot);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$init, SizedRegion<1>:$step,
    SizedRegion<1>:$merge, SizedRegion<1>:$finish,
    MaxSizedRegion<1>:$apply);
  let assemblyFormat = [{
    attr-dict `ins` `(` ($inputs^ `:` type($inputs))? `)`
    `outs` `(` $inits `:` type($inits) `)` (`offsets` `(` $offsets^ `)`)?
    `init` $init `step` $step `merge` $merge `finish` $finish
    (`apply` $apply^)? (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    /// Row results come first among the inits.
    unsigned getNumRowResults();
    unsigned getNumStates() { return getInit().front().getTerminator()->getNumOperands(); }
  }];
  let extraClassDefinition = structureMethods;
}

#endif // GYRE_STRUCTURES_REDUCE_TD
