// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Records as JSON, and the roofline picture: SVG in a page of its own.

#include "Report.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace bench;

static std::string format(const char *text, ...) {
  char buffer[1024];
  va_list arguments;
  va_start(arguments, text);
  std::vsnprintf(buffer, sizeof buffer, text, arguments);
  va_end(arguments);
  return buffer;
}

static std::ofstream open(const std::string &file) {
  std::ofstream out(file);
  if (!out) {
    std::fprintf(stderr, "gyre-bench: cannot write '%s'\n", file.c_str());
    std::exit(1);
  }
  return out;
}

void bench::writeJson(const std::string &file,
                      const std::vector<Record> &records) {
  std::ofstream out = open(file);
  std::string machine = describeMachine();
  out << "[";
  const char *separator = "\n";
  for (const Record &r : records) {
    const Case &what = r.what;
    out << separator
        << format("  {\"kernel\": \"%s\", \"shape\": \"%s\", \"type\": \"%s\", "
                  "\"threads\": %d, \"ours_ms\": %.5f, \"reference\": \"%s\", "
                  "\"reference_ms\": %.5f, \"ratio\": %.4f, ",
                  what.kernel.c_str(), what.shape.c_str(), what.type.c_str(),
                  r.threads, r.ours, what.reference.c_str(), r.theirs, r.ratio)
        << format("\"bytes\": %.0f, \"operations\": %.0f, \"limit\": \"%s\", "
                  "\"limit_fraction\": %.4f, "
                  "\"reference_limit_fraction\": %.4f, \"spread\": %.4f, "
                  "\"bar\": %s, \"right\": %s, ",
                  what.work.read + what.work.written, what.work.operations,
                  r.limit.c_str(), r.limitTime / r.ours, r.limitTime / r.theirs,
                  r.spread,
                  r.bar() != 0 ? format("%.2f", r.bar()).c_str() : "null",
                  r.isRight() ? "true" : "false")
        << "\"machine\": \"" << machine << "\"}";
    separator = ",\n";
  }
  out << "\n]\n";
}

namespace {
/// Axes with logarithmic scales, in the units of the picture.
struct Axes {
  static constexpr double width = 900, height = 520, margin = 60;
  double minX = 1.0 / 32, maxX = 512, minY = 0.25, maxY = 1024;

  double x(double value) const {
    double share =
        std::log(std::clamp(value, minX, maxX) / minX) / std::log(maxX / minX);
    return margin + share * (width - 2 * margin);
  }
  double y(double value) const {
    double share =
        std::log(std::clamp(value, minY, maxY) / minY) / std::log(maxY / minY);
    return height - margin - share * (height - 2 * margin);
  }
};
} // namespace

static const char *colorOf(const std::string &limit) {
  return limit == "fma" ? "#b3421f" : limit == "exp" ? "#7a3fa0" : "#1f6fb3";
}

/// Operations with a polynomial's for each exponential.
static double operationsOf(const Case &what) {
  return what.work.operations + 14 * what.work.exponentials;
}

static void drawRoof(std::ofstream &out, const Axes &axes,
                     const Limits &limits) {
  double peak = limits.fma * 1e-6;
  for (int place = 0; place < Limits::places; ++place) {
    double rate = limits.copy(Limits::Place(place)) * 1e-6;
    double knee = peak / rate;
    out << format("<path class=\"roof\" d=\"M%.1f %.1f L%.1f %.1f L%.1f "
                  "%.1f\"/>\n",
                  axes.x(axes.minX), axes.y(rate * axes.minX), axes.x(knee),
                  axes.y(peak), axes.x(axes.maxX), axes.y(peak))
        << format("<text class=\"note\" x=\"%.1f\" y=\"%.1f\">%s, %.0f "
                  "GB/s</text>\n",
                  axes.x(axes.minX) + 6, axes.y(rate * axes.minX) - 6,
                  Limits::nameOf(Limits::Place(place)), rate);
  }
  out << format("<text class=\"note\" x=\"%.1f\" y=\"%.1f\">%.0f "
                "GFLOP/s</text>\n",
                axes.x(axes.maxX) - 90, axes.y(peak) - 6, peak);
}

