// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a public function's caller sees: named arguments with shapes in named
// sizes. It travels as the attribute `gyre.entry`.

#ifndef GYRE_PASSES_ENTRYPOINT_H
#define GYRE_PASSES_ENTRYPOINT_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Types.h"

namespace mlir::gyre {

/// The attribute that holds an EntryPoint.
inline constexpr llvm::StringLiteral entryAttrName = "gyre.entry";
/// On the module: its weights as an array of what EntryArgument reads.
inline constexpr llvm::StringLiteral weightsAttrName = "gyre.weights";
/// Marks an `index` argument that is a named size.
inline constexpr llvm::StringLiteral sizeAttrName = "gyre.size";
/// A function whose author has been told of a mistake, by a pass that is none
/// of the checks.
inline constexpr llvm::StringLiteral refusedAttrName = "gyre.refused";

struct EntryArgument {
  enum class Kind { Input, Output, Weight };

  /// A C identifier.
  std::string name;
  Kind kind = Kind::Input;
  /// A ranked tensor, or a scalar that is passed by value.
  Type type;
  /// A size for each dimension, as it was written.
  SmallVector<std::string> dims;
  /// An output: position of the argument that may be the same memory, or -1.
  int64_t mayOverwrite = -1;
  /// A weight: its name in a file of weights.
  std::string key;

  DictionaryAttr toAttribute(MLIRContext *context) const;
  static FailureOr<EntryArgument> fromAttribute(DictionaryAttr attrs);
  bool isScalar() const { return !isa<ShapedType>(type); }
};

/// What has to hold when the function is called: two expressions of named sizes
/// and integer scalar arguments are equal, or the left one is not larger.
struct Requirement {
  std::string left, right;
  bool atMost = false;

  bool operator==(const Requirement &) const = default;
  StringRef getRelation() const { return atMost ? "<=" : "=="; }
};

struct EntryPoint {
  /// Weights, inputs, outputs.
  SmallVector<EntryArgument> arguments;
  SmallVector<std::string> sizes;
  SmallVector<Requirement> requirements;

  DictionaryAttr toAttribute(MLIRContext *context) const;
  /// Failure where `op` has no `gyre.entry`, or not one that toAttribute made.
  static FailureOr<EntryPoint> of(Operation *op);
  /// Positions of the integer scalar arguments, which requirements may name.
  SmallVector<unsigned> getIntegers() const;
  /// What symbols stand for: the named sizes, then these integers.
  SmallVector<std::string> getSymbols() const;
  /// An expression over these symbols.
  AffineExpr getSize(StringRef text, MLIRContext *context) const;
  /// The sizes of an argument as expressions of symbols, one a named size.
  SmallVector<AffineExpr> getDims(const EntryArgument &argument,
                                  MLIRContext *context) const;
};

/// Parses an expression of named sizes: names, integers, `+`, `-`, `*`,
/// `floordiv`, `ceildiv`, `mod`, parentheses. A name becomes the symbol of its
/// position in `names`; unknown names are appended. Gives the reason to
/// `error` on failure.
FailureOr<AffineExpr> parseSizeExpression(StringRef text,
                                          SmallVectorImpl<std::string> &names,
                                          MLIRContext *context,
                                          std::string &error);

/// A weight's name in C: its symbol, with '_' where C allows no other sign.
std::string makeFieldName(StringRef symbol);

/// Whether `text` is a C identifier and no keyword of C or C++.
bool isUsableName(StringRef text);

} // namespace mlir::gyre

#endif // GYRE_PASSES_ENTRYPOINT_H
