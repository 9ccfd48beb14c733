// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rotary frequencies and the recipes that stretch them for contexts longer
// than a model was trained on.

#ifndef GYRE_DIALECT_OPS_FREQUENCYSCALING_H
#define GYRE_DIALECT_OPS_FREQUENCYSCALING_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"

namespace mlir::gyre {

/// A pair's place in a run of `count` pairs over which exponents go from 0
/// towards 1: its frequency is base^(-index / count), in radians a position.
struct PairPlace {
  int64_t index, count;
};

/// A recipe as Hugging Face configurations spell it in "rope_scaling".
class FrequencyScaling {
public:
  /// No scaling where `recipe` is null.
  static FailureOr<FrequencyScaling>
  parse(DictionaryAttr recipe, int64_t pairs,
        function_ref<InFlightDiagnostic()> emitError);

  /// Whether frequencies are others in long sequences.
  bool dependsOnLength() const;
  /// Whether it changes nothing.
  bool isIdentity() const;
  /// What cosines and sines are multiplied with.
  double getAttentionFactor() const;
  /// The frequency of a pair in a sequence of `length` tokens.
  double getFrequency(double base, PairPlace pair, double length) const;
  /// Whether it divides by the logarithm of the base.
  bool needsLargeBase() const { return kind == "yarn"; }
  /// The length that frequencies don't depend on up to it.
  double getTrainedLength() const { return trained; }

  /// Of a dynamic recipe in a longer sequence: pair i's frequency in a short
  /// one times stretch^getExponent(i), stretch = getStretch(length).
  double getExponent(PairPlace pair) const;
  double getFactor() const { return factor; }
  bool isDynamicNTK() const { return kind == "dynamic"; }

private:
  double getYarnFrequency(double base, PairPlace pair) const;

  std::string kind = "default";
  double factor = 1, trained = 0, low = 1, high = 4;
  double betaFast = 32, betaSlow = 1, partial = 1;
  bool truncate = true;
  std::optional<double> attentionFactor, mscale, mscaleAllDim;
  SmallVector<double> shortFactors, longFactors;
};

} // namespace mlir::gyre

#endif // GYRE_DIALECT_OPS_FREQUENCYSCALING_H
