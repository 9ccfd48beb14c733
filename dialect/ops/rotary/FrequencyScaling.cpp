// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The recipes: each turns a pair's frequency into another.

#include "dialect/ops/rotary/FrequencyScaling.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <numbers>

using namespace mlir;
using namespace mlir::gyre;

static constexpr StringLiteral kinds[] = {"default", "linear",      "ntk",
                                          "dynamic", "yarn",        "longrope",
                                          "llama3",  "proportional"};

FailureOr<FrequencyScaling>
FrequencyScaling::parse(DictionaryAttr recipe, int64_t pairs,
                        function_ref<InFlightDiagnostic()> emitError) {
  FrequencyScaling scaling;
  if (!recipe)
    return scaling;
  auto name = recipe.getAs<StringAttr>("rope_type");
  if (!name || !llvm::is_contained(kinds, name.getValue())) { // (C7)
    InFlightDiagnostic diag = emitError() << "expected rope_type to be one of ";
    llvm::interleaveComma(kinds, diag);
    if (name)
      diag << ", got " << name;
    return diag;
  }
  scaling.kind = name.str();

  // What the recipe has to say, and what it may say.
  SmallVector<StringRef> required, optional;
  if (llvm::is_contained({"linear", "ntk", "dynamic", "yarn", "llama3"},
                         scaling.kind))
    required.push_back("factor");
  if (llvm::is_contained({"dynamic", "yarn", "longrope", "llama3"},
                         scaling.kind))
    required.push_back("original_max_position_embeddings");
  if (scaling.kind == "llama3")
    required.append({"low_freq_factor", "high_freq_factor"});
  if (scaling.kind == "proportional") {
    required.push_back("partial_rotary_factor");
    optional.push_back("factor");
  }
  if (scaling.kind == "longrope") {
    required.append({"short_factor", "long_factor"});
    optional.append({"factor", "attention_factor"});
  }
  if (scaling.kind == "yarn")
    optional.append({"attention_factor", "mscale", "mscale_all_dim",
                     "beta_fast", "beta_slow", "truncate"});
  for (StringRef key : required)
    if (!recipe.get(key)) // (C7)
      return emitError() << "expected rope_type " << name << " to come with "
                         << key;

  for (NamedAttribute entry : recipe) {
    StringRef key = entry.getName();
    if (key == "rope_type")
      continue;
    if (!llvm::is_contained(required, key) &&
        !llvm::is_contained(optional, key)) // (C7)
      return emitError() << "expected no " << key << " with rope_type " << name;
    Attribute value = entry.getValue();
    if (key == "short_factor" || key == "long_factor") {
      auto list = dyn_cast<DenseF64ArrayAttr>(value);
      if (!list || list.size() != pairs ||
          !llvm::all_of(list.asArrayRef(), [](double f) {
            return f > 0 && std::isfinite(f);
          })) // (C7)
        return emitError() << "expected " << key << " to be array<f64: ..> of "
                           << pairs << " positive numbers, got " << value;
      (key == "short_factor" ? scaling.shortFactors : scaling.longFactors)
          .assign(list.asArrayRef().begin(), list.asArrayRef().end());
      continue;
    }
    if (key == "truncate") {
      auto flag = dyn_cast<BoolAttr>(value);
      if (!flag) // (C7)
        return emitError() << "expected truncate to be true or false, got "
                           << value;
      scaling.truncate = flag.getValue();
      continue;
    }
    double number = -1;
    if (auto real = dyn_cast<FloatAttr>(value))
      number = real.getValueAsDouble();
    else if (auto whole = dyn_cast<IntegerAttr>(value);
             whole && !isa<BoolAttr>(value))
      number = static_cast<double>(whole.getInt());
    bool mayBeZero = key == "mscale" || key == "mscale_all_dim";
    if (!std::isfinite(number) || number < 0 ||
        (number == 0 && !mayBeZero)) // (C7)
      return emitError() << "expected " << key
                         << " to be a positive number, got " << value;
    if (key == "factor")
      scaling.factor = number;
    else if (key == "original_max_position_embeddings")
      scaling.trained = number;
    else if (key == "low_freq_factor")
      scaling.low = number;
    else if (key == "high_freq_factor")
      scaling.high = number;
    else if (key == "partial_rotary_factor")
      scaling.partial = number;
    else if (key == "attention_factor")
      scaling.attentionFactor = number;
    else if (key == "mscale")
      scaling.mscale = number;
    else if (key == "mscale_all_dim")
      scaling.mscaleAllDim = number;
    else if (key == "beta_fast")
      scaling.betaFast = number;
    else
      scaling.betaSlow = number;
  }
  if (scaling.kind != "longrope" && scaling.factor < 1) // (C7)
    return emitError() << "expected a factor of at least 1, got "
                       << scaling.factor;
  if (scaling.trained != 0 && scaling.trained <= 1) // (C7)
    return emitError() << "expected original_max_position_embeddings above 1, "
                          "got "
                       << scaling.trained;
  if (scaling.kind == "llama3" && scaling.low >= scaling.high) // (C7)
    return emitError() << "expected low_freq_factor to be below "
                          "high_freq_factor, got "
                       << scaling.low << " and " << scaling.high;
  return scaling;
}

