// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values, steps and text of random graphs.

// What is shared with programs of doctest is arithmetic.
#define DOCTEST_CONFIG_DISABLE
#include "ops/Support.h"

#include "fuzz/Graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>

using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
using llvm::ArrayRef;
using llvm::StringRef;

/// A disturbance is so many times what one rounding may do. Storage rounds once
/// a step, arithmetic in f32 some times.
static constexpr double storageRoundings = 4, arithmeticRoundings = 8;
/// Numbers stay where f16 has them, and results mean something.
static constexpr double largest = 1000, mostUncertain = 0.05;

StringRef fuzz::nameOf(Element element) {
  static constexpr StringRef names[] = {"f32", "f16", "bf16",
                                        "i8",  "i32", "i64"};
  return names[int(element)];
}

double fuzz::epsilonOf(Element element) {
  return element == Element::f16    ? test::epsilonF16
         : element == Element::bf16 ? test::epsilonBF16
                                    : test::epsilonF32;
}

double fuzz::roundTo(Element element, double number) {
  switch (element) {
  case Element::f32:
    return double(float(number));
  case Element::f16:
    return test::fromF16(test::toF16(number));
  case Element::bf16:
    return test::fromBF16(test::toBF16(number));
  default:
    return std::nearbyint(number);
  }
}

int64_t fuzz::countOf(const Shape &shape) {
  int64_t count = 1;
  for (const Dim &dim : shape)
    count *= dim.size;
  return count;
}

std::string Datum::type() const {
  if (!scalarType.empty())
    return scalarType;
  std::string text = "tensor<";
  for (const Dim &dim : shape)
    text += (dim.name.empty() ? std::to_string(dim.size) : "?") + "x";
  return text + nameOf(element).str() + ">";
}

std::string Datum::declaredType() const {
  bool isOpen =
      llvm::any_of(shape, [](const Dim &dim) { return !dim.name.empty(); });
  if (!isOpen)
    return type();
  std::vector<std::string> dims;
  for (const Dim &dim : shape)
    dims.push_back(dim.name.empty() ? std::to_string(dim.size)
                                    : "\"" + dim.name + "\"");
  return type() + " {gyre.dims = [" + llvm::join(dims, ", ") + "]}";
}

Graph::Graph(const test::Random &random, bool isDynamic)
    : random(random), isDynamic(isDynamic) {
  test::Random &draw = this->random;
  static constexpr Element floats[] = {Element::f32, Element::f32, Element::f16,
                                       Element::bf16};
  element = floats[draw.below(4)];
  for (StringRef name : {"B", "T", "N"})
    pool.push_back(drawDim()), pool.back().name = name.str();
}

Dim Graph::drawDim() {
  static constexpr int64_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 16, 17, 33};
  // Empty tensors are rare: nothing can be wrong behind them.
  int64_t at = random.below(11);
  return {sizes[at == 0 && random.below(3) ? 3 : at]};
}

int Graph::append(Datum value) {
  value.name = "%v" + std::to_string(values.size());
  values.push_back(std::move(value));
  return int(values.size()) - 1;
}

void Graph::disturb(Datum &value, double amount) {
  value.numbers.resize(copies + 1, value.numbers.front());
  for (int copy = 1; copy <= copies; ++copy)
    for (double &number : value.numbers[copy])
      number *= 1 + random.uniform(-amount, amount);
}

int Graph::input(const Shape &shape, double low, double high) {
  Datum value;
  value.element = element;
  value.shape = shape;
  value.isInput = true;
  Numbers numbers(countOf(shape));
  for (double &number : numbers)
    number = roundTo(element, random.uniform(low, high));
  value.numbers = {numbers};
  disturb(value, arithmeticRoundings * test::epsilonF32);
  return append(value);
}

int Graph::integers(const Shape &shape, int64_t low, int64_t high) {
  Datum value;
  value.element = chance(2) ? Element::i32 : Element::i64;
  value.shape = shape;
  value.isInput = true;
  Numbers numbers(countOf(shape));
  for (double &number : numbers)
    number = double(low + random.below(high - low));
  value.numbers.assign(copies + 1, numbers);
  return append(value);
}

