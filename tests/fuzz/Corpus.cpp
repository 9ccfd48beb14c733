// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds graphs in files, takes them apart, and completes what gyrec would
// refuse at once.

#include "fuzz/Corpus.h"

#include "codegen/Compile.h"
#include "codegen/driver/Load.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

char fuzz::kindOf(StringRef word) {
  char c = word.front();
  if (StringRef("%@!#^\"").contains(c))
    return c;
  if (llvm::isSpace(c))
    return ' ';
  if (c == '?' ||
      (llvm::isDigit(c) && word.contains('x') && !word.starts_with("0x")))
    return 'x';
  if (llvm::isDigit(c))
    return '0';
  if (llvm::isAlpha(c))
    return word.contains('.') ? '.' : 'a';
  return '+';
}

std::vector<std::string> fuzz::splitWords(StringRef text) {
  std::vector<std::string> words;
  auto isInner = [](char c) {
    return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$' || c == '?';
  };
  while (!text.empty()) {
    size_t end = 1;
    char c = text.front();
    if (text.starts_with("//")) {
      // Comments tell nothing.
      text = text.drop_until([](char c) { return c == '\n'; });
      continue;
    }
    if (llvm::isSpace(c))
      end = text.size() - text.ltrim().size();
    else if (c == '"')
      end = std::min(text.find('"', 1), text.size() - 1) + 1;
    else if (isInner(c) || StringRef("%@!#^").contains(c))
      while (end < text.size() && isInner(text[end]))
        ++end;
    words.push_back(text.take_front(end).str());
    text = text.drop_front(end);
  }
  return words;
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

/// Names sizes that have no name, and returns something where nothing is.
static void complete(func::FuncOp func) {
  MLIRContext *context = func.getContext();
  Builder b(context);
  int64_t next = 0;
  auto nameDims = [&](Type type) -> Attribute {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.hasStaticShape())
      return {};
    SmallVector<Attribute> dims;
    for (int64_t extent : tensor.getShape())
      if (ShapedType::isDynamic(extent))
        dims.push_back(b.getStringAttr("N" + Twine(next++)));
      else
        dims.push_back(b.getI64IntegerAttr(extent));
    return b.getArrayAttr(dims);
  };
  Operation *last = func.getBody().front().getTerminator();
  if (func.getNumResults() == 0 && isa<func::ReturnOp>(last)) {
    SmallVector<Value> values;
    for (Operation &op : func.getBody().front())
      for (Value result : op.getResults())
        if (isa<RankedTensorType>(result.getType()))
          values.push_back(result);
    OpBuilder builder(last);
    func::ReturnOp::create(builder, last->getLoc(), values);
    last->erase();
    func.setType(b.getFunctionType(func.getArgumentTypes(),
                                   ValueRange(values).getTypes()));
    func.setAllResultAttrs(
        SmallVector<DictionaryAttr>(values.size(), b.getDictionaryAttr({})));
  }
  for (unsigned i = 0; i < func.getNumArguments(); ++i)
    if (!func.getArgAttr(i, "gyre.dims"))
      if (Attribute dims = nameDims(func.getArgument(i).getType()))
        func.setArgAttr(i, "gyre.dims", dims);
  for (unsigned i = 0; i < func.getNumResults(); ++i)
    if (!func.getResultAttr(i, "gyre.dims"))
      if (Attribute dims = nameDims(func.getResultTypes()[i]))
        func.setResultAttr(i, "gyre.dims", dims);
}

/// Leaves what @name refers to.
static void keepOnly(ModuleOp module, StringRef name) {
  llvm::SetVector<Operation *> kept;
  SymbolTable symbols(module);
  kept.insert(symbols.lookup(name));
  for (size_t i = 0; i < kept.size(); ++i)
    if (auto uses = SymbolTable::getSymbolUses(kept[i]))
      for (SymbolTable::SymbolUse use : *uses)
        if (Operation *target =
                symbols.lookup(use.getSymbolRef().getRootReference()))
          kept.insert(target);
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (!kept.contains(&op))
      op.erase();
}

void Corpus::addText(StringRef text, MLIRContext *context) {
  if (text.trim().empty())
    return;
  texts.push_back(text.str());
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, "seed"),
                             llvm::SMLoc());
  OwningOpRef<ModuleOp> module;
  // There are tests of crashes.
  if (!guard([&] { module = loadGraph(sources, context); }) || !module)
    return;
  for (auto func : module->getOps<func::FuncOp>()) {
    if (!func.isPublic() || func.isExternal())
      continue;
    OwningOpRef<ModuleOp> graph = module->clone();
    keepOnly(*graph, func.getSymName());
    complete(cast<func::FuncOp>(
        SymbolTable::lookupSymbolIn(*graph, func.getSymNameAttr())));
    if (succeeded(verify(*graph)))
      graphs.push_back(std::move(graph));
  }
}

LogicalResult Corpus::add(StringRef path, MLIRContext *context) {
  namespace fs = llvm::sys::fs;
  if (fs::is_directory(path)) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(path, error), end;
         it != end && !error; it.increment(error))
      if (StringRef(it->path()).ends_with(".mlir") ||
          StringRef(it->path()).ends_with(".md"))
        files.push_back(it->path());
    // Folders have an order of their own on each machine.
    llvm::sort(files);
    for (const std::string &file : files)
      if (failed(add(file, context)))
        return failure();
    return failure(static_cast<bool>(error));
  }
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return failure();
  ScopedDiagnosticHandler quiet(context, [](Diagnostic &) {});
  StringRef text = (*buffer)->getBuffer();
  if (path.ends_with(".md")) {
    while (text.contains("```mlir")) {
      text = text.split("```mlir").second.split('\n').second;
      auto [block, rest] = text.split("```");
      addText(block, context);
      text = rest;
    }
    return success();
  }
  SmallVector<StringRef> pieces;
  text.split(pieces, "// -----");
  for (StringRef piece : pieces)
    addText(piece, context);
  return success();
}

void Corpus::index() {
  // What a parsed graph prints is a text that certainly parses.
  for (OwningOpRef<ModuleOp> &graph : graphs) {
    std::string text;
    llvm::raw_string_ostream os(text);
    graph->print(os);
    texts.push_back(std::move(text));
  }
  llvm::StringSet<> seen;
  for (const std::string &text : texts)
    for (std::string &word : splitWords(text))
      if (seen.insert(word).second)
        words[kindOf(word)].push_back(std::move(word));
  llvm::StringSet<> templates;
  for (OwningOpRef<ModuleOp> &graph : graphs)
    graph->walk([&](Operation *op) {
      for (NamedAttribute attr : op->getAttrDictionary()) {
        auto key = StringAttr::get(op->getContext(),
                                   op->getName().getStringRef() + "." +
                                       attr.getName().getValue());
        std::vector<Attribute> &known = attributes[key];
        if (!llvm::is_contained(known, attr.getValue()))
          known.push_back(attr.getValue());
      }
      std::string text;
      llvm::raw_string_ostream os(text);
      os << op->getName() << op->getAttrDictionary() << op->getOperandTypes();
      if (op->getNumRegions() == 0 && !op->hasTrait<OpTrait::IsTerminator>() &&
          templates.insert(text).second)
        operations.push_back(op);
    });
}
