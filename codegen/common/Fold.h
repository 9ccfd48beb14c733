// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The regions of a fold (gyre.reduce, and gyre.contract_reduce over its
// scores), and the parts of `step` that rescaling needs.

#ifndef GYRE_CODEGEN_COMMON_FOLD_H
#define GYRE_CODEGEN_COMMON_FOLD_H

#include "codegen/common/Regions.h"

namespace mlir::gyre {

/// For regions that don't ask for positions.
inline Value noIndex(unsigned) { return {}; }

/// With `pivot` leads, a sum is folded as
///
///     s' = s * factor(old leads, new leads) + weight(new leads, element)
///
/// and both parts are slices of `step` that the constructor finds by data
/// flow. All methods clone at the insertion point, for scalars or vectors as
/// the arguments are.
class Fold {
public:
  /// `numElements` is how many arguments of `step` come before the states.
  /// Without leads, the states in `rides` have to be sums too.
  static FailureOr<Fold> match(Operation *op, Region &init, Region &step,
                               Region &merge, Region &finish,
                               unsigned numElements, unsigned pivot,
                               ArrayRef<int64_t> rides = {});

  unsigned getNumStates() const { return numStates; }
  unsigned getNumLeads() const { return pivot; }
  unsigned getNumSums() const { return pivot ? numStates - pivot : 0; }
  /// Whether `state` is known to be a sum of weights.
  bool isSum(unsigned state) const {
    return state >= pivot && state - pivot < weights.size() &&
           weights[state - pivot];
  }
  /// The types of the states as scalars.
  SmallVector<Type> getStateTypes() const;

  SmallVector<Value> init(OpBuilder &b) const;
  /// `init` as vectors of `width` lanes.
  SmallVector<Value> init(OpBuilder &b, int64_t width) const;
  SmallVector<Value> step(OpBuilder &b, ValueRange elements, ValueRange states,
                          IndexFn index, Value mask = {}) const;
  SmallVector<Value> merge(OpBuilder &b, ValueRange a, ValueRange other) const;
  SmallVector<Value> finish(OpBuilder &b, ValueRange states,
                            IndexFn index = noIndex) const;

  /// The leads alone, of `step` and of `merge`.
  SmallVector<Value> stepLeads(OpBuilder &b, ValueRange elements,
                               ValueRange leads, IndexFn index,
                               Value mask = {}) const;
  SmallVector<Value> mergeLeads(OpBuilder &b, ValueRange leads,
                                ValueRange others) const;
  /// What sum `sum` (counted from 0 after the leads) is multiplied with when
  /// the leads change; null where nothing is.
  Value factor(OpBuilder &b, unsigned sum, ValueRange oldLeads,
               ValueRange newLeads) const;
  /// What an element adds to sum `sum` under leads that it has had its say in.
  Value weight(OpBuilder &b, unsigned sum, ValueRange elements,
               ValueRange leads, IndexFn index, Value mask = {}) const;

  /// Folds the lanes of `states` into scalars, with `merge` on halves.
  SmallVector<Value> mergeLanes(OpBuilder &b, ValueRange states) const;
  SmallVector<Value> mergeLeadLanes(OpBuilder &b, ValueRange leads) const;

private:
  Fold(Region &init, Region &step, Region &merge, Region &finish,
       unsigned numElements, unsigned pivot);

  Region *initRegion, *stepRegion, *mergeRegion, *finishRegion;
  unsigned numElements, numStates, pivot;
  /// Values of `step`, one for each state after the leads. A factor is null
  /// where it is 1, a weight where the state isn't used as a sum.
  SmallVector<Value> factors, weights;
};

/// Folds the lanes of vectors into scalars by xor shuffles, calling `merge` on
/// the halves that meet; all lanes of one call have equal weight.
SmallVector<Value>
foldLanes(OpBuilder &b, Location loc, ValueRange vectors,
          function_ref<SmallVector<Value>(ValueRange, ValueRange)> merge);

/// Lane-wise choice of `taken` where `mask` holds, of `kept` elsewhere; all of
/// `taken` without a mask.
SmallVector<Value> selectLanes(OpBuilder &b, Location loc, Value mask,
                               ValueRange taken, ValueRange kept);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_FOLD_H
