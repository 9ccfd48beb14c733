// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-lsp-server: upstream's language server with gyre's dialects, which has
// no place to hook into. So messages pass through here, in both directions:
// what an operation computes is put in front of what upstream says it looks
// like, and what gyrec's checks say behind upstream's errors.

#include "codegen/Register.h"
#include "codegen/driver/Diagnose.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <map>
#include <mutex>
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

namespace {
/// Both directions of one session.
class Session {
public:
  explicit Session(const DialectRegistry &registry) : registry(registry) {}

  /// Keeps the text of a document that a client opens or changes.
  void read(StringRef message);
  /// What a client gets for a message of upstream's.
  std::string rewrite(std::string message);

private:
  static bool describe(llvm::json::Object &contents);
  bool addFindings(llvm::json::Object &params);

  const DialectRegistry &registry;
  std::mutex mutex;
  /// Of each document the versions that nothing has been published of.
  std::map<std::string, std::map<int64_t, std::string>> texts;
};
} // namespace

void Session::read(StringRef message) {
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(message);
  if (!parsed)
    return consumeError(parsed.takeError());
  llvm::json::Object *root = parsed->getAsObject();
  llvm::json::Object *params = root ? root->getObject("params") : nullptr;
  llvm::json::Object *document =
      params ? params->getObject("textDocument") : nullptr;
  std::optional<StringRef> uri =
      document ? document->getString("uri") : std::nullopt;
  if (!uri)
    return;
  std::optional<StringRef> text = document->getString("text");
  if (llvm::json::Array *changes = params->getArray("contentChanges"))
    for (llvm::json::Value &change : *changes)
      if (llvm::json::Object *object = change.getAsObject())
        text = object->getString("text");
  std::lock_guard lock(mutex);
  if (text)
    texts[uri->str()][document->getInteger("version").value_or(0)] =
        text->str();
}

/// Adds the documentation of the operation that a hover tells of.
bool Session::describe(llvm::json::Object &contents) {
  std::optional<StringRef> text = contents.getString("value");
  if (!text)
    return false;
  StringRef name = text->split('"').second.split('"').first;
  StringRef documentation = findDocumentation(name);
  if (documentation.empty())
    return false;
  contents["value"] =
      ("`" + name + "` " + documentation + "\n\n" + *text).str();
  return true;
}

/// Adds what gyrec says of a document that parses.
bool Session::addFindings(llvm::json::Object &params) {
  std::optional<StringRef> uri = params.getString("uri");
  llvm::json::Array *diagnostics = params.getArray("diagnostics");
  if (!uri || !diagnostics || !diagnostics->empty())
    return false;
  std::string text;
  {
    std::lock_guard lock(mutex);
    auto &versions = texts[uri->str()];
    auto version = versions.find(params.getInteger("version").value_or(0));
    if (version == versions.end())
      return false;
    text = version->second;
    versions.erase(versions.begin(), version);
  }
  for (const gyre::Finding &finding : gyre::diagnose(text, registry)) {
    auto at = [&](int64_t column) {
      return llvm::json::Object{{"line", finding.line - 1},
                                {"character", column - 1}};
    };
    // To the end of the word.
    SmallVector<StringRef> lines;
    StringRef(text).split(lines, '\n');
    StringRef rest =
        finding.line <= lines.size()
            ? lines[finding.line - 1].drop_front(std::min<size_t>(
                  finding.column - 1, lines[finding.line - 1].size()))
            : "";
    int64_t length = std::min(rest.find_first_of(" (,{}"), rest.size());
    diagnostics->push_back(llvm::json::Object{
        {"range", llvm::json::Object{{"start", at(finding.column)},
                                     {"end", at(finding.column + length)}}},
        {"severity", finding.isError ? 1 : 2},
        {"source", "gyrec"},
        {"message", finding.message}});
  }
  return !diagnostics->empty();
}

std::string Session::rewrite(std::string message) {
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(message);
  if (!parsed) {
    consumeError(parsed.takeError());
    return message;
  }
  llvm::json::Object *root = parsed->getAsObject();
  auto child = [](llvm::json::Object *object, StringRef name) {
    return object ? object->getObject(name) : nullptr;
  };
  llvm::json::Object *result = child(root, "result");
  bool changed = false;
  if (llvm::json::Object *contents = child(result, "contents"))
    changed = describe(*contents);
  if (llvm::json::Object *sync =
          child(child(result, "capabilities"), "textDocumentSync")) {
    // Changes come as whole texts, which is all that is kept here.
    (*sync)["change"] = 1;
    changed = true;
  }
  if (llvm::json::Object *params = child(root, "params"))
    changed |= addFindings(*params);
  if (!changed)
    return message;
  message.clear();
  llvm::raw_string_ostream(message) << *parsed;
  return message;
}

/// Cuts what comes into messages: a header that says how long, an empty line,
/// JSON. Calls `take(header, body)` for each; returns what is left.
static std::string
forEachMessage(int from,
               llvm::function_ref<void(StringRef, std::string)> take) {
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
              .take_until([](char c) { return c == '\r'; })
              .getAsInteger(10, length))
        break;
      body += end.size();
      if (pending.size() < body + length)
        break;
      take(StringRef(pending).take_front(start), pending.substr(body, length));
      pending.erase(0, body + length);
    }
  }
  return pending;
}

static void send(llvm::raw_ostream &os, StringRef before, StringRef message) {
  os << before << "Content-Length: " << message.size() << "\r\n\r\n" << message;
  os.flush();
}

/// Upstream's messages on their way to the client.
static void forwardOutput(Session &session, int from, int to) {
  llvm::raw_fd_ostream os(to, /*shouldClose=*/false);
  os << forEachMessage(from, [&](StringRef before, std::string message) {
    send(os, before, session.rewrite(std::move(message)));
  });
}

/// The client's on their way to upstream. Tests have them one after another
/// instead, with comments between.
static void forwardInput(Session &session, int from, int to, bool isTest) {
  llvm::raw_fd_ostream os(to, /*shouldClose=*/true);
  std::string rest =
      forEachMessage(from, [&](StringRef before, std::string message) {
        session.read(message);
        send(os, before, message);
      });
  SmallVector<StringRef> lines;
  StringRef(rest).split(lines, '\n');
  std::string message;
  for (StringRef line : lines)
    if (isTest && line.starts_with("// -----"))
      session.read(std::exchange(message, {}));
    else if (isTest && !line.starts_with("//"))
      message += line;
  os << rest;
}

int main(int argc, char **argv) {
  DialectRegistry registry;
  gyre::registerDialects(registry);
  Session session(registry);
  // Pipes take the place of standard input and output.
  int in[2], out[2], input = dup(STDIN_FILENO), output = dup(STDOUT_FILENO);
  if (input < 0 || output < 0 || pipe(in) != 0 || pipe(out) != 0 ||
      dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0) {
    llvm::errs() << "gyre-lsp-server: cannot open a pipe\n";
    return 1;
  }
  close(in[0]);
  close(out[1]);
  bool isTest =
      llvm::is_contained(ArrayRef(argv, argc), StringRef("-lit-test"));
  // It waits for the client, also after the last message.
  std::thread(forwardInput, std::ref(session), input, in[1], isTest).detach();
  std::thread thread(forwardOutput, std::ref(session), out[0], output);
  bool failed = mlir::failed(MlirLspServerMain(argc, argv, registry));
  llvm::outs().flush();
  close(STDOUT_FILENO);
  thread.join();
  // Without destructors, which the other thread may still need.
  _exit(failed);
}
