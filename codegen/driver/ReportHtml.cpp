// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyrec --report=html: the graph's text with the kernel of each line, what
// kernels cost, and the workspace over time, as one page without a script.

#include "codegen/driver/Report.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::report;

static constexpr StringLiteral style = R"(
body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #222; }
h1 { font-size: 1.4em; } h2 { font-size: 1.2em; margin-top: 2em; }
pre { font: 12px/1.5 ui-monospace, monospace; overflow-x: auto; background: #f7f7f7; padding: .5em; }
table { border-collapse: collapse; } td, th { padding: .2em .8em; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.chip { color: #fff; border-radius: .3em; padding: 0 .4em; font: 11px ui-monospace, monospace; }
svg text { font: 11px ui-monospace, monospace; fill: #222; }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #ddd; } pre { background: #262626; } svg text { fill: #ddd; } }
)";

static std::string escape(StringRef text) {
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::printHTMLEscaped(text, os);
  return result;
}

/// Hues apart by the golden angle: neighbours differ.
static std::string color(unsigned kernel) {
  return "hsl(" + std::to_string(kernel * 137 % 360) + ",55%,42%)";
}

/// "12.3 MB"
static std::string scaled(int64_t value, StringRef unit) {
  static constexpr StringLiteral prefixes[] = {"", "k", "M", "G", "T"};
  double number = value;
  unsigned prefix = 0;
  while (number >= 1000 && prefix + 1 < std::size(prefixes)) {
    number /= 1000;
    ++prefix;
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::format(prefix ? "%.3g " : "%.0f ", number) << prefixes[prefix]
     << unit;
  return text;
}

static std::string spell(const Quantity &quantity, StringRef unit) {
  return quantity.value ? scaled(*quantity.value, unit) : escape(quantity.text);
}

namespace {
struct Page {
  Session &session;
  llvm::raw_ostream &os;

  void write(ArrayRef<Function> functions);

private:
  void writeFunction(const Function &function);
  void writeText(ArrayRef<Function> functions);
  void writeBars(const Function &function, StringRef title, StringRef unit,
                 Quantity Kernel::*what);
  void writeWorkspace(const Function &function);
  void chip(const Function &function, unsigned kernel) {
    os << "<span class=\"chip\" style=\"background:" << color(kernel) << "\">"
       << escape(function.kernels[kernel].name) << "</span> ";
  }
};
} // namespace

/// The lines of the graph; what no kernel has is there at compile time only.
void Page::writeText(ArrayRef<Function> functions) {
  StringRef text =
      session.sources.getMemoryBuffer(session.sources.getMainFileID())
          ->getBuffer();
  SmallVector<StringRef> lines;
  text.rtrim().split(lines, '\n');
  os << "<h2>Graph</h2>\n<pre>";
  for (auto [i, line] : llvm::enumerate(lines)) {
    os << llvm::format("%4zu  ", i + 1) << escape(line) << ' ';
    for (const Function &function : functions)
      for (auto [k, kernel] : llvm::enumerate(function.kernels))
        if (llvm::any_of(kernel.places, [line = i + 1](Place place) {
              return place.first == line;
            }))
          chip(function, k);
    os << '\n';
  }
  os << "</pre>\n";
}

void Page::writeBars(const Function &function, StringRef title, StringRef unit,
                     Quantity Kernel::*what) {
  int64_t most = 1;
  for (const Kernel &kernel : function.kernels) {
    if (!(kernel.*what).value)
      return;
    most = std::max(most, *(kernel.*what).value);
  }
  constexpr int row = 20, left = 200, width = 500;
  os << "<h3>" << title << "</h3>\n<svg width=\"" << left + width + 120
     << "\" height=\"" << row * function.kernels.size() << "\">\n";
  for (auto [k, kernel] : llvm::enumerate(function.kernels)) {
    int64_t value = *(kernel.*what).value;
    double length = double(width) * value / most;
    os << "<text x=\"0\" y=\"" << row * k + 14 << "\">" << escape(kernel.name)
       << "</text><rect x=\"" << left << "\" y=\"" << row * k + 2
       << "\" width=\"" << llvm::format("%.1f", std::max(length, 1.0))
       << "\" height=\"" << row - 4 << "\" fill=\"" << color(k)
       << "\"/><text x=\"" << llvm::format("%.1f", left + length + 6)
       << "\" y=\"" << row * k + 14 << "\">" << scaled(value, unit)
       << "</text>\n";
  }
  os << "</svg>\n";
}

/// Kernels from left to right, addresses from top to bottom.
void Page::writeWorkspace(const Function &function) {
  if (function.intermediates.empty())
    return;
  os << "<h3>Workspace over time</h3>\n";
  int64_t end = 1;
  for (const Intermediate &array : function.intermediates) {
    if (!array.offset || !array.bytes) {
      os << "<p>It depends on sizes; --size &lt;name&gt;=&lt;number&gt; gives "
            "them.</p>\n";
      return;
    }
    end = std::max(end, *array.offset + *array.bytes);
  }
  const int step = std::clamp<int>(700 / function.kernels.size(), 8, 60);
  constexpr int height = 260;
  os << "<svg width=\"" << step * function.kernels.size() + 120
     << "\" height=\"" << height + 20 << "\">\n";
  for (const Intermediate &array : function.intermediates) {
    double y = double(height) * *array.offset / end,
           tall = double(height) * *array.bytes / end;
    os << "<rect x=\"" << step * array.first << "\" y=\""
       << llvm::format("%.1f", y) << "\" width=\""
       << step * (array.last - array.first + 1) - 1 << "\" height=\""
       << llvm::format("%.1f", std::max(tall - 1, 1.0)) << "\" fill=\""
       << color(array.first) << "\"><title>" << scaled(*array.bytes, "B")
       << ", from " << escape(function.kernels[array.first].name) << " to "
       << escape(function.kernels[array.last].name) << "</title></rect>\n";
  }
  os << "<text x=\"" << step * function.kernels.size() + 6 << "\" y=\""
     << height << "\">" << scaled(end, "B") << "</text>\n<text x=\"0\" y=\""
     << height + 15 << "\">kernel 0 to " << function.kernels.size() - 1
     << "</text>\n</svg>\n";
}

void Page::writeFunction(const Function &function) {
  os << "<h2>" << escape(function.name) << "</h2>\n<p>"
     << function.kernels.size()
     << (function.kernels.size() == 1 ? " kernel, " : " kernels, ")
     << function.intermediates.size() << " intermediate arrays; workspace ";
  if (function.shared && function.scratch)
    os << scaled(*function.shared, "B") << ", and "
       << scaled(*function.scratch, "B") << " a thread.</p>\n";
  else
    os << "by the sizes.</p>\n";
  os << "<table>\n<tr><th>kernel</th><th>fused</th><th>reads</th>"
        "<th>writes</th><th>bytes</th><th>operations</th></tr>\n";
  for (auto [k, kernel] : llvm::enumerate(function.kernels)) {
    os << "<tr><td>";
    chip(function, k);
    os << "</td><td>";
    for (Place place : kernel.places)
      os << escape(getWord(session, place)) << " <small>" << place.first
         << "</small> ";
    os << "</td><td>" << escape(llvm::join(kernel.reads, ", ")) << "</td><td>"
       << escape(llvm::join(kernel.writes, ", "))
       << "</td><td class=\"number\">" << spell(kernel.bytes, "B")
       << "</td><td class=\"number\">" << spell(kernel.operations, "")
       << "</td></tr>\n";
  }
  os << "</table>\n";
  writeBars(function, "Bytes of arguments and results", "B", &Kernel::bytes);
  writeBars(function, "Operations", "", &Kernel::operations);
  writeWorkspace(function);
}

void Page::write(ArrayRef<Function> functions) {
  std::string title = escape(session.options.compile.name);
  os << "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>"
     << title << "</title>\n<style>" << style << "</style>\n<h1>" << title
     << "</h1>\n<p>Compiled for "
     << escape(session.options.compile.targets.back().describe());
  for (StringRef size : session.options.sizes)
    os << ", " << escape(size);
  os << ".</p>\n";
  for (const Function &function : functions)
    writeFunction(function);
  writeText(functions);
  os << "</html>\n";
}

std::string report::writeHtml(Session &session, ArrayRef<Function> functions) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Page{session, os}.write(functions);
  return text;
}
