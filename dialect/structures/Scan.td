// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef GYRE_STRUCTURES_SCAN_TD
#define GYRE_STRUCTURES_SCAN_TD

include "dialect/structures/Structures.td"

def Gyre_ScanOp : Gyre_StructureOp<"scan"> {
  let summary = "carries states along one dimension";
  let description = [{
    Walks along the one `carried` dimension with states that live at each
    point of the `parallel` and `state` dimensions. For each parallel point:

    ```
    h[n] = initial states, for each state point n
    for each t along the carried dimension (from the end with `reverse`):
      p      = sum over n of probe(elements[t, n], h[n])
      h[n], c[n] = step(elements[t, n], p, h[n])
      outputs[t] = output(elements[t], sum over n of c[n])
    final states = h[n]
    ```

    The first inits are the states: their maps name parallel and state
    dimensions, their values are the initial states and their results the
    final ones. The other inits are the outputs: their maps name parallel
    dimensions and the carried one.

    `step` yields the new states, then the contributions. `probe` may be
    absent. `probe` and `step` see all inputs; `output` sees the inputs whose
    maps lack state dimensions, in order, then the sums. Terms that don't
    depend on the state point (a skip connection, a gate) belong in `output`,
    else they would be added once a state element.

    Block arguments: `probe(elements, states)`, `step(elements, probes,
    states)`, `output(row elements, sums)`. Regions compute in f32.

    The order of the sums over state dimensions is free. Where `step` is affine
    in its only state, s' = s f + w, steps may be composed before they meet the
    state, if that gives finite numbers.

    * (C1) loops are parallel and states, and one is carried.
    * (C2) states come before outputs, and there is one at least.
    * (C3) the map of an output names no state dimension.
    * (C4) `step` yields the states before the contributions.

    ```mlir
    // h_t = a_t h_{t-1} + b_t, y_t = h_t
    %last, %y = gyre.scan {
        indexing_maps = [affine_map<(c, t) -> (c, t)>, affine_map<(c, t) -> (c, t)>,
                         affine_map<(c, t) -> (c)>, affine_map<(c, t) -> (c, t)>],
        iterator_types = ["parallel", "carried"]}
      ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>)
      outs(%h0, %empty : tensor<?xf32>, tensor<?x?xf32>)
      step {
      ^bb0(%at: f32, %bt: f32, %h: f32):
        %0 = arith.mulf %at, %h : f32
        %1 = arith.addf %0, %bt : f32
        gyre.yield %1, %1 : f32, f32
      } output {
      ^bb0(%at: f32, %bt: f32, %sum: f32):
        gyre.yield %sum : f32
      } -> tensor<?xf32>, tensor<?x?xf32>
    ```
  }];
  let arguments = (ins
    Variadic<AnyShaped>:$inputs, Variadic<AnyShaped>:$inits,
    Variadic<Index>:$offsets,
    AffineMapArrayAttr:$indexing_maps, StrArrayAttr:$iterator_types,
    UnitAttr:$reverse);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region MaxSizedRegion<1>:$probe, SizedRegion<1>:$step,
    SizedRegion<1>:$output);
  let assemblyFormat = [{
    (`reverse` $reverse^)? attr-dict
    `ins` `(` ($inputs^ `:` type($inputs))? `)`
    `outs` `(` $inits `:` type($inits) `)` (`offsets` `(` $offsets^ `)`)?
    (`probe` $probe^)? `step` $step `output` $output
    (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    /// States come first among the inits.
    unsigned getNumStates();
    unsigned getCarriedDim();
    /// f and w where `step` is s' = s f + w with one state, no state dimension
    /// and no probe; neither depends on s. f is null for 1, w for 0.
    std::optional<std::pair<::mlir::Value, ::mlir::Value>> getAffineStep();
  }];
  let extraClassDefinition = structureMethods;
}

#endif // GYRE_STRUCTURES_SCAN_TD
