// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three models of examples/digits against what PyTorch computed from the
// same weights: stored inputs, noise, values between blocks and outputs.

#include "classifier.h"
#include "classifier_parts.h"
#include "denoiser.h"
#include "denoiser_parts.h"
#include "tokenizer.h"
#include "tokenizer_parts.h"

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

using Floats = std::vector<float>;

/// PyTorch sums in another order and rounds its own way: a thousandth of the
/// largest value is far from that, and far from any mistake.
void expectClose(const char *what, const Floats &actual,
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

struct Classifier : Model<classifier_weights> {
  Classifier() : Model("classifier", classifier_weights_bind, "images") {}
};
struct Tokenizer : Model<tokenizer_weights> {
  Tokenizer() : Model("tokenizer", tokenizer_weights_bind, "images") {}
};
struct Denoiser : Model<denoiser_weights> {
  Denoiser() : Model("denoiser", denoiser_weights_bind, "noisy") {}
  std::vector<int32_t> labels = stored.get<int32_t>("labels");
  Floats noisy = get("noisy"), sigma = get("sigma");
};
/// The same models in parts.
struct ClassifierParts : Model<classifier_parts_weights> {
  ClassifierParts()
      : Model("classifier", classifier_parts_weights_bind, "images") {}
};
struct TokenizerParts : Model<tokenizer_parts_weights> {
  TokenizerParts()
      : Model("tokenizer", tokenizer_parts_weights_bind, "images") {}
};
struct DenoiserParts : Model<denoiser_parts_weights> {
  DenoiserParts() : Model("denoiser", denoiser_parts_weights_bind, "noisy") {}
};

} // namespace

TEST_CASE_FIXTURE(Classifier, "digits: the classifier") {
  expect("logits", call(classify, n * 10, get("images").data()));
}

TEST_CASE_FIXTURE(ClassifierParts, "digits: the classifier, block by block") {
  int64_t count = n * 16 * 64;
  Floats x = call(classifier_parts_embedded, count, get("images").data());
  expect("embedded", x);
  x = call(classifier_parts_one_block, count, x.data(), 0);
  expect("blocks.0", x);
  Floats columns(count);
  REQUIRE(classifier_parts_columns(x.data(), columns.data(), n, nullptr) ==
          GYRE_SUCCESS);
  expect("blocks.1",
         call(classifier_parts_one_block, count, columns.data(), 1));
}

TEST_CASE_FIXTURE(Tokenizer, "digits: the tokenizer") {
  auto indices = call<int32_t>(encode, n * 16, get("images").data());
  CHECK(indices == stored.get<int32_t>("indices"));
  expect("reconstruction", call(decode, n * 64, indices.data()));
}

TEST_CASE_FIXTURE(TokenizerParts, "digits: the tokenizer, block by block") {
  int64_t count = n * 16 * 64;
  auto block = tokenizer_parts_one_block;
  Floats x = call(tokenizer_parts_embedded, count, get("images").data());
  x = call(block, count, x.data(), 0);
  expect("encoder.blocks.0", x);
  x = call(block, count, x.data(), 1);
  expect("encoder.blocks.1", x);
  Floats z(n * 64);
  Floats codes = call(tokenizer_parts_coded, n * 64, x.data(), z.data());
  expect("z", z);
  expect("codes", codes);
  x = call(tokenizer_parts_decoder_embedded, count, codes.data());
  x = call(block, count, x.data(), 2);
  expect("decoder.blocks.0", x);
  expect("decoder.blocks.1", call(block, count, x.data(), 3));
}

TEST_CASE_FIXTURE(Denoiser, "digits: the denoiser") {
  expect("denoised",
         call(denoise, n * 64, noisy.data(), sigma.data(), labels.data()));
}

TEST_CASE_FIXTURE(DenoiserParts, "digits: the denoiser, block by block") {
  Floats condition(n * 96);
  auto labels = stored.get<int32_t>("labels");
  Floats x = call(denoiser_parts_embedded, n * 16 * 96, get("noisy").data(),
                  get("sigma").data(), labels.data(), condition.data());
  expect("condition", condition);
  expect("embedded", x);
  for (int64_t i = 0; i < 4; ++i) {
    x = call(denoiser_parts_one_block, n * 16 * 96, x.data(), condition.data(),
             i);
    expect(("blocks." + std::to_string(i)).c_str(), x);
  }
}

TEST_CASE_FIXTURE(Denoiser, "digits: a whole sampling loop") {
  expect("sampling.images", call(draw, n * 64, get("sampling.noise").data(),
                                 stored.get<int32_t>("sampling.labels").data(),
                                 get("sampling.guidance")[0]));
}

TEST_CASE_FIXTURE(Denoiser,
                  "digits: images do not depend on their batch or on threads") {
  gyre_call options = GYRE_CALL_INIT;
  auto run = [&](int64_t first, int64_t count) {
    Floats images(64 * count, NAN);
    REQUIRE(denoise(&weights, &noisy[64 * first], &sigma[first], &labels[first],
                    images.data(), count, &options) == GYRE_SUCCESS);
    return images;
  };
  options.threads = 2;
  Floats together = run(0, n), alone;
  options.threads = 1;
  test::expectSameBits("threads", run(0, n), together);
  for (int64_t i = 0; i < n; ++i) {
    Floats image = run(i, 1);
    alone.insert(alone.end(), image.begin(), image.end());
  }
  expectClose("one by one", alone, together);
  CHECK(denoise(&weights, nullptr, nullptr, nullptr, nullptr, 0, nullptr) ==
        GYRE_SUCCESS);
}
