// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef GYRE_STRUCTURES_CONTRACTREDUCE_TD
#define GYRE_STRUCTURES_CONTRACTREDUCE_TD

include "dialect/structures/Structures.td"

def Gyre_ContractReduceOp : Gyre_StructureOp<"contract_reduce"> {
  let summary = "folds tiles of matrix products that never exist as a whole";
  let description = [{
    Forms scores by contracting pairs of operands, tile by tile, passes each
    score through a region, and folds the scores along the `reduction`
    dimension into the states of a `gyre.reduce`. Payloads are summed with the
    weights of these states. Attention is the example to have in mind.

    ```
    for each row i (parallel), with s = init(), P_p[e] = 0:
      for each column j (reduction), start(i) <= j < limit(i):
        a_k = sum over c (contraction) of lhs_k[i, c] * rhs_k[j, c]
        x   = score(a_0 .. a_{n-1}, elements[i, j])
        s   = step(x, s)
        P_p[e] = P_p[e] * factor + weight_p * payload_p[j, e]
      r = finish(s)
      row results[i] = r[0], r[1], ...
      payload results[i, e] = apply(row elements[i], P_0[e] .., r)
    ```

    Inputs, in this order: the n = `contractions` pairs lhs_k, rhs_k; then the
    elements (any map over parallel and reduction dimensions: masks, biases,
    norms); then the payloads, one for each entry of `rides`; then the last
    `bounds` inputs, integers over parallel dimensions without e, which only
    the limits see. Payload p is summed with the weight of state `rides[p]`, a
    sum state as `gyre.reduce` defines it, and rescaled with it. A payload's
    own dimension e is parallel and stands in no score operand.

    Inits: row results (maps over parallel dimensions without e), then payload
    results.

    `start` and `limit` bound the reduction dimension: affine maps of all
    dimensions (that of columns is 0 there), of which the greatest result is
    the first column of a row and the least one the end of its columns. Their
    symbols are the `limit_operands`, then the row's values of the bounds.
    Columns outside are never formed: whole tiles of them cost nothing, and
    what stands there may be NaN. Neither decreases along rows; where bounds
    do, the row has the columns of some tile around it. No map means no bound
    on that side. This is how masks that are causal, windows, padding and
    sequences packed one behind the other come.

    Without a reduction dimension (j parallel, no states, `init` to `apply`
    absent) the values of `score` are the results: a matrix product with its
    epilogue.

    Narrow numbers with scales are widened as they are read: a region `right`
    makes the right operand of the first contraction, of rhs_0 and of some of
    the last inputs, a region `payload` the first payload, of what is stored and
    of the last inputs behind these. Weights of a product are an example, a
    cache of keys and values another.

    Block arguments: `right(element of rhs_0, elements of its inputs)`,
    `payload(element of payload_0, elements of its inputs)`, `score(products, elements)`, `init()`, `step(scores,
    states)`, `merge(states, states)`, `finish(states)`, `apply(payload sums,
    finished)`. Regions compute in f32; a weight may be rounded to the type of
    the payload that it meets. The laws of `gyre.reduce` hold, and the
    order of sums over the contraction and reduction dimensions is free.

    A row without any column has the states of `init`.

    * (C1) loops are parallel, contractions, and one reduction where there are
      states; none where there are not.
    * (C2) there are inputs for all contractions, payloads and bounds, and for
      what `right` takes.
    * (C3) `start` and `limit` have a result, all loops as dimensions, and a
      symbol for each limit operand and bound, of which there is none without
      them; they divide by positive constants, and don't decrease along a parallel
      dimension.
    * (C4) bounds are integers and values of a row.
    * (C5) payloads ride on sums: on states from `pivot` on.
    * (C6) `payload` has a payload to make, a float.
    * (C7) `finish` yields a value for each row result, of its type.
  }];
  let arguments = (ins
    Variadic<AnyShaped>:$inputs, Variadic<AnyShaped>:$inits,
    Variadic<Index>:$offsets, Variadic<Index>:$limit_operands,
    AffineMapArrayAttr:$indexing_maps, StrArrayAttr:$iterator_types,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$contractions,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$rides,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$pivot,
    OptionalAttr<AffineMapAttr>:$limit, OptionalAttr<AffineMapAttr>:$start,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$bounds);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region MaxSizedRegion<1>:$right, MaxSizedRegion<1>:$payload,
    SizedRegion<1>:$score,
    MaxSizedRegion<1>:$init, MaxSizedRegion<1>:$step, MaxSizedRegion<1>:$merge,
    MaxSizedRegion<1>:$finish, MaxSizedRegion<1>:$apply);
  let assemblyFormat = [{
    attr-dict `ins` `(` $inputs `:` type($inputs) `)`
    `outs` `(` $inits `:` type($inits) `)` (`offsets` `(` $offsets^ `)`)?
    (`limited` `(` $limit_operands^ `)`)?
    (`right` $right^)? (`payload` $payload^)? `score` $score
    (`init` $init^ `step` $step `merge` $merge `finish` $finish)?
    (`apply` $apply^)? (`->` type($results)^)?
  }];
  let extraClassDeclaration = [{
    unsigned getNumPayloads() { return getRides().size(); }
    unsigned getNumElements() {
      return getFirstPayload() - 2 * getContractions();
    }
    /// The region that makes an input as it is read (null where it is read as
    /// it is stored), with the first and the number of the other inputs that it
    /// sees.
    struct Reading { Region *region; unsigned first, count; };
    Reading getReading(unsigned input);
    /// What an input's elements are where they are read.
    Type getReadType(unsigned input);
    /// The last inputs, which only `right` and `payload` see.
    unsigned getNumReadings();
    /// The first input that is a payload, and the first that is a bound.
    unsigned getFirstPayload() { return getFirstBound() - getNumPayloads(); }
    unsigned getFirstReading() {
      return getInputs().size() - getNumReadings();
    }
    unsigned getFirstBound() {
      return getFirstReading() - getBounds();
    }
    /// No states: the values of `score` are the results.
    bool isPlainProduct() { return getStep().empty(); }
    unsigned getNumStates() {
      return isPlainProduct() ? 0 : getInit().front().getTerminator()->getNumOperands();
    }
    /// Row results come first among the inits.
    unsigned getNumRowResults();
    /// The loop dimension that is folded (or, in a plain product, the
    /// parallel dimension of the columns).
    unsigned getColumnDim();
  }];
  let extraClassDefinition = structureMethods;
}

#endif // GYRE_STRUCTURES_CONTRACTREDUCE_TD
