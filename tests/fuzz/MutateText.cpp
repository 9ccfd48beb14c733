// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutation of texts, word by word. Words are mostly replaced by words of their
// kind, and everywhere at once, so that many mutants still parse.

#include "fuzz/Mutate.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
using test::Random;

int64_t fuzz::drawNumber(Random &random) {
  static constexpr int64_t numbers[] = {0,
                                        1,
                                        2,
                                        3,
                                        4,
                                        5,
                                        7,
                                        8,
                                        15,
                                        16,
                                        17,
                                        31,
                                        64,
                                        100,
                                        1000,
                                        4096,
                                        65537,
                                        int64_t(1) << 24,
                                        -1,
                                        -2,
                                        -3,
                                        -64,
                                        2147483647,
                                        2147483648,
                                        int64_t(1) << 40,
                                        int64_t(1) << 62,
                                        INT64_MAX,
                                        INT64_MIN};
  constexpr int64_t small = 13;
  // Large ones rarely: most operators refuse them at once.
  return numbers[random.below(random.below(4) ? small
                                              : int64_t(std::size(numbers)))];
}

double fuzz::drawReal(Random &random) {
  static constexpr double numbers[] = {
      0,   -0.0,    1,      -1,    0.5,  2,        1e-6,
      1e6, 1e-45,   1e-30,  1e38,  1e39, INFINITY, -INFINITY,
      NAN, 3.14159, -1e-12, 65504, 1e300};
  return pick(ArrayRef(numbers), random);
}

/// A shape with its element type, as "?x64xf32", with one part changed.
static std::string changeShape(StringRef word, Random &random) {
  SmallVector<StringRef> split;
  word.split(split, 'x');
  SmallVector<std::string> parts(split.begin(), split.end());
  static constexpr StringLiteral elements[] = {
      "f32", "f16", "bf16", "f64", "i1", "i8", "i32", "i64", "index", "i4"};
  size_t i = random.below(parts.size());
  bool last = i + 1 == parts.size();
  switch (random.below(6)) {
  case 0:
    parts.erase(parts.begin() + i);
    break;
  case 1:
    parts.insert(parts.begin() + i, parts.front());
    break;
  default:
    parts[i] = last && !split.back().empty()
                   ? pick(ArrayRef(elements), random).str()
               : random.below(3) ? std::to_string(drawNumber(random))
                                 : "?";
  }
  return llvm::join(parts, "x");
}

static std::string changeWord(const Corpus &corpus,
                              const std::vector<std::string> &words,
                              const std::string &word, Random &random) {
  char kind = kindOf(word);
  if (kind == 'x' && random.below(3))
    return changeShape(word, random);
  if (kind == '0' && random.below(3))
    return std::to_string(drawNumber(random));
  if (random.below(3) == 0)
    return pick(corpus.words.at(kind), random);
  SmallVector<StringRef> same;
  for (const std::string &other : words)
    if (kindOf(other) == kind && other != word)
      same.push_back(other);
  return same.empty() ? pick(corpus.words.at(kind), random)
                      : pick(same, random).str();
}

/// Repeats, removes or exchanges lines.
static void changeLines(std::string &text, Random &random) {
  SmallVector<StringRef> split;
  StringRef(text).split(split, '\n');
  SmallVector<std::string> lines(split.begin(), split.end());
  std::string &a = lines[random.below(lines.size())];
  std::string &b = lines[random.below(lines.size())];
  switch (random.below(3)) {
  case 0:
    a.clear();
    break;
  case 1:
    a += "\n" + std::string(a);
    break;
  default:
    std::swap(a, b);
  }
  text = llvm::join(lines, "\n");
}

std::string fuzz::mutateText(const Corpus &corpus, Random &random) {
  std::string text = pick(corpus.texts, random);
  if (random.below(8) == 0) {
    changeLines(text, random);
    return text;
  }
  std::vector<std::string> words = splitWords(text);
  for (int64_t n = 1 + random.below(random.below(3) ? 1 : 4); n > 0; --n) {
    size_t i = random.below(words.size());
    // White space alone changes nothing.
    for (size_t step = 0; step < words.size() && kindOf(words[i]) == ' ';
         ++step)
      i = (i + 1) % words.size();
    const std::string old = words[i];
    int64_t how = random.below(16);
    if (how == 0) {
      words.erase(words.begin() + i);
    } else if (how == 1) {
      words.insert(words.begin() + i, old);
    } else if (how == 2) {
      std::swap(words[i], words[random.below(words.size())]);
    } else {
      std::string fresh = changeWord(corpus, words, old, random);
      // A type has to agree with the others of its kind.
      bool everywhere = kindOf(old) == 'x' ? random.below(4) : how < 5;
      if (everywhere)
        std::replace(words.begin(), words.end(), old, fresh);
      else
        words[i] = fresh;
    }
    if (words.empty())
      break;
  }
  return llvm::join(words, "");
}
