// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gyrec's commands share: the command line, and a graph that is loaded
// and checked.

#ifndef GYRE_CODEGEN_DRIVER_OPTIONS_H
#define GYRE_CODEGEN_DRIVER_OPTIONS_H

#include "codegen/Compile.h"

#include "llvm/Support/SourceMgr.h"

namespace mlir::gyre {

/// The command line.
struct Options {
  std::string input;
  bool run = false;
  /// Of `gyrec run`.
  bool onGPU = false;

  std::string emit, output;
  bool saveTemps = false;
  /// "text", "json" or "html"; empty: none is wanted.
  std::string report;

  bool benchmark = false, describe = false;
  std::string entry, weights;
  std::vector<std::string> in, out, sizes;
  std::optional<uint64_t> random;

  std::vector<std::string> plugins;
  bool time = false;
  CompileOptions compile;

  /// Results are written here, with an ending each.
  std::string getStem() const;
};

/// Reads the command line. An exit status where there is nothing left to do.
std::optional<int> parseOptions(int argc, char **argv, Options &options);

/// Ends the message with a new line; returns the exit status of a failure.
int reportError(const Twine &message);

/// A graph and everything that has to live as long as it.
struct Session {
  const Options &options;
  MLIRContext context;
  llvm::SourceMgr sources;
  std::unique_ptr<SourceMgrDiagnosticHandler> diagnostics;
  OwningOpRef<ModuleOp> graph;

  Session(const Options &options, const DialectRegistry &registry);
  /// Reads and checks the graph.
  LogicalResult open();
};

/// `gyrec run`.
int runModel(Session &session, TimingScope &timing);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_OPTIONS_H
