// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three models of examples/digits against what PyTorch computed from the
// same weights: stored inputs, noise and outputs.

#include "classifier.h"
#include "denoiser.h"
#include "tokenizer.h"

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

namespace {

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

/// Weights of a model, bound to its file.
template <typename Weights> class Bound {
public:
  using Bind = int32_t (*)(Weights *, const char *, gyre_call *);
  Bound(Bind bind, const char *file) {
    REQUIRE(bind(&weights, file, nullptr) == GYRE_SUCCESS);
  }
  ~Bound() { gyre_weights_unbind(&weights.mapping); }
  const Weights *get() const { return &weights; }

private:
  Weights weights = {};
};

/// PyTorch sums in another order and rounds its own way: a thousandth of the
/// largest value is far from that, and far from any mistake.
void expectClose(const char *what, const std::vector<float> &actual,
                 const std::vector<float> &expected) {
  double largest = 0;
  for (float value : expected)
    largest = std::max(largest, std::fabs(double(value)));
  test::expectNear(what, actual, expected, 1e-3 * largest);
}

} // namespace

TEST_CASE("digits: the classifier computes what PyTorch computes") {
  Stored stored("classifier");
  Bound<classifier_weights> weights(classifier_weights_bind,
                                    DIGITS "/weights/classifier.safetensors");
  std::vector<float> images = stored.get<float>("images");
  std::vector<float> logits(images.size() / 64 * 10, NAN);
  REQUIRE(classify(weights.get(), images.data(), logits.data(),
                   images.size() / 64, nullptr) == GYRE_SUCCESS);
  expectClose("logits", logits, stored.get<float>("logits"));
}

TEST_CASE("digits: the tokenizer computes what PyTorch computes") {
  Stored stored("tokenizer");
  Bound<tokenizer_weights> weights(tokenizer_weights_bind,
                                   DIGITS "/weights/tokenizer.safetensors");
  std::vector<float> images = stored.get<float>("images");
  int64_t n = images.size() / 64;
  std::vector<int32_t> indices(n * 16, -1);
  REQUIRE(encode(weights.get(), images.data(), indices.data(), n, nullptr) ==
          GYRE_SUCCESS);
  CHECK(indices == stored.get<int32_t>("indices"));
  std::vector<float> rebuilt(images.size(), NAN);
  REQUIRE(decode(weights.get(), indices.data(), rebuilt.data(), n, nullptr) ==
          GYRE_SUCCESS);
  expectClose("reconstruction", rebuilt, stored.get<float>("reconstruction"));
}

TEST_CASE("digits: the denoiser computes what PyTorch computes") {
  Stored stored("denoiser");
  Bound<denoiser_weights> weights(denoiser_weights_bind,
                                  DIGITS "/weights/denoiser.safetensors");
  std::vector<float> noisy = stored.get<float>("noisy");
  std::vector<float> images(noisy.size(), NAN);
  REQUIRE(denoise(weights.get(), noisy.data(),
                  stored.get<float>("sigma").data(),
                  stored.get<int32_t>("labels").data(), images.data(),
                  noisy.size() / 64, nullptr) == GYRE_SUCCESS);
  expectClose("denoised", images, stored.get<float>("denoised"));
}

TEST_CASE("digits: a whole sampling loop computes what PyTorch computes") {
  Stored stored("denoiser");
  Bound<denoiser_weights> weights(denoiser_weights_bind,
                                  DIGITS "/weights/denoiser.safetensors");
  std::vector<float> noise = stored.get<float>("sampling.noise");
  std::vector<float> images(noise.size(), NAN);
  REQUIRE(draw(weights.get(), noise.data(),
               stored.get<int32_t>("sampling.labels").data(),
               stored.get<float>("sampling.guidance")[0], images.data(),
               noise.size() / 64, nullptr) == GYRE_SUCCESS);
  expectClose("images", images, stored.get<float>("sampling.images"));
}

TEST_CASE("digits: images do not depend on their batch or on threads") {
  Stored stored("denoiser");
  Bound<denoiser_weights> weights(denoiser_weights_bind,
                                  DIGITS "/weights/denoiser.safetensors");
  std::vector<float> noisy = stored.get<float>("noisy");
  std::vector<float> sigma = stored.get<float>("sigma");
  std::vector<int32_t> labels = stored.get<int32_t>("labels");
  int64_t n = noisy.size() / 64;
  std::vector<float> together(noisy.size(), NAN), again(noisy.size(), NAN),
      alone(noisy.size(), NAN);
  gyre_call call = GYRE_CALL_INIT;
  call.threads = 2;
  REQUIRE(denoise(weights.get(), noisy.data(), sigma.data(), labels.data(),
                  together.data(), n, &call) == GYRE_SUCCESS);
  call.threads = 1;
  REQUIRE(denoise(weights.get(), noisy.data(), sigma.data(), labels.data(),
                  again.data(), n, &call) == GYRE_SUCCESS);
  test::expectSameBits("threads", again, together);
  for (int64_t i = 0; i < n; ++i)
    REQUIRE(denoise(weights.get(), &noisy[64 * i], &sigma[i], &labels[i],
                    &alone[64 * i], 1, nullptr) == GYRE_SUCCESS);
  expectClose("one by one", alone, together);
  CHECK(denoise(weights.get(), nullptr, nullptr, nullptr, nullptr, 0,
                nullptr) == GYRE_SUCCESS);
}