bool FrequencyScaling::dependsOnLength() const {
  return kind == "longrope" || kind == "dynamic";
}

bool FrequencyScaling::isIdentity() const {
  if (kind == "proportional")
    return partial >= 1 && factor == 1;
  return kind != "longrope" && factor == 1 && getAttentionFactor() == 1;
}

double FrequencyScaling::getAttentionFactor() const {
  if (attentionFactor)
    return *attentionFactor;
  if (kind == "longrope")
    return factor <= 1 ? 1.0
                       : std::sqrt(1 + std::log(factor) / std::log(trained));
  if (kind != "yarn" || factor <= 1)
    return 1;
  auto temperature = [&](double m) { return 0.1 * m * std::log(factor) + 1; };
  // DeepSeek's pair of scales; each counts where it is not 0.
  if (mscale.value_or(0) != 0 && mscaleAllDim.value_or(0) != 0)
    return temperature(*mscale) / temperature(*mscaleAllDim);
  return temperature(1);
}

double FrequencyScaling::getExponent(PairPlace pair) const {
  // base * stretch^(d / (d - 2)) for d = 2 count, to the power -index / count.
  if (pair.index == 0)
    return 0;
  return -static_cast<double>(pair.index) / (pair.count - 1);
}

double FrequencyScaling::getYarnFrequency(double base, PairPlace pair) const {
  double dims = 2.0 * pair.count;
  auto turnsAt = [&](double turns) {
    return dims * std::log(trained / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(base));
  };
  double first = turnsAt(betaFast), last = turnsAt(betaSlow);
  if (truncate) {
    first = std::floor(first);
    last = std::ceil(last);
  }
  first = std::max(first, 0.0);
  last = std::min(last, dims - 1);
  if (first == last)
    last += 0.001;
  double ramp = std::clamp((pair.index - first) / (last - first), 0.0, 1.0);
  double plain = std::pow(base, -static_cast<double>(pair.index) / pair.count);
  return plain / factor * ramp + plain * (1 - ramp);
}

double FrequencyScaling::getFrequency(double base, PairPlace pair,
                                      double length) const {
  double plain = std::pow(base, -static_cast<double>(pair.index) / pair.count);
  if (kind == "linear")
    return plain / factor;
  if (kind == "ntk")
    return plain * std::pow(factor, getExponent(pair));
  if (kind == "dynamic") {
    double stretch =
        factor * std::max(length, trained) / trained - (factor - 1);
    return plain * std::pow(stretch, getExponent(pair));
  }
  if (kind == "yarn")
    return getYarnFrequency(base, pair);
  if (kind == "longrope")
    return plain / (length > trained ? longFactors : shortFactors)[pair.index];
  if (kind == "proportional")
    return pair.index < std::floor(partial * pair.count) ? plain / factor : 0.0;
  if (kind == "llama3") {
    double wavelength = 2 * std::numbers::pi / plain;
    if (wavelength > trained / low)
      return plain / factor;
    if (wavelength < trained / high)
      return plain;
    double smooth = (trained / wavelength - low) / (high - low);
    return (1 - smooth) * plain / factor + smooth * plain;
  }
  return plain;
}
