// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-lsp-server: upstream's language server with gyre's dialects. Upstream
// says of an operation under the cursor what it looks like; what it computes
// is put in front of that on the way out.

#include "codegen/Register.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <thread>
#include <unistd.h>

using namespace mlir;

/// docs/manual, page by page.
static constexpr StringLiteral manual[] = {
#include "codegen/driver/Manual.inc"
};

/// The text below "### `name`" in the manual, up to what tblgen lists.
static StringRef findDocumentation(StringRef name) {
  std::string title = ("### `" + name + "` ").str();
  for (StringRef page : manual) {
    size_t at = page.find(title);
    if (at == StringRef::npos)
      continue;
    StringRef section = page.drop_front(at);
    section = section.drop_front(section.find('\n')).ltrim();
    section = section.take_front(section.find("\n### "));
    return section.take_front(section.find("\nTraits: ")).rtrim();
  }
  return {};
}

/// Adds the documentation of the operation that a hover tells of.
static std::string rewrite(std::string message) {
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(message);
  if (!parsed) {
    consumeError(parsed.takeError());
    return message;
  }
  llvm::json::Object *root = parsed->getAsObject();
  llvm::json::Object *result = root ? root->getObject("result") : nullptr;
  llvm::json::Object *contents =
      result ? result->getObject("contents") : nullptr;
  std::optional<StringRef> text =
      contents ? contents->getString("value") : std::nullopt;
  if (!text)
    return message;
  StringRef name = text->split('"').second.split('"').first;
  StringRef documentation = findDocumentation(name);
  if (documentation.empty())
    return message;
  (*contents)["value"] =
      ("`" + name + "` " + documentation + "\n\n" + *text).str();
  message.clear();
  llvm::raw_string_ostream(message) << *parsed;
  return message;
}

/// Passes messages on: a header that says how long, an empty line, JSON.
static void forward(int from, int to) {
  llvm::raw_fd_ostream os(to, /*shouldClose=*/false);
  constexpr StringLiteral header = "Content-Length: ", end = "\r\n\r\n";
  std::string pending;
  char bytes[4096];
  for (ssize_t count; (count = read(from, bytes, sizeof bytes)) > 0;) {
    pending.append(bytes, count);
    for (;;) {
      size_t start = pending.find(header), body = pending.find(end, start);
      size_t length;
      if (start == std::string::npos || body == std::string::npos ||
          StringRef(pending)
              .slice(start + header.size(), body)
              .getAsInteger(10, length))
        break;
      body += end.size();
      if (pending.size() < body + length)
        break;
      std::string message = rewrite(pending.substr(body, length));
      os << StringRef(pending).take_front(start) << header << message.size()
         << end << message;
      os.flush();
      pending.erase(0, body + length);
    }
  }
  os << pending;
}

int main(int argc, char **argv) {
  DialectRegistry registry;
  gyre::registerDialects(registry);
  // The server writes to a pipe that takes the place of standard output.
  int ends[2], output = dup(STDOUT_FILENO);
  if (output < 0 || pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0) {
    llvm::errs() << "gyre-lsp-server: cannot open a pipe\n";
    return 1;
  }
  close(ends[1]);
  std::thread thread(forward, ends[0], output);
  bool failed = mlir::failed(MlirLspServerMain(argc, argv, registry));
  llvm::outs().flush();
  close(STDOUT_FILENO);
  thread.join();
  return failed;
}
