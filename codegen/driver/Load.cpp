// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parsing, and the names of arguments: they are in the text only.

#include "codegen/driver/Load.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

/// "%q.weight" as a name that C takes, or empty where it is a mere number.
static std::string readName(SMRange range) {
  StringRef text(range.Start.getPointer(),
                 range.End.getPointer() - range.Start.getPointer());
  text.consume_front("%");
  if (text.empty() || llvm::isDigit(text.front()))
    return {};
  std::string name = text.str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return name;
}

static void nameArguments(func::FuncOp func, const AsmParserState &state) {
  if (func.isExternal())
    return;
  const AsmParserState::BlockDefinition *block =
      state.getBlockDef(&func.getBody().front());
  if (!block)
    return;
  for (auto [i, argument] : llvm::enumerate(block->arguments)) {
    if (i >= func.getNumArguments() || func.getArgAttr(i, "gyre.name") ||
        func.getArgAttr(i, "gyre.size"))
      continue;
    if (std::string name = readName(argument.loc); !name.empty())
      func.setArgAttr(i, "gyre.name", StringAttr::get(func.getContext(), name));
  }
}

OwningOpRef<ModuleOp> gyre::loadGraph(llvm::SourceMgr &sources,
                                      MLIRContext *context) {
  const llvm::MemoryBuffer *buffer =
      sources.getMemoryBuffer(sources.getMainFileID());
  ParserConfig config(context);
  // Bytecode has no names; gyre.name says them.
  if (isBytecode(buffer->getMemBufferRef()))
    return parseSourceFile<ModuleOp>(sources, config);
  Block block;
  AsmParserState state;
  if (failed(parseAsmSourceFile(sources, &block, config, &state)))
    return nullptr;
  block.walk([&](func::FuncOp func) { nameArguments(func, state); });
  auto *file = buffer->getBufferIdentifier().data();
  return detail::constructContainerOpForParserIfNecessary<ModuleOp>(
      &block, context, FileLineColLoc::get(context, file, 1, 1));
}
