// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builders of the structures.

#include "dialect/Builders.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::gyre;

Scalar Body::number(double v) {
  return Scalar(b, loc,
                arith::ConstantOp::create(b, loc, b.getFloatAttr(real, v)));
}

Scalar Body::integer(int64_t v, Type type) {
  return Scalar(b, loc,
                arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, v)));
}

Scalar Body::position(unsigned dim) {
  if (isMap)
    return Scalar(b, loc, linalg::IndexOp::create(b, loc, dim));
  return Scalar(b, loc, IndexOp::create(b, loc, b.getIndexType(), dim));
}

//===----------------------------------------------------------------------===//
// What the builders share
//===----------------------------------------------------------------------===//

/// f32, or f64 where an input has that.
static Type realTypeOf(OpBuilder &b, ArrayRef<Input> inputs) {
  for (const Input &input : inputs)
    if (getElementTypeOrSelf(input.tensor.getType()).isF64())
      return b.getF64Type();
  return b.getF32Type();
}

static Value makeInit(OpBuilder &b, Location loc, ArrayRef<Input> operands,
                      const Output &output) {
  if (output.destination)
    return output.destination;
  if (!output.sizes.empty())
    return emptyTensor(b, loc, output.sizes, output.element);
  SmallVector<OpFoldResult> sizes;
  for (AffineExpr expr : output.map.getResults()) {
    OpFoldResult size;
    for (const Input &operand : operands)
      for (auto [r, e] : llvm::enumerate(operand.map.getResults())) {
        if (e != expr || (size && isa<Attribute>(size)))
          continue;
        bool isStatic =
            !cast<RankedTensorType>(operand.tensor.getType()).isDynamicDim(r);
        if (!size || isStatic)
          size = sizeOf(b, loc, operand.tensor, r);
      }
    assert(size && "no input has this loop: give the output's sizes");
    sizes.push_back(size);
  }
  return emptyTensor(b, loc, sizes, output.element);
}

static SmallVector<Value> makeInits(OpBuilder &b, Location loc,
                                    ArrayRef<Input> operands,
                                    ArrayRef<Output> outputs) {
  return llvm::map_to_vector(outputs, [&](const Output &output) {
    return makeInit(b, loc, operands, output);
  });
}

static ArrayAttr mapsAttr(OpBuilder &b, ArrayRef<Input> inputs,
                          ArrayRef<AffineMap> inits) {
  SmallVector<AffineMap> maps =
      llvm::map_to_vector(inputs, [](const Input &input) { return input.map; });
  llvm::append_range(maps, inits);
  return b.getAffineMapArrayAttr(maps);
}

static ArrayAttr iteratorsAttr(OpBuilder &b, ArrayRef<IteratorKind> kinds) {
  static constexpr StringLiteral names[] = {"parallel", "reduction", "carried",
                                            "state", "contraction"};
  SmallVector<StringRef> spelled;
  for (IteratorKind kind : kinds)
    spelled.push_back(names[static_cast<unsigned>(kind)]);
  return b.getStrArrayAttr(spelled);
}

static SmallVector<Value> tensorsOf(ArrayRef<Input> inputs) {
  return llvm::map_to_vector(inputs,
                             [](const Input &input) { return input.tensor; });
}

static SmallVector<AffineMap> outputMaps(ArrayRef<Output> outputs) {
  return llvm::map_to_vector(outputs,
                             [](const Output &output) { return output.map; });
}

static Type regionTypeOf(Value tensor) {
  return getRegionType(getElementTypeOrSelf(tensor.getType()));
}

static SmallVector<Type> regionTypesOf(ArrayRef<Value> tensors) {
  return llvm::map_to_vector(tensors, regionTypeOf);
}

/// Fills `region` with a block of `arguments` that `write` ends with a yield;
/// the types of its values.
static SmallVector<Type>
writeRegion(OpBuilder &b, Location loc, Region &region, Type real,
            ArrayRef<Type> arguments,
            const std::function<Scalars(Body &, ArrayRef<Scalar>)> &write) {
  OpBuilder::InsertionGuard guard(b);
  SmallVector<Location> locations(arguments.size(), loc);
  Block *block = b.createBlock(&region, region.end(), arguments, locations);
  Scalars scalars;
  for (BlockArgument argument : block->getArguments())
    scalars.emplace_back(b, loc, argument);
  Body body(b, loc, real, /*isMap=*/false);
  Scalars results = write(body, scalars);
  SmallVector<Value> values(results.begin(), results.end());
  YieldOp::create(b, loc, values);
  return llvm::map_to_vector(values, [](Value v) { return v.getType(); });
}

/// Writers of regions whose arguments come in two groups.
static auto split(const Fragment2 &fragment, unsigned first) {
  return [&fragment, first](Body &body, ArrayRef<Scalar> arguments) {
    return fragment(body, arguments.take_front(first),
                    arguments.drop_front(first));
  };
}

