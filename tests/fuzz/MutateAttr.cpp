// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mutation of attributes and types.

#include "fuzz/MutateAttr.h"
#include "fuzz/Mutate.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace mlir::gyre;
using namespace mlir::gyre::fuzz;
using test::Random;

Type fuzz::drawElement(MLIRContext *context, Random &random) {
  Builder b(context);
  switch (random.below(14)) {
  case 0:
    return b.getI1Type();
  case 1:
    return b.getI8Type();
  case 2:
    return b.getI32Type();
  case 3:
    return b.getI64Type();
  case 4:
    return b.getIndexType();
  case 5:
    return b.getF64Type();
  case 6:
    return b.getIntegerType(drawNumber(random) & 127);
  case 7:
    return Float8E4M3FNType::get(context);
  case 8:
  case 9:
    return b.getF16Type();
  case 10:
  case 11:
    return b.getBF16Type();
  default:
    return b.getF32Type();
  }
}

int64_t fuzz::drawExtent(Random &random) {
  int64_t n = random.below(3) ? drawNumber(random) : ShapedType::kDynamic;
  return n < 0 ? ShapedType::kDynamic : n;
}

RankedTensorType fuzz::changeTensor(RankedTensorType type, Random &random) {
  SmallVector<int64_t> shape(type.getShape());
  Type element = type.getElementType();
  switch (shape.empty() ? random.below(2) : random.below(6)) {
  case 0:
    element = drawElement(type.getContext(), random);
    break;
  case 1:
    shape.insert(shape.begin() + random.below(shape.size() + 1),
                 drawExtent(random));
    break;
  case 2:
    shape.erase(shape.begin() + random.below(shape.size()));
    break;
  default:
    shape[random.below(shape.size())] = drawExtent(random);
  }
  return RankedTensorType::get(shape, element);
}

static AffineMap changeMap(AffineMap map, Random &random) {
  SmallVector<AffineExpr> results(map.getResults());
  MLIRContext *context = map.getContext();
  unsigned dims = map.getNumDims();
  auto drawExpr = [&] {
    AffineExpr d = dims ? getAffineDimExpr(random.below(dims), context)
                        : getAffineConstantExpr(0, context);
    switch (random.below(5)) {
    case 0:
      return getAffineConstantExpr(drawNumber(random), context);
    case 1:
      return d + drawNumber(random);
    case 2:
      return d * 2;
    case 3:
      return d.floorDiv(2);
    default:
      return d;
    }
  };
  if (results.empty() || random.below(6) == 0)
    results.insert(results.begin() + random.below(results.size() + 1),
                   drawExpr());
  else if (random.below(6) == 0)
    results.erase(results.begin() + random.below(results.size()));
  else if (random.below(2))
    std::swap(results[random.below(results.size())],
              results[random.below(results.size())]);
  else
    results[random.below(results.size())] = drawExpr();
  return AffineMap::get(dims, map.getNumSymbols(), results, context);
}

template <typename T>
static SmallVector<T> changeList(ArrayRef<T> old, Random &random,
                                 llvm::function_ref<T(T)> change) {
  SmallVector<T> list(old);
  if (list.empty())
    return list;
  size_t i = random.below(list.size());
  switch (random.below(5)) {
  case 0:
    list.erase(list.begin() + i);
    break;
  case 1:
    list.push_back(list[i]);
    break;
  default:
    list[i] = change(list[i]);
  }
  return list;
}

