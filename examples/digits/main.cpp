// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads, tokenizes and draws digits with functions that gyrec made of the three
// graphs, measures them, and writes a picture, a page and the figures.

#include "Npy.h"
#include "Sheet.h"

#include "classifier.h"
#include "denoiser.h"
#include "tokenizer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <stdexcept>
#include <unistd.h>

namespace {

constexpr int64_t pixels = 64, tokens = 16, classes = 10;
constexpr int64_t heldOut = 360;  // the last ones: other writers
constexpr int64_t perClass = 100; // generated
constexpr float guidance = 1.25f;
constexpr unsigned seed = 20;

/// Images of 8 x 8 in [-1, 1], one after the other.
using Images = std::vector<float>;
using Labels = std::vector<int32_t>;

int64_t count(const Images &images) { return images.size() / pixels; }

void check(int32_t status, const gyre_call &call) {
  if (status != GYRE_SUCCESS)
    throw std::runtime_error(
        fmt::format("{}: {}", gyre_status_string(status), call.message));
}

//===----------------------------------------------------------------------===//
// The models
//===----------------------------------------------------------------------===//

/// Weights of one of the models, mapped from its file.
template <typename Weights> class Mapped {
public:
  Mapped(int32_t (*bind)(Weights *, const char *, gyre_call *),
         const std::string &file) {
    gyre_call call = GYRE_CALL_INIT;
    check(bind(&weights, file.c_str(), &call), call);
  }
  ~Mapped() { gyre_weights_unbind(&weights.mapping); }
  Mapped(const Mapped &) = delete;
  Mapped &operator=(const Mapped &) = delete;
  const Weights *operator&() const { return &weights; }

private:
  Weights weights = {};
};

struct Models {
  explicit Models(const std::string &folder)
      : classifier(classifier_weights_bind, folder + "/classifier.safetensors"),
        tokenizer(tokenizer_weights_bind, folder + "/tokenizer.safetensors"),
        denoiser(denoiser_weights_bind, folder + "/denoiser.safetensors") {}

  Labels read(const Images &images) const {
    int64_t n = count(images);
    std::vector<float> logits(n * classes);
    gyre_call call = GYRE_CALL_INIT;
    check(classify(&classifier, images.data(), logits.data(), n, &call), call);
    Labels labels(n);
    for (int64_t i = 0; i < n; ++i) {
      auto row = logits.begin() + i * classes;
      labels[i] = std::max_element(row, row + classes) - row;
    }
    return labels;
  }

  /// Through 16 tokens an image and back.
  Images rebuild(const Images &images) const {
    int64_t n = count(images);
    std::vector<int32_t> indices(n * tokens);
    Images rebuilt(images.size());
    gyre_call call = GYRE_CALL_INIT;
    check(encode(&tokenizer, images.data(), indices.data(), n, &call), call);
    check(decode(&tokenizer, indices.data(), rebuilt.data(), n, &call), call);
    return rebuilt;
  }

  Images generate(const Images &noise, const Labels &labels) const {
    Images images(noise.size());
    gyre_call call = GYRE_CALL_INIT;
    check(draw(&denoiser, noise.data(), labels.data(), guidance, images.data(),
               labels.size(), &call),
          call);
    return images;
  }

  Mapped<classifier_weights> classifier;
  Mapped<tokenizer_weights> tokenizer;
  Mapped<denoiser_weights> denoiser;
};

//===----------------------------------------------------------------------===//
// Data and measures
//===----------------------------------------------------------------------===//

struct Data {
  explicit Data(const std::string &folder) {
    ByteArray values = readNpy(folder + "/digits.npy");
    ByteArray classes = readNpy(folder + "/labels.npy");
    int64_t n = classes.values.size();
    if (values.shape != std::vector<int64_t>{n, 8, 8} || n <= heldOut)
      throw std::runtime_error("expected as many digits of 8 x 8 as labels");
    int64_t known = n - heldOut;
    for (int64_t i = 0; i < n; ++i) {
      (i < known ? trainedLabels : heldLabels).push_back(classes.values[i]);
      for (int64_t p = 0; p < pixels; ++p) // 0 .. 16 to [-1, 1]
        (i < known ? trained : held)
            .push_back(values.values[i * pixels + p] / 8.0f - 1);
    }
  }

