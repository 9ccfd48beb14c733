// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyre-bench: compiled graphs against kernels written by hand and against what
// the machine can do.

#include "Rows.h"

#include <algorithm>
#include <cstring>

using namespace bench;

static void usage() {
  std::printf(
      "usage: gyre-bench [options] [name]...\n"
      "Times kernels compiled by gyrec against kernels written by hand.\n"
      "  --filter=TEXT    rows whose name contains it; as a name alone\n"
      "  --threads=N      only with N threads (1 and 2)\n"
      "  --rounds=N       rounds of each row (15)\n"
      "  --json=FILE      write the records\n"
      "  --picture=FILE   write a page with a roofline and the table\n");
}

int main(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    // `--option=value` and `--option value`.
    auto value = [&](const std::string &name, std::string &into) {
      if (argument == name && i + 1 < argc) {
        into = argv[++i];
        return true;
      }
      if (argument.rfind(name + "=", 0) != 0)
        return false;
      into = argument.substr(name.size() + 1);
      return true;
    };
    std::string text;
    if (value("--filter", text))
      options.filters.push_back(text);
    else if (value("--threads", text))
      options.threads = {std::max(1, std::atoi(text.c_str()))};
    else if (value("--rounds", text))
      options.rounds = std::max(1, std::atoi(text.c_str()));
    else if (value("--json", text))
      options.json = text;
    else if (value("--picture", text))
      options.picture = text;
    else if (argument[0] == '-') {
      usage();
      return argument == "--help" ? 0 : 2;
    } else
      options.filters.push_back(argument);
  }
  Harness harness(options);
  functionRows(harness);
  mapRows(harness);
  rotaryRows(harness);
  reduceRows(harness);
  scanRows(harness);
  contractRows(harness);
  productRows(harness);
  return harness.finish() != 0;
}
