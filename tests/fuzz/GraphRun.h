// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Compiles random graphs as gyrec does, calls them and compares.

#ifndef GYRE_TESTS_FUZZ_GRAPHRUN_H
#define GYRE_TESTS_FUZZ_GRAPHRUN_H

#include "codegen/Target.h"
#include "fuzz/Graph.h"

#include "mlir/IR/MLIRContext.h"

#include <optional>

namespace mlir::gyre::fuzz {

struct GraphCase {
  Graph graph;
  Target target;
  /// All of it, or one function a step.
  bool isFused;
  struct Function {
    std::string name;
    std::vector<int> arguments, results;
  };
  std::vector<Function> functions;
  std::string text;
};

/// The same for the same seed and number.
GraphCase makeGraph(uint64_t seed, int64_t index);

/// What is wrong with it, or an empty string. One thread and two have to give
/// the same bits.
std::string runGraph(const GraphCase &graph, MLIRContext *context);

/// The first steps of a graph that is wrong, as many as it takes.
GraphCase reduceGraph(const GraphCase &graph, MLIRContext *context);

/// Complains about operators of the dialect that no graph has; true where
/// there are none.
bool checkOperators(MLIRContext *context);

} // namespace mlir::gyre::fuzz

#endif // GYRE_TESTS_FUZZ_GRAPHRUN_H
