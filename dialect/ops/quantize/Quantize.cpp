// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantizers: FSQ as maps and a sum of digits, nearest code as
// gyre.contract_reduce. Binary.cpp, Residual.cpp and Formats.cpp have the
// others.

#include "dialect/ops/quantize/Quantize.h"

#include "dialect/Builders.h"

#include <limits>

using namespace mlir;
using namespace mlir::gyre;

//===----------------------------------------------------------------------===//
// Finite scalar quantization
//===----------------------------------------------------------------------===//

/// Indices are summed in f32, which is exact below this.
static constexpr int64_t maxCodes = 1 << 24;

static int64_t numCodes(ArrayRef<int64_t> levels) {
  int64_t product = 1;
  for (int64_t level : levels)
    product = std::min(product * std::min(level, maxCodes + 1), maxCodes + 1);
  return product;
}

static LogicalResult verifyLevels(Operation *op, ArrayRef<int64_t> levels) {
  for (int64_t level : levels)
    if (level < 2) // (C1) (C2)
      return op->emitOpError("expected levels of at least 2, got ") << level;
  if (levels.empty() || numCodes(levels) > maxCodes) // (C2) (C3)
    return op->emitOpError("expected at least one level and at most 2^24 "
                           "codes, got levels [")
           << levels << "]";
  return success();
}

template <typename Adaptor> static ArrayRef<int64_t> levelsOf(Adaptor adaptor) {
  auto levels = inferenceAttr<DenseI64ArrayAttr>(
      adaptor, "levels", adaptor.getProperties().getLevels());
  return levels ? levels.asArrayRef() : ArrayRef<int64_t>();
}

/// A constant [d] of f(level).
static Value levelVector(OpBuilder &b, Location loc, ArrayRef<int64_t> levels,
                         Type element, function_ref<double(int64_t)> f) {
  SmallVector<double> values = llvm::map_to_vector(levels, f);
  return constantVector(b, loc, values, element);
}

/// The level of code 0, by which codes are divided.
static auto halfLevel(StringRef form) {
  return [isWhole = form.starts_with("tan")](int64_t level) {
    return isWhole ? static_cast<double>(level / 2) : (level - 1) / 2.0;
  };
}

/// L_0 .. L_(j-1) for each j.
static Value basisVector(OpBuilder &b, Location loc, ArrayRef<int64_t> levels,
                         Type element) {
  int64_t basis = 1;
  return levelVector(b, loc, levels, element, [&](int64_t level) {
    double value = basis;
    basis *= level;
    return value;
  });
}

LogicalResult FsqEncodeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  RankedTensorType z = tensorType(adaptor.getZ());
  int64_t levels = levelsOf(adaptor).size();
  if (z.getRank() < 1 || z.getShape().back() != levels) // (C1)
    return emitOptionalError(loc, "expected the last dimension of z to be ",
                             levels, ", one a level, got ", z);
  results.push_back(z);
  results.push_back(RankedTensorType::get(z.getShape().drop_back(),
                                          IntegerType::get(context, 32)));
  return success();
}

LogicalResult FsqEncodeOp::verify() {
  return verifyLevels(*this, getLevels()); // (C2) (C3)
}

/// The numbers that codes spell; `width` is the level of code 0.
static Value sumDigits(OpBuilder &b, Location loc, Value codes, Input width,
                       ArrayRef<int64_t> levels) {
  unsigned loops = tensorType(codes).getRank();
  Type real = tensorType(width.tensor).getElementType();
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators.back() = IteratorKind::reduction;
  return buildReduce(
             b, loc,
             {.iterators = iterators,
              .inputs = {{codes, b.getMultiDimIdentityMap(loops)},
                         width,
                         {basisVector(b, loc, levels, real), width.map}},
              .outputs = {{b.getI32Type(), mapOf(b.getContext(), loops,
                                                 dimRange(0, loops - 1))}},
              .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
              .step = [](Body &, ArrayRef<Scalar> e,
                         ArrayRef<Scalar> s) -> Scalars {
                // Rounding again undoes the division; NaN becomes 0.
                Scalar digit = roundeven(e[0] * e[1] + e[1]);
                return {s[0] + select(greater(digit, 0.0), digit, 0.0) * e[2]};
              },
              .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y)
                  -> Scalars { return {x[0] + y[0]}; },
              .finish = [](Body &body, ArrayRef<Scalar> s) -> Scalars {
                return {s[0].to(body.builder().getI32Type())};
              }})
      .front();
}

