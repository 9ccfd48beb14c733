// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes graphs that nobody wrote out of graphs that somebody did.

#ifndef GYRE_TESTS_FUZZ_MUTATE_H
#define GYRE_TESTS_FUZZ_MUTATE_H

#include "fuzz/Corpus.h"
#include "support/Random.h"

namespace mlir::gyre::fuzz {

/// A text with some words changed, removed, repeated or exchanged.
std::string mutateText(const Corpus &corpus, test::Random &random);

/// A graph with some operands, attributes, types, operations changed.
std::string mutateGraph(const Corpus &corpus, test::Random &random);

/// A number that somebody should have thought of.
int64_t drawNumber(test::Random &random);
double drawReal(test::Random &random);

template <typename Range>
decltype(auto) pick(const Range &range, test::Random &random) {
  return range[random.below(static_cast<int64_t>(range.size()))];
}

} // namespace mlir::gyre::fuzz

#endif // GYRE_TESTS_FUZZ_MUTATE_H
