// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A random graph that is valid: its text, and what references make of it.

#ifndef GYRE_TESTS_FUZZ_GRAPH_H
#define GYRE_TESTS_FUZZ_GRAPH_H

#include "support/Random.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <functional>
#include <string>
#include <vector>

namespace mlir::gyre::fuzz {

enum class Element { f32, f16, bf16, i8, i32, i64 };
llvm::StringRef nameOf(Element element);
inline bool isFloat(Element element) { return element <= Element::bf16; }
/// Half a unit in the last place of 1.
double epsilonOf(Element element);
double roundTo(Element element, double number);

/// A size, which is named in a graph that leaves it open.
struct Dim {
  int64_t size;
  std::string name = "";
};
using Shape = std::vector<Dim>;
int64_t countOf(const Shape &shape);

using Numbers = std::vector<double>;

/// Besides the numbers of a value, which references compute from those of its
/// operands, stand copies of them that are disturbed at each step by several
/// roundings: where they are is what a result may be off.
constexpr int copies = 4;

struct Datum {
  std::string name;
  Element element;
  Shape shape;
  bool isInput = false, isUsed = false;
  /// Of what is passed by value: f32, i64 or index.
  std::string scalarType = "";
  /// The exact one, then the disturbed ones.
  std::vector<Numbers> numbers;

  int64_t rank() const { return int64_t(shape.size()); }
  int64_t size(int64_t dim) const {
    return shape[dim < 0 ? dim + rank() : dim].size;
  }
  int64_t count() const { return countOf(shape); }
  /// The product of the first sizes.
  int64_t rows() const { return count() / std::max<int64_t>(size(-1), 1); }
  std::string type() const;
  /// With the names of its sizes.
  std::string declaredType() const;
};

struct Result {
  Shape shape;
  Element element;
  /// Of rounded or compared numbers: right or wrong, never near.
  bool isDiscrete = false;
};

/// From the operands' numbers to the results'.
using Reference =
    std::function<std::vector<Numbers>(const std::vector<Numbers> &)>;

struct Step {
  std::string text;
  std::vector<int> operands, results;
};

class Graph {
public:
  Graph(const test::Random &random, bool isDynamic);

  test::Random random;
  /// What most of its values hold.
  Element element;
  std::vector<Datum> values;
  std::vector<Step> steps;

  /// A value of that many dimensions or more, which may be a new argument. All
  /// but the last dimension are named where the graph leaves sizes open.
  int pick(int64_t rank = 1, int64_t features = 0);
  /// Another value of a shape.
  int like(const Shape &shape);
  int input(const Shape &shape, double low, double high);
  int integers(const Shape &shape, int64_t low, int64_t high);
  int scalar(llvm::StringRef type, double number);
  /// A size that is named where the graph leaves sizes open.
  Dim dim();
  Shape without(const Shape &shape, int64_t dim) const;
  const Datum &operator[](int value) const { return values[value]; }
  bool chance(int64_t oneOf) { return random.below(oneOf) == 0; }

  /// Adds an operation. In `text`, $i is the name of operand i and #i its type,
  /// @i the type of result i. False, and nothing added, where the numbers are
  /// too close to a step of a discrete result, too large or too uncertain.
  bool add(llvm::StringRef text, llvm::ArrayRef<int> operands,
           llvm::ArrayRef<Result> results, const Reference &reference);

  /// What nothing uses, and some more.
  std::vector<int> chooseResults();
  /// A public function of these steps.
  std::string print(llvm::StringRef name, llvm::ArrayRef<Step> steps,
                    llvm::ArrayRef<int> results,
                    std::vector<int> &arguments) const;
  /// How far the numbers of a value may be from the reference.
  double bound(int value, size_t at) const;

private:
  int append(Datum value);
  Dim drawDim();
  void disturb(Datum &value, double amount);

  bool isDynamic;
  Shape pool;
};

/// One operator of the dialect, or one from upstream.
struct Operator {
  llvm::StringRef name;
  std::function<bool(Graph &)> add;
};
llvm::ArrayRef<Operator> getLayers();
llvm::ArrayRef<Operator> getSequences();
llvm::ArrayRef<Operator> getSteps();

/// Operators that no graph has, with reasons.
struct Absent {
  llvm::StringRef name, reason;
};
llvm::ArrayRef<Absent> getAbsent();

/// A chain of a few operators.
void grow(Graph &graph);

} // namespace mlir::gyre::fuzz

#endif // GYRE_TESTS_FUZZ_GRAPH_H