static auto split(const Fragment3 &fragment, unsigned first, unsigned second) {
  return [&fragment, first, second](Body &body, ArrayRef<Scalar> arguments) {
    return fragment(body, arguments.take_front(first),
                    arguments.slice(first, second),
                    arguments.drop_front(first + second));
  };
}

static SmallVector<Type> join(ArrayRef<Type> x, ArrayRef<Type> y,
                              ArrayRef<Type> z = {}) {
  SmallVector<Type> types(x);
  llvm::append_range(types, y);
  llvm::append_range(types, z);
  return types;
}

//===----------------------------------------------------------------------===//
// Structures
//===----------------------------------------------------------------------===//

SmallVector<Value> gyre::buildMap(OpBuilder &b, Location loc,
                                  ArrayRef<Input> inputs,
                                  ArrayRef<Output> outputs,
                                  const Fragment1 &body) {
  SmallVector<Value> inits = makeInits(b, loc, inputs, outputs);
  SmallVector<AffineMap> maps;
  for (const Input &input : inputs)
    maps.push_back(input.map);
  for (const Output &output : outputs)
    maps.push_back(output.map);
  SmallVector<utils::IteratorType> iterators(maps.front().getNumDims(),
                                             utils::IteratorType::parallel);
  SmallVector<Type> types =
      llvm::map_to_vector(inits, [](Value v) { return v.getType(); });
  Type real = realTypeOf(b, inputs);
  auto op = linalg::GenericOp::create(
      b, loc, types, tensorsOf(inputs), inits, maps, iterators,
      [&](OpBuilder &inner, Location at, ValueRange arguments) {
        Body context(inner, at, real, /*isMap=*/true);
        Scalars elements;
        for (Value argument : arguments.take_front(inputs.size())) {
          Scalar element(inner, at, argument);
          elements.push_back(element.to(getRegionType(argument.getType())));
        }
        Scalars results = body(context, elements);
        SmallVector<Value> values;
        for (auto [result, output] : llvm::zip_equal(results, outputs))
          values.push_back(result.to(output.element));
        linalg::YieldOp::create(inner, at, values);
      });
  return SmallVector<Value>(op->getResults());
}

Value gyre::buildElementwise(
    OpBuilder &b, Location loc, ValueRange tensors, Type type,
    const std::function<Scalar(ArrayRef<Scalar>)> &body) {
  auto rank = cast<RankedTensorType>(tensors.front().getType()).getRank();
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  SmallVector<Input> inputs;
  for (Value tensor : tensors)
    inputs.push_back({tensor, identity});
  return buildMap(b, loc, inputs, {{type, identity}},
                  [&](Body &, ArrayRef<Scalar> elements) -> Scalars {
                    return {body(elements)};
                  })
      .front();
}

SmallVector<Value> gyre::buildReduce(OpBuilder &b, Location loc,
                                     const ReduceParts &parts) {
  SmallVector<Value> inputs = tensorsOf(parts.inputs);
  SmallVector<Value> inits = makeInits(b, loc, parts.inputs, parts.outputs);
  SmallVector<Type> types =
      llvm::map_to_vector(inits, [](Value v) { return v.getType(); });
  auto op =
      ReduceOp::create(b, loc, types, inputs, inits, /*offsets=*/ValueRange(),
                       mapsAttr(b, parts.inputs, outputMaps(parts.outputs)),
                       iteratorsAttr(b, parts.iterators), parts.pivot);
  Type real = realTypeOf(b, parts.inputs);
  SmallVector<Type> elements = regionTypesOf(inputs);
  SmallVector<Type> states = writeRegion(
      b, loc, op.getInit(), real, {},
      [&](Body &body, ArrayRef<Scalar>) { return parts.init(body); });
  writeRegion(b, loc, op.getStep(), real, join(elements, states),
              split(parts.step, elements.size()));
  writeRegion(b, loc, op.getMerge(), real, join(states, states),
              split(parts.merge, states.size()));
  SmallVector<Type> finished =
      writeRegion(b, loc, op.getFinish(), real, states, parts.finish);
  if (parts.apply) {
    ArrayRef<Type> weights;
    if (parts.pivot > 0)
      weights = ArrayRef(states).drop_front(parts.pivot);
    writeRegion(b, loc, op.getApply(), real, join(elements, weights, finished),
                split(parts.apply, elements.size(), weights.size()));
  }
  return SmallVector<Value>(op->getResults());
}

