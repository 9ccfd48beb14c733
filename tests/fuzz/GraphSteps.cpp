// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How random graphs have steps of samplers, and which operators none has.

#include "fuzz/Graph.h"

#include "dialect/ops/score/ScoreReference.h"

using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
namespace reference = ::gyre::reference;
using All = std::vector<Numbers>;

/// One of x, another tensor and levels, element by element.
template <typename Function>
static auto step(const char *text, int tensors, std::vector<double> levels,
                 Function function) {
  return [=](Graph &g) {
    int x = g.pick();
    std::vector<int> operands = {x};
    for (int i = 1; i < tensors; ++i)
      operands.push_back(g.like(g[x].shape));
    for (double level : levels)
      operands.push_back(g.scalar("f32", level));
    return g.add(text, operands, {{g[x].shape, g.element}}, [=](const All &a) {
      Numbers y;
      for (size_t i = 0; i < a[0].size(); ++i) {
        Numbers at;
        for (size_t t = 0; t < a.size(); ++t)
          at.push_back(t < size_t(tensors) ? a[t][i] : a[t][0]);
        y.push_back(function(at));
      }
      return All{y};
    });
  };
}

/// From one level to a lower one; v is x, prediction, noise, alpha, sigma, next
/// alpha, next sigma.
static double denoise(const Numbers &v, double eta, bool ddpm) {
  reference::Sample powers = {v[3] * v[3]};
  double a = v[3] * v[3], next = v[5] * v[5];
  double clean = (v[0] - v[4] * v[1]) / v[3];
  double alpha = a / next, beta = 1 - alpha;
  if (ddpm)
    return std::sqrt(next) * beta / (1 - a) * clean +
           std::sqrt(alpha) * (1 - next) / (1 - a) * v[0] +
           std::sqrt((1 - next) / (1 - a) * beta) * v[2];
  double s = eta * std::sqrt((1 - next) / (1 - a)) * std::sqrt(beta);
  return std::sqrt(next) * clean + std::sqrt(1 - next - s * s) * v[1] +
         s * v[2];
}

static bool addCoefficients(Graph &g) {
  int x = g.input({{1 + g.random.below(20)}}, 0.1, 4);
  Result result = {g[x].shape, g.element};
  return g.add("gyre.edm_coefficients $0 {sigma_data = 0.5} : #0", {x},
               {result, result, result, result}, [](const All &a) {
                 All all(4);
                 for (double sigma : a[0]) {
                   double root = std::sqrt(sigma * sigma + 0.25);
                   all[0].push_back(0.25 / (root * root));
                   all[1].push_back(sigma * 0.5 / root);
                   all[2].push_back(1 / root);
                   all[3].push_back(std::log(sigma) / 4);
                 }
                 return all;
               });
}

static bool addSigmas(Graph &g) {
  int64_t steps = 1 + g.random.below(20);
  return g.add("gyre.karras_sigmas {sigma_max = 10.0} : @0", {},
               {{{{steps + 1}}, Element::f32}}, [=](const All &) {
                 return All{reference::karrasSigmas(steps, 0.002, 10, 7)};
               });
}

static bool addSchedule(Graph &g) {
  int64_t count = 2 + g.random.below(20);
  Result result = {{{count}}, Element::f32};
  return g.add("gyre.diffusion_schedule {schedule = \"cosine\"} : @0", {},
               {result, result}, [=](const All &) {
                 All all(2);
                 for (double power :
                      reference::signalPowers("cosine", count, 0, 0)) {
                   all[0].push_back(std::sqrt(power));
                   all[1].push_back(std::sqrt(1 - power));
                 }
                 return all;
               });
}

llvm::ArrayRef<Operator> fuzz::getSteps() {
  static const Operator table[] = {
      {"gyre.euler_step",
       step("gyre.euler_step $0, $1 from $2 to $3 : #0, f32", 2, {2, 1.25},
            [](const Numbers &v) {
              return reference::eulerStep(v[0], v[1], v[2], v[3]);
            })},
      {"gyre.heun_step",
       step("gyre.heun_step $0, $1, $2, $3 from $4 to $5 : #0, f32", 4,
            {2, 1.25},
            [](const Numbers &v) {
              return reference::heunStep(v[0], v[1], v[2], v[3], v[4], v[5]);
            })},
      {"gyre.flow_step",
       step("gyre.flow_step $0, $1 from $2 to $3 : #0, f32", 2, {0.75, 0.5},
            [](const Numbers &v) {
              return reference::flowStep(v[0], v[1], v[2], v[3]);
            })},
      {"gyre.guidance",
       step("gyre.guidance $0, $1 by $2 : #0, f32", 2, {3},
            [](const Numbers &v) { return v[1] + v[2] * (v[0] - v[1]); })},
      {"gyre.convert_prediction",
       step("gyre.convert_prediction $0 of $1 at $2, $3 {from = \"v\", to = "
            "\"sample\"} : #0, f32",
            2, {0.8, 0.6},
            [](const Numbers &v) { return v[2] * v[1] - v[3] * v[0]; })},
      {"gyre.ddim_step",
       step("gyre.ddim_step $0, $1 from $3, $4 to $5, $6 noise($2 : #2) {eta = "
            "0.5} : #0, f32",
            3, {0.6, 0.8, 0.8, 0.6},
            [](const Numbers &v) { return denoise(v, 0.5, false); })},
      {"gyre.ddpm_step",
       step("gyre.ddpm_step $0, $1 from $3, $4 to $5, $6 noise($2 : #2) : #0, "
            "f32",
            3, {0.6, 0.8, 0.8, 0.6},
            [](const Numbers &v) { return denoise(v, 1, true); })},
      {"gyre.edm_coefficients", addCoefficients},
      {"gyre.karras_sigmas", addSigmas},
      {"gyre.diffusion_schedule", addSchedule},
  };
  return table;
}

llvm::ArrayRef<Absent> fuzz::getAbsent() {
  static const Absent table[] = {
      {"gyre.edm_sample", "around a function of the module"},
      {"gyre.flow_sample", "around a function of the module"},
      {"gyre.ddim_sample", "around a function of the module"},
      {"gyre.ddpm_sample", "around a function of the module"},
      {"gyre.dpm_sample", "around a function of the module"},
      {"gyre.hippo", "a constant, which nothing can change"},
      {"gyre.discretize", "of constants"},
      {"gyre.reduce", "a structure"},
      {"gyre.scan", "a structure"},
      {"gyre.contract_reduce", "a structure"},
      {"gyre.lookup", "part of a structure's region"},
      {"gyre.index", "part of a structure's region"},
      {"gyre.yield", "part of a structure's region"},
      {"gyre.launch", "no graph may hold it"},
      {"gyre.scratch", "no graph may hold it"},
  };
  return table;
}