FailureOr<SmallVector<Value>> FsqEncodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  RankedTensorType type = tensorType(getZ());
  unsigned loops = type.getRank();
  Type real = getRegionType(type.getElementType());
  ArrayRef<int64_t> levels = getLevels();
  bool isTan = getForm() == "tan";
  auto half = [&](int64_t level) {
    return (level - 1) * (isTan ? 0.999 : 1.001) / 2;
  };
  auto offset = [](int64_t level) { return level % 2 == 0 ? 0.5 : 0.0; };
  auto vector = [&](function_ref<double(int64_t)> f) {
    return Input{levelVector(b, loc, levels, real, f),
                 mapOf(b.getContext(), loops, loops - 1)};
  };
  Input width = vector(halfLevel(getForm()));
  AffineMap identity = b.getMultiDimIdentityMap(loops);
  bool clamps = getForm() == "clamp";
  auto symmetric = [&](Scalar z, Scalar width) {
    Scalar below = select(greater(z, 1.0), 1.0, z);
    Scalar bounded = clamps ? select(less(below, -1.0), -1.0, below) : tanh(z);
    return floor((bounded + 1.0) * width + 0.5) / width - 1.0;
  };
  if (getForm() != "tanh" && !isTan) {
    Value codes = buildMap(b, loc, {{getZ(), identity}, width},
                           {{type.getElementType(), identity}},
                           [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                             return {symmetric(e[0], e[1])};
                           })
                      .front();
    return SmallVector<Value>{codes, sumDigits(b, loc, codes, width, levels)};
  }
  // Codes are whole numbers over these: exact as products where they are
  // powers of two.
  bool isExact = llvm::all_of(
      levels, [](int64_t level) { return llvm::isPowerOf2_64(level / 2); });
  Input unit =
      isExact ? vector([](int64_t level) { return 1.0 / (level / 2); }) : width;
  Value codes = buildMap(b, loc,
                         {{getZ(), identity},
                          vector(half),
                          vector(offset),
                          vector([&](int64_t level) {
                            double share = offset(level) / half(level);
                            return isTan ? std::tan(share) : std::atanh(share);
                          }),
                          unit},
                         {{type.getElementType(), identity}},
                         [&](Body &, ArrayRef<Scalar> e) -> Scalars {
                           Scalar bounded =
                               tanhOfOne(e[0] + e[3]) * e[1] - e[2];
                           Scalar level = roundeven(bounded);
                           return {isExact ? level * e[4] : level / e[4]};
                         })
                    .front();

  return SmallVector<Value>{codes, sumDigits(b, loc, codes, width, levels)};
}

LogicalResult FsqDecodeOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location>,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  SmallVector<int64_t> sizes(tensorType(adaptor.getIndices()).getShape());
  sizes.push_back(levelsOf(adaptor).size());
  results.push_back(RankedTensorType::get(sizes, Float32Type::get(context)));
  return success();
}

LogicalResult FsqDecodeOp::verify() {
  return verifyLevels(*this, getLevels()); // (C1) (C2)
}

OpFoldResult FsqDecodeOp::fold(FoldAdaptor) {
  auto encode = getIndices().getDefiningOp<FsqEncodeOp>();
  if (encode && encode.getLevels() == getLevels() &&
      encode.getForm() == getForm() && encode.getCodes().getType() == getType())
    return encode.getCodes();
  return {};
}

FailureOr<SmallVector<Value>> FsqDecodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  ArrayRef<int64_t> levels = getLevels();
  unsigned loops = getType().getRank();
  Type real = b.getF32Type();
  AffineMap column = mapOf(b.getContext(), loops, loops - 1);
  SmallVector<OpFoldResult> sizes = sizesOf(b, loc, getIndices());
  sizes.push_back(b.getIndexAttr(levels.size()));
  auto self = [](int64_t level) { return level; };
  auto half = halfLevel(getForm());
  int64_t codes = numCodes(levels);
  return buildMap(
      b, loc,
      {{getIndices(), mapOf(b.getContext(), loops, dimRange(0, loops - 1))},
       {basisVector(b, loc, levels, real), column},
       {levelVector(b, loc, levels, real, self), column},
       {levelVector(b, loc, levels, real, half), column}},
      {{real, b.getMultiDimIdentityMap(loops), sizes}},
      [&](Body &body, ArrayRef<Scalar> e) -> Scalars {
        Scalar valid =
            less(e[0], codes) & less(body.integer(-1, e[0].getType()), e[0]);
        // Quotients of integers below 2^24 round to whole numbers only where
        // they are whole, so this is integer division, and cannot trap.
        Scalar rest = floor(select(valid, e[0], 0.0).to(real) / e[1]);
        Scalar digit = rest - floor(rest / e[2]) * e[2];
        return {select(valid, (digit - e[3]) / e[3], 0.0)};
      });
}

//===----------------------------------------------------------------------===//
// Nearest code
//===----------------------------------------------------------------------===//

LogicalResult NearestCodeOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              Adaptor adaptor,
                                              SmallVectorImpl<Type> &results) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType codebook = tensorType(adaptor.getCodebook());
  bool grouped = codebook.getRank() == 3;
  if (x.getRank() < 1 + grouped ||
      (codebook.getRank() != 2 && !grouped)) // (C1)
    return emitOptionalError(
        loc,
        "expected x of rank 1 or more and codebook of rank 2, or 2 or more and "
        "3 with groups, got ",
        x.getRank(), " and ", codebook.getRank());
  if (!sizesAgree(x.getShape().back(), codebook.getShape().back()) ||
      (grouped && !sizesAgree(x.getDimSize(x.getRank() - 2),
                              codebook.getDimSize(0)))) // (C2)
    return emitOptionalError(loc,
                             "expected x and codebook to agree in the last "
                             "dimension and in groups, got ",
                             x, " and ", codebook);
  results.push_back(RankedTensorType::get(x.getShape().drop_back(),
                                          IntegerType::get(context, 32)));
  return success();
}