int Graph::scalar(StringRef type, double number) {
  Datum value;
  value.element = type == "f32" ? Element::f32 : Element::i64;
  value.scalarType = type.str();
  value.isInput = true;
  value.numbers.assign(copies + 1, {roundTo(value.element, number)});
  return append(value);
}

Dim Graph::dim() {
  Dim dim = pool[random.below(3)];
  if (!isDynamic || chance(4))
    dim.name = "";
  return dim;
}

Shape Graph::without(const Shape &shape, int64_t dim) const {
  Shape rest = shape;
  rest.erase(rest.begin() + (dim < 0 ? dim + int64_t(shape.size()) : dim));
  return rest;
}

int Graph::pick(int64_t rank, int64_t features) {
  std::vector<int> fitting;
  for (auto [i, value] : llvm::enumerate(values))
    if (value.element == element && value.scalarType.empty() &&
        value.rank() >= rank && value.rank() <= rank + 2 &&
        value.shape.back().name.empty() &&
        (features == 0 || value.size(-1) == features))
      fitting.push_back(int(i));
  // Chains go on from what was made last.
  if (!fitting.empty() && !chance(5))
    return chance(2) ? fitting.back()
                     : fitting[random.below(int64_t(fitting.size()))];
  Shape shape;
  for (int64_t i = 0, e = rank - 1 + random.below(2); i < e; ++i)
    shape.push_back(dim());
  static constexpr int64_t sizes[] = {1, 2, 4, 6, 8, 16, 20, 33};
  shape.push_back({features ? features : sizes[random.below(8)]});
  return input(shape, -2, 2);
}

/// Equal sizes of one name, or of none.
static bool isSame(const Shape &a, const Shape &b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
           const Dim &x = std::get<0>(pair), &y = std::get<1>(pair);
           return x.size == y.size && x.name == y.name;
         });
}

int Graph::like(const Shape &shape) {
  std::vector<int> fitting;
  for (auto [i, value] : llvm::enumerate(values))
    if (value.element == element && value.scalarType.empty() &&
        isSame(value.shape, shape))
      fitting.push_back(int(i));
  if (!fitting.empty() && chance(2))
    return fitting[random.below(int64_t(fitting.size()))];
  return input(shape, -2, 2);
}

/// Puts names and types in the place of $i, #i and @i.
static std::string fill(StringRef text, ArrayRef<Datum> operands,
                        ArrayRef<Datum> results) {
  std::string filled;
  while (!text.empty()) {
    char sign = text.front();
    text = text.drop_front();
    unsigned at;
    if (!StringRef("$#@").contains(sign) || text.consumeInteger(10, at)) {
      filled += sign;
      continue;
    }
    filled += sign == '$'   ? operands[at].name
              : sign == '#' ? operands[at].type()
                            : results[at].type();
  }
  return filled;
}

/// Whether no copy strays so far that its numbers mean nothing.
static bool isCertain(const Datum &value, bool isDiscrete) {
  const Numbers &exact = value.numbers.front();
  for (const Numbers &copy : value.numbers)
    for (auto [e, d] : llvm::zip_equal(exact, copy)) {
      if (!std::isfinite(d) ||
          (isFloat(value.element) && std::fabs(d) > largest))
        return false;
      if (std::fabs(e - d) >
          (isDiscrete ? 0 : mostUncertain * std::fmax(1, std::fabs(e))))
        return false;
    }
  return true;
}

