// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// HiPPO's matrices and the discretisation of dense systems: constants, computed
// in double precision.

#include "dialect/ops/scan/Scan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace mlir::gyre;

/// A constant tensor of `type` with `values` in row-major order.
static Value constantTensor(OpBuilder &b, Location loc, RankedTensorType type,
                            ArrayRef<double> values) {
  SmallVector<APFloat> elements;
  for (double value : values) {
    bool inexact;
    elements.emplace_back(value);
    elements.back().convert(
        cast<FloatType>(type.getElementType()).getFloatSemantics(),
        APFloat::rmNearestTiesToEven, &inexact);
  }
  return arith::ConstantOp::create(b, loc,
                                   DenseElementsAttr::get(type, elements));
}

/// Constants are worked out while the compiler's user waits.
static constexpr int64_t mostStates = 1024, mostWork = int64_t(1) << 28;

/// Whether `a` is [N, N] and `b` [N] with a known N.
static bool isSystem(RankedTensorType a, RankedTensorType b) {
  return a.getRank() == 2 && a.hasStaticShape() && a.getDimSize(0) > 0 &&
         a.getDimSize(0) <= mostStates && a.getDimSize(0) == a.getDimSize(1) &&
         b.getRank() == 1 && b.getDimSize(0) == a.getDimSize(0);
}

//===----------------------------------------------------------------------===//
// hippo
//===----------------------------------------------------------------------===//

LogicalResult HippoOp::verify() {
  RankedTensorType a = tensorType(getA()), b = tensorType(getB());
  if (!isSystem(a, b)) // (C1)
    return emitOpError("expected A of sizes N x N and B of size N in [1, "
                       "1024], got ")
           << spellSizes(a.getShape()) << " and " << spellSizes(b.getShape());
  double window = getWindow().convertToDouble();
  if (!(window > 0) || !std::isfinite(window)) // (C2)
    return emitOpError("expected a positive window, got ") << window;
  return success();
}

FailureOr<SmallVector<Value>> HippoOp::decomposeOperation(OpBuilder &builder) {
  int64_t size = tensorType(getB()).getDimSize(0);
  double window = getWindow().convertToDouble();
  StringRef measure = getMeasure();
  SmallVector<double> a, b;
  auto sign = [](int64_t n) { return n % 2 == 0 ? 1.0 : -1.0; };
  for (int64_t n = 0; n < size; ++n) {
    double row = 2.0 * n + 1;
    for (int64_t k = 0; k < size; ++k) {
      double both = std::sqrt(row * (2.0 * k + 1));
      if (measure == "legs")
        a.push_back(n > k ? -both : n == k ? -(n + 1.0) : 0);
      else if (measure == "legt")
        a.push_back(-both * (k <= n ? 1 : sign(k - n)) / window);
      else
        a.push_back(row * (n < k ? -1 : sign(n - k + 1)) / window);
    }
    if (measure == "legs")
      b.push_back(std::sqrt(row));
    else if (measure == "legt")
      b.push_back(std::sqrt(row) / window);
    else
      b.push_back(row * sign(n) / window);
  }
  return SmallVector<Value>{
      constantTensor(builder, getLoc(), tensorType(getA()), a),
      constantTensor(builder, getLoc(), tensorType(getB()), b)};
}

//===----------------------------------------------------------------------===//
// discretize
//===----------------------------------------------------------------------===//

namespace {
/// A dense matrix in double precision.
struct Matrix {
  int64_t rows, columns;
  std::vector<double> values;

  Matrix(int64_t rows, int64_t columns)
      : rows(rows), columns(columns), values(rows * columns) {}
  double &operator()(int64_t i, int64_t j) { return values[i * columns + j]; }
  double operator()(int64_t i, int64_t j) const {
    return values[i * columns + j];
  }
};
} // namespace

static Matrix multiply(const Matrix &x, const Matrix &y) {
  Matrix z(x.rows, y.columns);
  for (int64_t i = 0; i < x.rows; ++i)
    for (int64_t k = 0; k < x.columns; ++k)
      for (int64_t j = 0; j < y.columns; ++j)
        z(i, j) += x(i, k) * y(k, j);
  return z;
}

/// x^-1 y by elimination with pivots; nothing where x has no inverse.
static std::optional<Matrix> solve(Matrix x, Matrix y) {
  for (int64_t k = 0; k < x.rows; ++k) {
    int64_t pivot = k;
    for (int64_t i = k + 1; i < x.rows; ++i)
      if (std::fabs(x(i, k)) > std::fabs(x(pivot, k)))
        pivot = i;
    if (!(std::fabs(x(pivot, k)) > 1e-300))
      return std::nullopt;
    for (int64_t j = 0; j < x.columns; ++j)
      std::swap(x(k, j), x(pivot, j));
    for (int64_t j = 0; j < y.columns; ++j)
      std::swap(y(k, j), y(pivot, j));
    for (int64_t i = 0; i < x.rows; ++i) {
      if (i == k)
        continue;
      double factor = x(i, k) / x(k, k);
      for (int64_t j = k; j < x.columns; ++j)
        x(i, j) -= factor * x(k, j);
      for (int64_t j = 0; j < y.columns; ++j)
        y(i, j) -= factor * y(k, j);
    }
  }
  for (int64_t i = 0; i < y.rows; ++i)
    for (int64_t j = 0; j < y.columns; ++j)
      y(i, j) /= x(i, i);
  return y;
}