  Images trained, held;
  Labels trainedLabels, heldLabels;
};

double shareOfEqual(const Labels &a, const Labels &b) {
  int64_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i)
    equal += a[i] == b[i];
  return double(equal) / a.size();
}

double meanSquare(const Images &a, const Images &b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
  return sum / a.size();
}

/// Each image's nearest training image: a judge that no model had a part in.
struct Nearest {
  Nearest(const Images &images, const Data &data) {
    for (int64_t i = 0; i < count(images); ++i) {
      double least = INFINITY;
      int32_t label = -1;
      for (int64_t k = 0; k < count(data.trained); ++k) {
        double sum = 0;
        for (int64_t p = 0; p < pixels; ++p) {
          double d =
              double(images[i * pixels + p]) - data.trained[k * pixels + p];
          sum += d * d;
        }
        if (sum < least) {
          least = sum;
          label = data.trainedLabels[k];
        }
      }
      labels.push_back(label);
      meanDistance += std::sqrt(least) / count(images);
    }
  }

  Labels labels;
  double meanDistance = 0;
};

//===----------------------------------------------------------------------===//
// Drawing, with a bar while it waits
//===----------------------------------------------------------------------===//

void showProgress(int64_t done, int64_t all) {
  if (!isatty(STDERR_FILENO))
    return;
  constexpr int width = 40;
  int filled = width * done / all;
  fmt::print(stderr, "\rdrawing digits [{:#<{}}{:.<{}}] {}/{}{}", "", filled,
             "", width - filled, done, all, done == all ? "\n" : "");
  std::fflush(stderr);
}

struct Drawn {
  explicit Drawn(const Models &models) {
    std::mt19937_64 bits(seed);
    std::normal_distribution<float> normal;
    std::chrono::duration<double, std::milli> time{0};
    constexpr int64_t all = classes * perClass, batch = 50;
    for (int64_t begin = 0; begin < all; begin += batch) {
      showProgress(begin, all);
      Images noise(batch * pixels);
      for (float &value : noise)
        value = normal(bits);
      Labels wanted;
      for (int64_t i = begin; i < begin + batch; ++i)
        wanted.push_back(i / perClass);
      auto start = std::chrono::steady_clock::now();
      Images made = models.generate(noise, wanted);
      time += std::chrono::steady_clock::now() - start;
      images.insert(images.end(), made.begin(), made.end());
      labels.insert(labels.end(), wanted.begin(), wanted.end());
    }
    showProgress(all, all);
    milliseconds = time.count() / all;
  }

  Images images;
  Labels labels;
  double milliseconds; // an image
};

//===----------------------------------------------------------------------===//
// What is written
//===----------------------------------------------------------------------===//

struct Figure {
  const char *name;
  double value;
  const char *relation; // "" where there is no bar
  double bar;

  bool holds() const {
    return !*relation || (*relation == '>' ? value >= bar : value <= bar);
  }
};

std::string toJson(const std::vector<Figure> &figures,
                   const std::string &objects) {
  std::string text = "{\n";
  for (const Figure &figure : figures)
    text += fmt::format("  \"{}\": {:.6g},\n", figure.name, figure.value);
  text += "  \"object_bytes\": {";
  const char *separator = "";
  for (const char *model : {"classifier", "tokenizer", "denoiser"}) {
    text +=
        fmt::format("{}\"{}\": {}", separator, model,
                    std::filesystem::file_size(objects + "/" + model + ".o"));
    separator = ", ";
  }
  return text + "}\n}\n";
}

