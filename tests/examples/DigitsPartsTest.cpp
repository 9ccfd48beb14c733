// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three models of examples/digits block by block, against the values
// between blocks that PyTorch computed.

#include "classifier_parts.h"
#include "denoiser_parts.h"
#include "tokenizer_parts.h"

#include "examples/Model.h"

using namespace digits;

namespace {

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
