// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `gyre.entry` as a struct, and the small language of size expressions.

#include "passes/EntryPoint.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace mlir::gyre;

static constexpr StringLiteral kindNames[] = {"input", "output", "weight"};

static ArrayAttr writeStrings(Builder &b, ArrayRef<std::string> values) {
  return b.getStrArrayAttr(
      SmallVector<StringRef>(values.begin(), values.end()));
}

static bool readStrings(DictionaryAttr from, StringRef name,
                        SmallVectorImpl<std::string> &to) {
  auto list = from.getAs<ArrayAttr>(name);
  if (!list)
    return false;
  for (Attribute attr : list) {
    auto string = dyn_cast<StringAttr>(attr);
    if (!string)
      return false;
    to.push_back(string.str());
  }
  return true;
}

DictionaryAttr EntryArgument::toAttribute(MLIRContext *context) const {
  Builder b(context);
  NamedAttrList attrs;
  attrs.append("name", b.getStringAttr(name));
  attrs.append("kind", b.getStringAttr(kindNames[static_cast<int>(kind)]));
  attrs.append("type", TypeAttr::get(type));
  if (!isScalar())
    attrs.append("dims", writeStrings(b, dims));
  if (mayOverwrite >= 0)
    attrs.append("may_overwrite", b.getI64IntegerAttr(mayOverwrite));
  if (!key.empty())
    attrs.append("key", b.getStringAttr(key));
  return attrs.getDictionary(context);
}

FailureOr<EntryArgument> EntryArgument::fromAttribute(DictionaryAttr attrs) {
  auto name = attrs.getAs<StringAttr>("name");
  auto kind = attrs.getAs<StringAttr>("kind");
  auto type = attrs.getAs<TypeAttr>("type");
  if (!name || !kind || !type)
    return failure();
  EntryArgument argument;
  argument.name = name.str();
  argument.type = type.getValue();
  auto known = llvm::find(kindNames, kind.getValue());
  if (known == std::end(kindNames) ||
      (!argument.isScalar() && !readStrings(attrs, "dims", argument.dims)))
    return failure();
  argument.kind = static_cast<Kind>(known - std::begin(kindNames));
  if (auto position = attrs.getAs<IntegerAttr>("may_overwrite"))
    argument.mayOverwrite = position.getInt();
  if (auto key = attrs.getAs<StringAttr>("key"))
    argument.key = key.str();
  return argument;
}

DictionaryAttr EntryPoint::toAttribute(MLIRContext *context) const {
  Builder b(context);
  SmallVector<Attribute> list;
  for (const EntryArgument &argument : arguments)
    list.push_back(argument.toAttribute(context));
  NamedAttrList attrs;
  attrs.append("arguments", b.getArrayAttr(list));
  attrs.append("sizes", writeStrings(b, sizes));
  SmallVector<Attribute> pairs;
  for (const Requirement &r : requirements)
    pairs.push_back(writeStrings(b, {r.left, r.getRelation().str(), r.right}));
  if (!pairs.empty())
    attrs.append("requirements", b.getArrayAttr(pairs));
  return attrs.getDictionary(context);
}

FailureOr<EntryPoint> EntryPoint::of(Operation *op) {
  auto dict = op->getAttrOfType<DictionaryAttr>(entryAttrName);
  EntryPoint entry;
  if (!dict || !readStrings(dict, "sizes", entry.sizes))
    return failure();
  auto list = dict.getAs<ArrayAttr>("arguments");
  if (!list)
    return failure();
  for (Attribute attr : list) {
    auto attrs = dyn_cast<DictionaryAttr>(attr);
    if (!attrs)
      return failure();
    FailureOr<EntryArgument> argument = EntryArgument::fromAttribute(attrs);
    if (failed(argument))
      return failure();
    entry.arguments.push_back(std::move(*argument));
  }
  if (auto pairs = dict.getAs<ArrayAttr>("requirements"))
    for (auto parts : pairs.getAsRange<ArrayAttr>())
      entry.requirements.push_back({cast<StringAttr>(parts[0]).str(),
                                    cast<StringAttr>(parts[2]).str(),
                                    cast<StringAttr>(parts[1]) == "<="});
  return entry;
}

SmallVector<unsigned> EntryPoint::getIntegers() const {
  SmallVector<unsigned> positions;
  for (auto [i, argument] : llvm::enumerate(arguments))
    if (argument.type.isIntOrIndex() && !argument.type.isInteger(1))
      positions.push_back(i);
  return positions;
}

SmallVector<std::string> EntryPoint::getSymbols() const {
  SmallVector<std::string> names(sizes);
  for (unsigned i : getIntegers())
    names.push_back(arguments[i].name);
  return names;
}

AffineExpr EntryPoint::getSize(StringRef text, MLIRContext *context) const {
  SmallVector<std::string> names = getSymbols();
  std::string error;
  // gyre-check-graph has parsed it before.
  return parseSizeExpression(text, names, context, error)
      .value_or(getAffineConstantExpr(0, context));
}

SmallVector<AffineExpr> EntryPoint::getDims(const EntryArgument &argument,
                                            MLIRContext *context) const {
  return llvm::map_to_vector(argument.dims, [&](const std::string &text) {
    return getSize(text, context);
  });
}

//===----------------------------------------------------------------------===//
// Size expressions
//===----------------------------------------------------------------------===//

