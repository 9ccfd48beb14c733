// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three models of examples/digits against what PyTorch computed from the
// same weights: stored inputs, noise, and outputs.

#include "classifier.h"
#include "denoiser.h"
#include "tokenizer.h"

#include "examples/Model.h"

using namespace digits;

namespace {

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

} // namespace

TEST_CASE_FIXTURE(Classifier, "digits: the classifier") {
  expect("logits", call(classify, n * 10, get("images").data()));
}

TEST_CASE_FIXTURE(Tokenizer, "digits: the tokenizer") {
  auto indices = call<int32_t>(encode, n * 16, get("images").data());
  CHECK(indices == stored.get<int32_t>("indices"));
  expect("reconstruction", call(decode, n * 64, indices.data()));
}

TEST_CASE_FIXTURE(Denoiser, "digits: the denoiser") {
  expect("denoised",
         call(denoise, n * 64, noisy.data(), sigma.data(), labels.data()));
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