bool Graph::add(StringRef text, ArrayRef<int> operands,
                ArrayRef<Result> results, const Reference &reference) {
  std::vector<Datum> made(results.size());
  for (auto [value, result] : llvm::zip_equal(made, results)) {
    value.element = result.element;
    value.shape = result.shape;
  }
  for (int copy = 0; copy <= copies; ++copy) {
    std::vector<Numbers> arguments;
    for (int operand : operands)
      arguments.push_back(values[operand].numbers[copy]);
    std::vector<Numbers> computed = reference(arguments);
    for (auto [value, numbers] : llvm::zip_equal(made, computed))
      value.numbers.push_back(numbers);
  }
  for (auto [value, result] : llvm::zip_equal(made, results)) {
    if (!isCertain(value, result.isDiscrete))
      return false;
    if (isFloat(value.element)) {
      std::vector<Numbers> before = value.numbers;
      double roundings = value.element == Element::f32 ? arithmeticRoundings
                                                       : storageRoundings;
      for (int copy = 1; copy <= copies; ++copy)
        for (double &number : value.numbers[copy])
          number *=
              1 + roundings * epsilonOf(value.element) * random.uniform(-1, 1);
    }
  }
  Step step;
  step.operands.assign(operands.begin(), operands.end());
  std::vector<Datum> read;
  for (int operand : operands) {
    values[operand].isUsed = true;
    read.push_back(values[operand]);
  }
  std::vector<std::string> names;
  for (Datum &value : made) {
    step.results.push_back(append(value));
    names.push_back(values.back().name);
  }
  step.text = llvm::join(names, ", ") + " = " + fill(text, read, made);
  steps.push_back(std::move(step));
  return true;
}

double Graph::bound(int value, size_t at) const {
  const std::vector<Numbers> &numbers = values[value].numbers;
  double exact = numbers.front()[at], far = 0, squares = 0;
  for (int copy = 1; copy <= copies; ++copy) {
    far = std::fmax(far, std::fabs(numbers[copy][at] - exact));
    for (auto [d, e] : llvm::zip_equal(numbers[copy], numbers.front()))
      squares += (d - e) * (d - e);
  }
  if (!isFloat(values[value].element))
    return 0;
  // Copies may happen to stay near at one element; not everywhere.
  double typical = std::sqrt(squares / copies / double(numbers.front().size()));
  return 2 * (far + typical) +
         2 * epsilonOf(values[value].element) * std::fabs(exact) + 1e-7;
}

std::vector<int> Graph::chooseResults() {
  std::vector<int> chosen;
  for (auto [i, value] : llvm::enumerate(values))
    if (!value.isInput && (!value.isUsed || chance(6)))
      chosen.push_back(int(i));
  return chosen;
}

std::string Graph::print(StringRef name, ArrayRef<Step> steps,
                         ArrayRef<int> results,
                         std::vector<int> &arguments) const {
  std::vector<int> made;
  for (const Step &step : steps) {
    for (int operand : step.operands)
      if (!llvm::is_contained(made, operand) &&
          !llvm::is_contained(arguments, operand))
        arguments.push_back(operand);
    made.insert(made.end(), step.results.begin(), step.results.end());
  }
  std::vector<std::string> parameters, types, declared, names;
  for (int argument : arguments)
    parameters.push_back(values[argument].name + ": " +
                         values[argument].declaredType());
  for (int result : results) {
    names.push_back(values[result].name);
    types.push_back(values[result].type());
    declared.push_back(values[result].declaredType());
  }
  std::string text = "func.func @" + name.str() + "(" +
                     llvm::join(parameters, ", ") + ")\n    -> (" +
                     llvm::join(declared, ", ") + ") {\n";
  for (const Step &step : steps)
    text += "  " + step.text + "\n";
  return text + "  return " + llvm::join(names, ", ") + " : " +
         llvm::join(types, ", ") + "\n}\n";
}

void fuzz::grow(Graph &graph) {
  ArrayRef<Operator> tables[] = {getLayers(), getSequences(), getSteps()};
  size_t wanted = 2 + size_t(graph.random.below(5));
  for (int tries = 0; tries < 40 && graph.steps.size() < wanted; ++tries) {
    size_t all = 0;
    for (ArrayRef<Operator> table : tables)
      all += table.size();
    auto at = size_t(graph.random.below(int64_t(all)));
    for (ArrayRef<Operator> table : tables) {
      if (at < table.size()) {
        table[at].add(graph);
        break;
      }
      at -= table.size();
    }
  }
}