static void drawAxes(std::ofstream &out, const Axes &axes) {
  for (double value = axes.minX; value <= axes.maxX; value *= 4)
    out << format("<path class=\"grid\" d=\"M%.1f %.1f V%.1f\"/><text "
                  "class=\"tick\" x=\"%.1f\" y=\"%.1f\">%g</text>\n",
                  axes.x(value), axes.y(axes.minY), axes.y(axes.maxY),
                  axes.x(value), axes.y(axes.minY) + 18, value);
  for (double value = axes.minY; value <= axes.maxY; value *= 4)
    out << format("<path class=\"grid\" d=\"M%.1f %.1f H%.1f\"/><text "
                  "class=\"tick\" x=\"%.1f\" y=\"%.1f\">%g</text>\n",
                  axes.x(axes.minX), axes.y(value), axes.x(axes.maxX),
                  axes.x(axes.minX) - 24, axes.y(value) + 4, value);
  out << format("<text class=\"note\" x=\"%.1f\" y=\"%.1f\">operations a "
                "byte</text>\n",
                axes.width / 2 - 50, axes.height - 14)
      << format("<text class=\"note\" transform=\"translate(14 %.1f) "
                "rotate(-90)\">10^9 operations a second</text>\n",
                axes.height / 2 + 60);
}

static void drawPicture(std::ofstream &out, const std::vector<Record> &records,
                        const Limits &limits) {
  Axes axes;
  out << format("<h2>%d thread%s</h2>\n<svg viewBox=\"0 0 %.0f %.0f\">\n",
                limits.threads, limits.threads == 1 ? "" : "s", axes.width,
                axes.height);
  drawAxes(out, axes);
  drawRoof(out, axes, limits);
  for (const Record &r : records) {
    double operations = operationsOf(r.what);
    double bytes = r.what.work.read + r.what.work.written;
    if (r.threads != limits.threads || operations == 0 || bytes == 0)
      continue;
    out << format(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\"><title>"
        "%s: %.0f %% of the limit (%s), %.2f of %s</title></circle>\n",
        axes.x(operations / bytes), axes.y(operations / r.ours * 1e-6),
        colorOf(r.limit), r.what.title().c_str(), 100 * r.limitTime / r.ours,
        r.limit.c_str(), r.ratio, r.what.reference.c_str());
  }
  out << "</svg>\n";
}

void bench::writePicture(const std::string &file,
                         const std::vector<Record> &records,
                         const std::map<int, Limits> &limits) {
  std::ofstream out = open(file);
  out << "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
         "<title>gyre: kernels and the machine's limits</title>\n<style>\n"
         "body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 60em; "
         "color: #222; background: #fff }\n"
         "svg { width: 100%; height: auto }\n"
         ".grid { stroke: #e4e4e4 } .roof { stroke: #444; stroke-width: 1.5; "
         "fill: none }\n"
         ".tick { font-size: 11px; text-anchor: middle; fill: #666 } "
         ".note { font-size: 12px; fill: #444 }\n"
         "circle { fill-opacity: .75 } circle:hover { fill-opacity: 1 }\n"
         "table { border-collapse: collapse; width: 100% } td, th { padding: "
         ".2em .6em; text-align: right; border-bottom: 1px solid #e4e4e4 }\n"
         "td:first-child, th:first-child { text-align: left } .slow { "
         "font-weight: bold }\n</style>\n"
         "<h1>Kernels and the machine's limits</h1>\n<p>"
      << describeMachine()
      << ". A dot is a kernel; its colour says what limits it: "
         "<span style=\"color: #1f6fb3\">memory</span>, "
         "<span style=\"color: #b3421f\">multiply-adds</span>, "
         "<span style=\"color: #7a3fa0\">exponentials</span> (counted as 14 "
         "operations). Lines are what the machine reached in the same "
         "run.</p>\n";
  for (const auto &[threads, known] : limits)
    drawPicture(out, records, known);
  out << "<table><tr><th>kernel<th>threads<th>gyre ms<th>other ms<th>ratio<th>"
         "bar<th>limit<th>reached<th>other reached</tr>\n";
  for (const Record &r : records)
    out << format("<tr%s><td>%s (%s)<td>%d<td>%.4g<td>%.4g<td>%.2f<td>%s<td>%s"
                  "<td>%.0f %%<td>%.0f %%</tr>\n",
                  r.bar() != 0 && r.ratio > r.bar() ? " class=\"slow\"" : "",
                  r.what.title().c_str(), r.what.reference.c_str(), r.threads,
                  r.ours, r.theirs, r.ratio,
                  r.bar() != 0 ? format("%.2f", r.bar()).c_str() : "",
                  r.limit.c_str(), 100 * r.limitTime / r.ours,
                  100 * r.limitTime / r.theirs);
  out << "</table>\n</html>\n";
}