SmallVector<Value> gyre::buildScan(OpBuilder &b, Location loc,
                                   const ScanParts &parts) {
  SmallVector<Value> inputs = tensorsOf(parts.inputs);
  SmallVector<Value> inits = tensorsOf(parts.states);
  SmallVector<Type> states = regionTypesOf(inits);
  SmallVector<Input> operands(parts.inputs);
  llvm::append_range(operands, parts.states);
  llvm::append_range(inits, makeInits(b, loc, operands, parts.outputs));
  SmallVector<AffineMap> maps;
  for (const Input &state : parts.states)
    maps.push_back(state.map);
  llvm::append_range(maps, outputMaps(parts.outputs));
  SmallVector<Type> types =
      llvm::map_to_vector(inits, [](Value v) { return v.getType(); });
  auto op =
      ScanOp::create(b, loc, types, inputs, inits,
                     /*offsets=*/ValueRange(), mapsAttr(b, parts.inputs, maps),
                     iteratorsAttr(b, parts.iterators), parts.reverse);
  Type real = realTypeOf(b, operands);
  SmallVector<Type> elements = regionTypesOf(inputs), rows, probes;
  for (auto [element, input] : llvm::zip_equal(elements, parts.inputs))
    if (llvm::none_of(llvm::enumerate(parts.iterators), [&](auto iterator) {
          return iterator.value() == IteratorKind::state &&
                 input.map.isFunctionOfDim(iterator.index());
        }))
      rows.push_back(element);
  if (parts.probe)
    probes = writeRegion(b, loc, op.getProbe(), real, join(elements, states),
                         split(parts.probe, elements.size()));
  SmallVector<Type> yielded =
      writeRegion(b, loc, op.getStep(), real, join(elements, probes, states),
                  split(parts.step, elements.size(), probes.size()));
  writeRegion(b, loc, op.getOutput(), real,
              join(rows, ArrayRef(yielded).drop_front(states.size())),
              split(parts.output, rows.size()));
  return SmallVector<Value>(op->getResults());
}

SmallVector<Value> gyre::buildContractReduce(OpBuilder &b, Location loc,
                                             const ContractReduceParts &parts) {
  SmallVector<Value> inputs = tensorsOf(parts.inputs);
  SmallVector<Value> inits = makeInits(b, loc, parts.inputs, parts.outputs);
  SmallVector<Type> types =
      llvm::map_to_vector(inits, [](Value v) { return v.getType(); });
  auto attrOf = [](AffineMap map) {
    return map ? AffineMapAttr::get(map) : AffineMapAttr();
  };
  auto op = ContractReduceOp::create(
      b, loc, types, inputs, inits, /*offsets=*/ValueRange(),
      parts.limitOperands, mapsAttr(b, parts.inputs, outputMaps(parts.outputs)),
      iteratorsAttr(b, parts.iterators), parts.contractions, parts.rides,
      parts.pivot, attrOf(parts.limit), attrOf(parts.start), parts.bounds);
  Type real = realTypeOf(b, parts.inputs);
  SmallVector<Type> all = regionTypesOf(inputs);
  ArrayRef<Type> seen = ArrayRef(all).drop_back(parts.bounds);
  SmallVector<Type> products, payloads(seen.take_back(parts.rides.size()));
  for (int64_t i = 0; i < parts.contractions; ++i)
    products.push_back(all[2 * i]);
  ArrayRef<Type> elements =
      seen.drop_front(2 * parts.contractions).drop_back(payloads.size());
  SmallVector<Type> scores =
      writeRegion(b, loc, op.getScore(), real, join(products, elements),
                  split(parts.score, products.size()));
  SmallVector<Type> states = writeRegion(
      b, loc, op.getInit(), real, {},
      [&](Body &body, ArrayRef<Scalar>) { return parts.init(body); });
  writeRegion(b, loc, op.getStep(), real, join(scores, states),
              split(parts.step, scores.size()));
  writeRegion(b, loc, op.getMerge(), real, join(states, states),
              split(parts.merge, states.size()));
  SmallVector<Type> finished =
      writeRegion(b, loc, op.getFinish(), real, states, parts.finish);
  if (parts.apply)
    writeRegion(b, loc, op.getApply(), real, join(payloads, finished),
                split(parts.apply, payloads.size()));
  return SmallVector<Value>(op->getResults());
}

Value gyre::buildContraction(OpBuilder &b, Location loc, Input lhs, Input rhs,
                             AffineMap out) {
  Type real = realTypeOf(b, {lhs, rhs});
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(b, loc, makeInit(b, loc, {lhs, rhs}, {real, out}));
  Value init = filledTensor(b, loc, sizes, real, 0.0);
  SmallVector<utils::IteratorType> iterators;
  for (unsigned dim = 0; dim < out.getNumDims(); ++dim)
    iterators.push_back(out.isFunctionOfDim(dim)
                            ? utils::IteratorType::parallel
                            : utils::IteratorType::reduction);
  return linalg::GenericOp::create(
             b, loc, init.getType(), ValueRange{lhs.tensor, rhs.tensor}, init,
             ArrayRef<AffineMap>{lhs.map, rhs.map, out}, iterators,
             [&](OpBuilder &inner, Location at, ValueRange arguments) {
               Scalar x = Scalar(inner, at, arguments[0]).to(real);
               Scalar y = Scalar(inner, at, arguments[1]).to(real);
               Scalar sum(inner, at, arguments[2]);
               linalg::YieldOp::create(inner, at, Value(sum + x * y));
             })
      .getResult(0);
}