std::string toPage(const std::vector<Figure> &figures) {
  std::string rows;
  for (const Figure &figure : figures)
    rows += fmt::format(
        "<tr><td>{}</td><td>{:.4g}</td><td>{}</td></tr>\n", figure.name,
        figure.value,
        *figure.relation ? fmt::format("{} {:.4g}", figure.relation, figure.bar)
                         : "");
  return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Digits by gyre</title>
<style>
body {{ font-family: sans-serif; max-width: 46em; margin: 2em auto; }}
td, th {{ padding: 0.2em 1em; text-align: left; }}
</style>
<h1>Digits</h1>
<p>Read, tokenized and drawn by kernels that gyrec compiled from three graphs. A column is
a class, 0 to 9. At the top are digits of writers that no model has seen, below them the same
after 16 tokens and back, at the bottom digits drawn from noise.</p>
<img src="digits.png" alt="real, rebuilt and generated digits by class">
<table>
<tr><th>figure</th><th>measured</th><th>bar</th></tr>
{}</table>
</html>
)",
                     rows);
}

void write(const std::string &path, const std::string &text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush())
    throw std::runtime_error("cannot write " + path);
}

void drawSheet(const std::string &path, const Data &data, const Images &rebuilt,
               const Drawn &drawn) {
  // A row stays empty between the parts.
  constexpr int real = 3, generated = 6, firstRebuilt = real + 1,
                firstDrawn = 2 * (real + 1);
  Sheet sheet(firstDrawn + generated, classes);
  std::vector<int> rows(classes, 0);
  for (int64_t i = 0; i < heldOut; ++i) {
    int label = data.heldLabels[i];
    if (rows[label] == real)
      continue;
    sheet.draw(rows[label], label, &data.held[i * pixels]);
    sheet.draw(firstRebuilt + rows[label], label, &rebuilt[i * pixels]);
    ++rows[label];
  }
  for (int label = 0; label < classes; ++label)
    for (int row = 0; row < generated; ++row)
      sheet.draw(firstDrawn + row, label,
                 &drawn.images[(label * perClass + row) * pixels]);
  sheet.write(path);
}

int run(const std::string &source, const std::string &objects,
        const std::string &out) {
  Data data(source + "/data");
  Models models(source + "/weights");

  Images rebuilt = models.rebuild(data.held);
  double accuracy = shareOfEqual(models.read(data.held), data.heldLabels);
  Drawn drawn(models);
  Nearest nearest(drawn.images, data);
  Nearest heldNearest(data.held, data);

  std::vector<Figure> figures = {
      {"accuracy", accuracy, ">=", 0.97},
      {"reconstruction_mse", meanSquare(rebuilt, data.held), "<=", 0.010},
      {"reconstruction_accuracy",
       shareOfEqual(models.read(rebuilt), data.heldLabels),
       ">=", accuracy - 0.015},
      {"recognised", shareOfEqual(models.read(drawn.images), drawn.labels),
       ">=", 0.97},
      {"recognised_nn", shareOfEqual(nearest.labels, drawn.labels), ">=", 0.95},
      {"novelty", nearest.meanDistance / heldNearest.meanDistance, ">=", 0.9},
      {"guidance", guidance, "", 0},
      {"ms_per_image", drawn.milliseconds, "", 0},
  };
  std::filesystem::create_directories(out);
  drawSheet(out + "/digits.png", data, rebuilt, drawn);
  write(out + "/index.html", toPage(figures));
  write(out + "/demo.json", toJson(figures, objects));

  bool passed = true;
  for (const Figure &figure : figures) {
    fmt::print("{:<24} {:<9.4g}", figure.name, figure.value);
    if (*figure.relation)
      fmt::print(" {} {:.4g}{}", figure.relation, figure.bar,
                 figure.holds() ? "" : "   MISSED");
    fmt::print("\n");
    passed &= figure.holds();
  }
  fmt::print("wrote {0}/digits.png, {0}/index.html, {0}/demo.json\n", out);
  return passed ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4) {
    fmt::print(
        stderr,
        "usage: {} <examples/digits> <folder of objects> <output folder>\n",
        argv[0]);
    return 2;
  }
  try {
    return run(argv[1], argv[2], argv[3]);
  } catch (const std::exception &error) {
    fmt::print(stderr, "\nerror: {}\n", error.what());
    return 2;
  }
}
