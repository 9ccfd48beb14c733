// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model of examples/digits, and what PyTorch computed from the same weights.

#ifndef GYRE_TESTS_EXAMPLES_MODEL_H
#define GYRE_TESTS_EXAMPLES_MODEL_H

#include "runtime/Safetensors.h"
#include "support/Compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace digits {

/// A file of stored activations.
class Stored {
public:
  explicit Stored(const std::string &model) {
    std::ifstream file(DIGITS "/activations/" + model + ".safetensors",
                       std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
    gyre::Message message(nullptr);
    auto *data = reinterpret_cast<const unsigned char *>(bytes.data());
    REQUIRE(table.read(data, bytes.size(), message) == GYRE_SUCCESS);
  }

  template <typename T> std::vector<T> get(const char *name) const {
    const gyre::Tensor *tensor = table.find(name);
    INFO(std::string(name));
    REQUIRE(tensor);
    REQUIRE(tensor->type == (std::is_same_v<T, float> ? "F32" : "I32"));
    std::vector<T> values((tensor->end - tensor->begin) / sizeof(T));
    std::memcpy(values.data(),
                bytes.data() + table.dataOffset() + tensor->begin,
                tensor->end - tensor->begin);
    return values;
  }

private:
  std::string bytes;
  gyre::TensorTable table;
};

using Floats = std::vector<float>;

/// PyTorch sums in another order and rounds its own way: a thousandth of the
/// largest value is far from that, and far from any mistake.
inline void expectClose(const char *what, const Floats &actual,
                 const Floats &expected) {
  double largest = 0;
  for (float value : expected)
    largest = std::max(largest, std::fabs(double(value)));
  test::expectNear(what, actual, expected, 1e-3 * largest);
}

/// A model: its weights, and what is stored of it. Of a batch of `n` images.
template <typename Weights> struct Model {
  using Bind = int32_t (*)(Weights *, const char *, gyre_call *);
  Model(const std::string &name, Bind bind, const char *input)
      : stored(name), n(stored.get<float>(input).size() / 64) {
    std::string file = DIGITS "/weights/" + name + ".safetensors";
    REQUIRE(bind(&weights, file.c_str(), nullptr) == GYRE_SUCCESS);
  }
  ~Model() { gyre_weights_unbind(&weights.mapping); }

  /// The result, of `count` elements, of a function of this model.
  template <typename T = float, typename F, typename... Arguments>
  std::vector<T> call(F *function, int64_t count,
                      Arguments... arguments) const {
    std::vector<T> result(count, T(-77));
    REQUIRE(function(&weights, arguments..., result.data(), n, nullptr) ==
            GYRE_SUCCESS);
    return result;
  }

  Floats get(const char *name) const { return stored.get<float>(name); }
  void expect(const char *name, const Floats &actual) const {
    expectClose(name, actual, get(name));
  }

  Stored stored;
  int64_t n;
  Weights weights = {};
};

} // namespace digits

#endif // GYRE_TESTS_EXAMPLES_MODEL_H