/// Of each code half the square of its length, or what a cosine multiplies its
/// products with.
static Value codeNorms(OpBuilder &b, Location loc, Value codebook,
                       bool isCosine) {
  RankedTensorType type = tensorType(codebook);
  unsigned loops = type.getRank();
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators.back() = IteratorKind::reduction;
  return buildReduce(
             b, loc,
             {.iterators = iterators,
              .inputs = {{codebook, b.getMultiDimIdentityMap(loops)}},
              .outputs = {{getRegionType(type.getElementType()),
                           mapOf(b.getContext(), loops,
                                 dimRange(0, loops - 1))}},
              .init = [](Body &body) -> Scalars { return {body.number(0.0)}; },
              .step = [](Body &, ArrayRef<Scalar> e, ArrayRef<Scalar> s)
                  -> Scalars { return {s[0] + e[0] * e[0]}; },
              .merge = [](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y)
                  -> Scalars { return {x[0] + y[0]}; },
              .finish = [&](Body &, ArrayRef<Scalar> s) -> Scalars {
                if (!isCosine)
                  return {s[0] * 0.5};
                return {1.0 / sqrt(select(less(s[0], 1e-24), 1e-24, s[0]))};
              }})
      .front();
}

FailureOr<SmallVector<Value>> NearestCodeOp::decomposeOperation(OpBuilder &b) {
  Location loc = getLoc();
  MLIRContext *context = b.getContext();
  unsigned rows = tensorType(getX()).getRank() - 1;
  RankedTensorType bookType = tensorType(getCodebook());
  Type real = getRegionType(bookType.getElementType());
  bool isCosine = getDistance() == "cosine";
  Value norms = codeNorms(b, loc, getCodebook(), isCosine);

  // States (least score, its number). A state meets codes in increasing order,
  // so a tie is left to the one that it has; parts of a row may meet in any.
  Type integer = b.getI32Type();
  constexpr int64_t none = std::numeric_limits<int32_t>::max();
  double largest = real.isF64() ? std::numeric_limits<double>::max()
                                : std::numeric_limits<float>::max();
  auto least = [](Scalar x, Scalar i, Scalar y, Scalar j) -> Scalars {
    Scalar takeX = less(x, y) | (equal(x, y) & less(i, j));
    return {select(takeX, x, y), select(takeX, i, j)};
  };
  // Loops: rows.., the last of them groups if there are, code, feature.
  unsigned code = rows, feature = rows + 1, loops = rows + 2;
  SmallVector<IteratorKind> iterators(loops, IteratorKind::parallel);
  iterators[code] = IteratorKind::reduction;
  iterators[feature] = IteratorKind::contraction;
  SmallVector<unsigned> row = dimRange(0, rows), ofCode = {code};
  if (bookType.getRank() == 3)
    ofCode.insert(ofCode.begin(), rows - 1);
  return buildContractReduce(
      b, loc,
      {.iterators = iterators,
       .inputs = {{getX(), mapOf(context, loops, concat(row, feature))},
                  {getCodebook(),
                   mapOf(context, loops, concat(ofCode, feature))},
                  {norms, mapOf(context, loops, ofCode)}},
       .outputs = {{integer, mapOf(context, loops, row)}},
       .score = [&](Body &, ArrayRef<Scalar> products,
                    ArrayRef<Scalar> elements) -> Scalars {
         // Infinity becomes the largest number, for it can be the least of
         // all. NaN stays, and loses.
         Scalar score = isCosine ? -(products[0] * elements[0])
                                 : elements[0] - products[0];
         return {select(greater(score, largest), largest, score)};
       },
       .init = [&](Body &body) -> Scalars {
         return {body.number(std::numeric_limits<double>::infinity()),
                 body.integer(none, integer)};
       },
       .step =
           [&](Body &body, ArrayRef<Scalar> x, ArrayRef<Scalar> s) {
             Scalar takeX = less(x[0], s[0]);
             return Scalars{select(takeX, x[0], s[0]),
                            select(takeX, body.position32(code), s[1])};
           },
       .merge =
           [&](Body &, ArrayRef<Scalar> x, ArrayRef<Scalar> y) {
             return least(x[0], x[1], y[0], y[1]);
           },
       .finish = [&](Body &, ArrayRef<Scalar> s) -> Scalars {
         return {select(equal(s[1], none), 0.0, s[1])};
       }});
}

#define GET_OP_CLASSES
#include "dialect/ops/quantize/Quantize.cpp.inc"

namespace mlir::gyre {
void registerQuantize(GyreDialect &dialect) {
  dialect.addFamily<
#define GET_OP_LIST
#include "dialect/ops/quantize/Quantize.cpp.inc"
      >();
}
} // namespace mlir::gyre