/// e^x: Taylor's series of a fraction of x, squared again and again.
static Matrix exponential(Matrix x) {
  double norm = 0;
  for (int64_t i = 0; i < x.rows; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < x.columns; ++j)
      sum += std::fabs(x(i, j));
    norm = std::max(norm, sum);
  }
  // 18 terms of a norm of at most 1/2 leave less than 1e-21.
  int squarings = norm > 0.5 ? std::ilogb(norm) + 2 : 0;
  for (double &value : x.values)
    value = std::ldexp(value, -squarings);
  Matrix sum(x.rows, x.columns), term(x.rows, x.columns);
  for (int64_t i = 0; i < x.rows; ++i)
    sum(i, i) = term(i, i) = 1;
  for (int order = 1; order <= 18; ++order) {
    term = multiply(term, x);
    for (auto [total, value] : llvm::zip(sum.values, term.values))
      total += value /= order;
  }
  for (int i = 0; i < squarings; ++i)
    sum = multiply(sum, sum);
  return sum;
}

/// R and W, side by side, of the generalised bilinear form.
static std::optional<Matrix> discretizeBilinear(const Matrix &a,
                                                const Matrix &b, double step,
                                                double alpha) {
  int64_t n = a.rows;
  Matrix left(n, n), right(n, n + 1);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double one = i == j ? 1 : 0;
      left(i, j) = one - alpha * step * a(i, j);
      right(i, j) = one + (1 - alpha) * step * a(i, j);
    }
    right(i, n) = step * b(i, 0);
  }
  return solve(left, right);
}

/// R and W, side by side, of zero-order hold: the upper part of the exponential
/// of [[A, B], [0, 0]], which needs no inverse.
static Matrix discretizeHold(const Matrix &a, const Matrix &b, double step) {
  int64_t n = a.rows;
  Matrix both(n + 1, n + 1);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j)
      both(i, j) = step * a(i, j);
    both(i, n) = step * b(i, 0);
  }
  Matrix grown = exponential(both), result(n, n + 1);
  std::copy_n(grown.values.begin(), n * (n + 1), result.values.begin());
  return result;
}

LogicalResult DiscretizeOp::verify() {
  RankedTensorType a = tensorType(getA()), b = tensorType(getB());
  if (!isSystem(a, b)) // (C1)
    return emitOpError("expected A of sizes N x N and B of size N in [1, "
                       "1024], got ")
           << spellSizes(a.getShape()) << " and " << spellSizes(b.getShape());
  RankedTensorType r = tensorType(getR()), w = tensorType(getW());
  int64_t leading = getVarying() ? 1 : 0;
  if (!r.hasStaticShape() || !w.hasStaticShape() ||
      r.getRank() != 2 + leading || w.getRank() != 1 + leading ||
      r.getShape().take_back(2) != a.getShape() ||
      w.getShape().take_back(1) != b.getShape() ||
      r.getShape().take_front(leading) !=
          w.getShape().take_front(leading)) // (C2)
    return emitOpError("expected R and W to have the sizes of A and B")
           << (leading ? " after the number of steps" : "") << ", got "
           << spellSizes(r.getShape()) << " and " << spellSizes(w.getShape());
  int64_t size = b.getDimSize(0), steps = leading ? w.getDimSize(0) : 1;
  if (steps > mostWork / (size * size * size)) // (C2)
    return emitOpError("expected at most ")
           << mostWork / (size * size * size) << " matrices of size " << size
           << ", got " << steps;
  double step = getStep().convertToDouble();
  if (!(step > 0) || !std::isfinite(step) ||
      (getVarying() && step != 1)) // (C3)
    return emitOpError("expected a positive step, and 1 with varying, got ")
           << step;
  bool general = getMethod() == "generalized";
  if (general != getAlpha().has_value()) // (C5)
    return emitOpError("expected alpha with the method generalized, and with "
                       "no other");
  if (general && !(getAlpha()->convertToDouble() >= 0 &&
                   getAlpha()->convertToDouble() <= 1)) // (C5)
    return emitOpError("expected alpha in [0, 1], got ")
           << getAlpha()->convertToDouble();
  return success();
}

FailureOr<SmallVector<Value>> DiscretizeOp::decomposeOperation(OpBuilder &b) {
  DenseElementsAttr constants[2];
  if (!matchPattern(getA(), m_Constant(&constants[0])) ||
      !matchPattern(getB(), m_Constant(&constants[1]))) // (C4)
    return emitOpError("expected A and B to be constants");
  int64_t n = tensorType(getB()).getDimSize(0);
  Matrix a(n, n), input(n, 1);
  for (auto [to, from] : llvm::zip(a.values, constants[0].getValues<APFloat>()))
    to = FloatAttr::getValueAsDouble(from);
  for (auto [to, from] :
       llvm::zip(input.values, constants[1].getValues<APFloat>()))
    to = FloatAttr::getValueAsDouble(from);

  double alpha = getAlpha()               ? getAlpha()->convertToDouble()
                 : getMethod() == "euler" ? 0
                 : getMethod() == "backward_euler" ? 1
                                                   : 0.5;
  bool hold = getMethod() == "zoh";
  int64_t count = getVarying() ? tensorType(getW()).getDimSize(0) : 1;
  SmallVector<double> r, w;
  for (int64_t t = 1; t <= count; ++t) {
    double step = getStep().convertToDouble();
    if (getVarying())
      step = hold ? std::log1p(1.0 / t) : 1.0 / t;
    std::optional<Matrix> both =
        hold ? discretizeHold(a, input, step)
             : discretizeBilinear(a, input, step, alpha);
    if (!both) // (C4)
      return emitOpError("expected I - alpha s A to have an inverse");
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j)
        r.push_back((*both)(i, j));
      w.push_back((*both)(i, n));
    }
  }
  return SmallVector<Value>{constantTensor(b, getLoc(), tensorType(getR()), r),
                            constantTensor(b, getLoc(), tensorType(getW()), w)};
}
