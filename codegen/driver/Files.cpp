// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Output files that appear all at once, or not at all.

#include "codegen/driver/Files.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace mlir::gyre;
namespace fs = llvm::sys::fs;

/// Standard output ("-", as raw_fd_ostream has it), pipes and devices: written
/// to as they are, since a file in their place would be something else.
static bool isStream(StringRef path) {
  return path == "-" || (fs::exists(path) && !fs::is_regular_file(path) &&
                         !fs::is_directory(path));
}

LogicalResult gyre::writeFiles(const std::vector<OutputFile> &files,
                               std::string &error) {
  std::vector<std::pair<fs::TempFile, StringRef>> pending;
  auto fail = [&](StringRef path, llvm::Error reason) {
    error =
        ("cannot write '" + path + "': " + toString(std::move(reason))).str();
    for (auto &[file, to] : pending)
      llvm::consumeError(file.discard());
    return failure();
  };
  for (const OutputFile &file : files) {
    if (isStream(file.path))
      continue;
    StringRef folder = llvm::sys::path::parent_path(file.path);
    if (!folder.empty())
      if (std::error_code code = fs::create_directories(folder))
        return fail(file.path, llvm::errorCodeToError(code));
    auto temporary = fs::TempFile::create(file.path + ".%%%%%%", 0666);
    if (!temporary)
      return fail(file.path, temporary.takeError());
    llvm::raw_fd_ostream os(temporary->FD, /*shouldClose=*/false);
    os << file.contents;
    os.flush();
    std::error_code code = os.error();
    os.clear_error();
    pending.emplace_back(std::move(*temporary), file.path);
    if (code)
      return fail(file.path, llvm::errorCodeToError(code));
  }
  for (auto &[file, to] : pending)
    if (llvm::Error reason = file.keep(to))
      return fail(to, std::move(reason));
  for (const OutputFile &file : files) {
    if (!isStream(file.path))
      continue;
    std::error_code code;
    llvm::raw_fd_ostream os(file.path, code);
    if (!code) {
      os << file.contents;
      os.flush();
      code = os.error();
      os.clear_error();
    }
    if (code)
      return fail(file.path, llvm::errorCodeToError(code));
  }
  return success();
}