Attribute fuzz::changeAttribute(Attribute attr, Random &random) {
  MLIRContext *context = attr.getContext();
  Builder b(context);
  if (auto integer = dyn_cast<IntegerAttr>(attr)) {
    int64_t value = random.below(2) && !integer.getType().isIndex() &&
                            integer.getValue().getBitWidth() <= 64
                        ? integer.getInt() + (random.below(2) ? 1 : -1)
                        : drawNumber(random);
    if (integer.getType().isInteger(1))
      value &= 1;
    unsigned bits = integer.getType().isIndex()
                        ? 64
                        : integer.getType().getIntOrFloatBitWidth();
    return IntegerAttr::get(integer.getType(),
                            APInt(bits, static_cast<uint64_t>(value),
                                  /*isSigned=*/true,
                                  /*implicitTrunc=*/true));
  }
  if (auto real = dyn_cast<FloatAttr>(attr))
    return FloatAttr::get(real.getType(), drawReal(random));
  if (auto map = dyn_cast<AffineMapAttr>(attr))
    return AffineMapAttr::get(changeMap(map.getValue(), random));
  if (auto type = dyn_cast<TypeAttr>(attr))
    if (auto tensor = dyn_cast<RankedTensorType>(type.getValue()))
      return TypeAttr::get(changeTensor(tensor, random));
  if (auto array = dyn_cast<ArrayAttr>(attr))
    return b.getArrayAttr(
        changeList<Attribute>(array.getValue(), random, [&](Attribute a) {
          return changeAttribute(a, random);
        }));
  if (auto array = dyn_cast<DenseI64ArrayAttr>(attr))
    return b.getDenseI64ArrayAttr(
        changeList<int64_t>(array.asArrayRef(), random,
                            [&](int64_t) { return drawNumber(random); }));
  if (auto array = dyn_cast<DenseF64ArrayAttr>(attr))
    return b.getDenseF64ArrayAttr(changeList<double>(
        array.asArrayRef(), random, [&](double) { return drawReal(random); }));
  if (auto dict = dyn_cast<DictionaryAttr>(attr)) {
    SmallVector<NamedAttribute> entries(dict.getValue());
    if (!entries.empty()) {
      NamedAttribute &entry = entries[random.below(entries.size())];
      entry.setValue(changeAttribute(entry.getValue(), random));
    }
    return b.getDictionaryAttr(entries);
  }
  if (auto string = dyn_cast<StringAttr>(attr)) {
    static constexpr StringLiteral names[] = {
        "B",       "T",           "N",
        "N + 1",   "2 * N",       "N floordiv 2",
        "N - 1",   "N * B",       "0",
        "",        "T mod 3",     "N floordiv 0",
        "int",     "(T",          "-5",
        "x",       "T ceildiv 4", "N * N * N",
        "call",    "parallel",    "reduction",
        "carried", "half",        "9 * N - 8 * N"};
    return b.getStringAttr(pick(ArrayRef(names), random));
  }
  return attr;
}

void fuzz::replaceTypes(ModuleOp module,
                        std::function<std::optional<Type>(Type)> map) {
  AttrTypeReplacer replacer;
  replacer.addReplacement(map);
  replacer.addReplacement([&](FloatAttr attr) -> Attribute {
    Type type = map(attr.getType()).value_or(attr.getType());
    if (isa<FloatType>(type))
      return FloatAttr::get(type, attr.getValueAsDouble());
    return attr;
  });
  replacer.addReplacement([&](IntegerAttr attr) { return Attribute(attr); });
  replacer.addReplacement(
      [&](ElementsAttr attr)
          -> std::optional<std::pair<Attribute, WalkResult>> {
        auto type = dyn_cast<RankedTensorType>(attr.getShapedType());
        auto splat = dyn_cast<SplatElementsAttr>(attr);
        if (!type || !splat)
          return std::pair(Attribute(attr), WalkResult::skip());
        if (std::optional<Type> next = map(type))
          if (auto tensor = dyn_cast<RankedTensorType>(*next))
            type = tensor;
        if (std::optional<Type> next = map(type.getElementType()))
          type = type.clone(*next);
        Attribute value = splat.getSplatValue<Attribute>();
        if (auto real = dyn_cast<FloatAttr>(value))
          if (isa<FloatType>(type.getElementType()))
            value =
                FloatAttr::get(type.getElementType(), real.getValueAsDouble());
        bool fits = type.hasStaticShape() && isa<TypedAttr>(value) &&
                    cast<TypedAttr>(value).getType() == type.getElementType();
        return std::pair(fits ? Attribute(DenseElementsAttr::get(type, value))
                              : Attribute(attr),
                         WalkResult::skip());
      });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}