namespace {
/// Recursive descent; each method leaves `text` behind what it has read.
struct SizeParser {
  StringRef text;
  SmallVectorImpl<std::string> &names;
  MLIRContext *context;
  std::string &error;
  /// The runtime evaluates on a small stack (GYRE_EXPR_DEPTH in gyre/abi.h); a
  /// level of parentheses takes at most two of its places.
  unsigned depth = 0;

  bool take(StringRef token) {
    text = text.ltrim();
    if (!text.starts_with(token))
      return false;
    // An operator that is a word ends where the word ends.
    if (llvm::isAlpha(token.front()) && text.size() > token.size() &&
        (llvm::isAlnum(text[token.size()]) || text[token.size()] == '_'))
      return false;
    text = text.drop_front(token.size());
    return true;
  }

  AffineExpr fail(const Twine &reason) {
    if (error.empty())
      error = reason.str();
    return {};
  }

  AffineExpr factor() {
    text = text.ltrim();
    if (take("(")) {
      if (++depth > 6)
        return fail("parentheses are nested too deep");
      AffineExpr inner = sum();
      --depth;
      return inner && take(")") ? inner : fail("expected ')'");
    }
    StringRef word =
        text.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (word.empty())
      return fail(text.empty() ? Twine("expected a name or an integer")
                               : "unexpected '" + text.take_front() + "'");
    text = text.drop_front(word.size());
    int64_t value;
    if (llvm::isDigit(word.front())) {
      if (word.getAsInteger(10, value))
        return fail("'" + word + "' is not an integer");
      return getAffineConstantExpr(value, context);
    }
    if (!isUsableName(word))
      return fail("'" + word + "' is not a usable name");
    auto known = llvm::find(names, word.str());
    unsigned position = known - names.begin();
    if (known == names.end())
      names.push_back(word.str());
    return getAffineSymbolExpr(position, context);
  }

  AffineExpr product() {
    AffineExpr left = factor();
    while (left) {
      if (take("*")) {
        AffineExpr right = factor();
        left = right ? left * right : right;
        continue;
      }
      bool floor = take("floordiv"), ceil = !floor && take("ceildiv");
      if (!floor && !ceil && !take("mod"))
        return left;
      AffineExpr right = factor();
      auto divisor = dyn_cast_or_null<AffineConstantExpr>(right);
      if (!right || !divisor || divisor.getValue() <= 0)
        return fail("expected division by a positive integer");
      left = floor  ? left.floorDiv(divisor.getValue())
             : ceil ? left.ceilDiv(divisor.getValue())
                    : left % divisor.getValue();
    }
    return left;
  }

  AffineExpr sum() {
    AffineExpr left = product();
    while (left) {
      bool plus = take("+");
      if (!plus && !take("-"))
        return left;
      AffineExpr right = product();
      if (!right)
        return right;
      left = plus ? left + right : left - right;
    }
    return left;
  }
};
} // namespace

FailureOr<AffineExpr>
gyre::parseSizeExpression(StringRef text, SmallVectorImpl<std::string> &names,
                          MLIRContext *context, std::string &error) {
  error.clear();
  SizeParser parser{text, names, context, error};
  AffineExpr result = parser.sum();
  if (result && !parser.text.trim().empty())
    result = parser.fail("unexpected '" + parser.text.trim() + "'");
  if (!result)
    return failure();
  return result;
}

std::string gyre::makeFieldName(StringRef symbol) {
  std::string name = symbol.str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return isUsableName(name) ? name : "w_" + name;
}

bool gyre::isUsableName(StringRef text) {
  // Words of C99 and C++17 and the operators of size expressions.
  static const llvm::StringSet<> reserved = {"alignas",
                                             "alignof",
                                             "and",
                                             "and_eq",
                                             "asm",
                                             "auto",
                                             "bitand",
                                             "bitor",
                                             "bool",
                                             "break",
                                             "case",
                                             "catch",
                                             "ceildiv",
                                             "char",
                                             "char16_t",
                                             "char32_t",
                                             "class",
                                             "compl",
                                             "const",
                                             "const_cast",
                                             "constexpr",
                                             "continue",
                                             "decltype",
                                             "default",
                                             "delete",
                                             "do",
                                             "double",
                                             "dynamic_cast",
                                             "else",
                                             "enum",
                                             "explicit",
                                             "export",
                                             "extern",
                                             "false",
                                             "float",
                                             "floordiv",
                                             "for",
                                             "friend",
                                             "goto",
                                             "if",
                                             "inline",
                                             "int",
                                             "long",
                                             "mod",
                                             "mutable",
                                             "namespace",
                                             "new",
                                             "noexcept",
                                             "not",
                                             "not_eq",
                                             "nullptr",
                                             "operator",
                                             "or",
                                             "or_eq",
                                             "private",
                                             "protected",
                                             "public",
                                             "register",
                                             "reinterpret_cast",
                                             "restrict",
                                             "return",
                                             "short",
                                             "signed",
                                             "sizeof",
                                             "static",
                                             "static_assert",
                                             "static_cast",
                                             "struct",
                                             "switch",
                                             "template",
                                             "this",
                                             "thread_local",
                                             "throw",
                                             "true",
                                             "try",
                                             "typedef",
                                             "typeid",
                                             "typename",
                                             "union",
                                             "unsigned",
                                             "using",
                                             "virtual",
                                             "void",
                                             "volatile",
                                             "wchar_t",
                                             "while",
                                             "xor",
                                             "xor_eq"};
  return !text.empty() && !llvm::isDigit(text.front()) &&
         llvm::all_of(text,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; }) &&
         !reserved.contains(text);
}
