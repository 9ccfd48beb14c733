// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What mutants are made from: every graph in tests, examples and documents, one
// public function each, so that a mutant compiles in milliseconds.

#ifndef GYRE_TESTS_FUZZ_CORPUS_H
#define GYRE_TESTS_FUZZ_CORPUS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/MapVector.h"

#include <string>
#include <vector>

namespace mlir::gyre::fuzz {

struct Corpus {
  /// Graphs that parse, by one public function each.
  std::vector<OwningOpRef<ModuleOp>> graphs;
  /// Texts, also of what has to be refused.
  std::vector<std::string> texts;
  /// Words of all texts by their kind (see kindOf), each once.
  std::map<char, std::vector<std::string>> words;
  /// Attributes that an operation has somewhere, by "operation.attribute".
  llvm::MapVector<StringAttr, std::vector<Attribute>> attributes;
  /// Operations without regions, by their names.
  std::vector<Operation *> operations;

  /// Reads a file, or all .mlir and .md files below a folder.
  LogicalResult add(StringRef path, MLIRContext *context);
  /// After the last `add`.
  void index();

private:
  void addText(StringRef text, MLIRContext *context);
};

/// Cuts text into words: names, numbers, strings, shapes, signs, white space.
std::vector<std::string> splitWords(StringRef text);
/// '%', '@', '!', '#', '^', '"' as they begin, '0' numbers, 'x' shapes, 'a'
/// words, '.' operations, ' ' white space, '+' other signs.
char kindOf(StringRef word);

} // namespace mlir::gyre::fuzz

#endif // GYRE_TESTS_FUZZ_CORPUS_H
