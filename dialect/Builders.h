// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builders of structures for decompositions: operands with their maps, and a
// C++ lambda for each region. Sizes of results follow from the operands.

#ifndef GYRE_DIALECT_BUILDERS_H
#define GYRE_DIALECT_BUILDERS_H

#include "dialect/Scalar.h"
#include "dialect/structures/Structures.h"

namespace mlir::gyre {

/// A tensor and the map from loop dimensions to its indices.
struct Input {
  Value tensor;
  AffineMap map;
};

/// A result to be made: element type and map. Its sizes are the extents of
/// the loops that the map names, unless they are given; it is made in
/// `destination` where that is given.
struct Output {
  Type element;
  AffineMap map;
  SmallVector<OpFoldResult> sizes = {};
  Value destination = {};
};

/// A region while it is written.
class Body {
public:
  Body(OpBuilder &b, Location loc, Type real, bool isMap)
      : b(b), loc(loc), real(real), isMap(isMap) {}

  /// A number in the type that the region computes in.
  Scalar number(double v);
  Scalar integer(int64_t v, Type type);
  /// The position along loop `dim`, as an index.
  Scalar position(unsigned dim);
  /// The position as i32, which vector code wants.
  Scalar position32(unsigned dim) { return position(dim).to(b.getI32Type()); }
  /// A scalar defined outside of the region.
  Scalar outer(Value value) { return Scalar(b, loc, value); }
  OpBuilder &builder() { return b; }
  Location getLoc() { return loc; }
  Type realType() { return real; }

private:
  OpBuilder &b;
  Location loc;
  Type real;
  bool isMap;
};

using Fragment = std::function<Scalars(Body &)>;
using Fragment1 = std::function<Scalars(Body &, ArrayRef<Scalar>)>;
using Fragment2 =
    std::function<Scalars(Body &, ArrayRef<Scalar>, ArrayRef<Scalar>)>;
using Fragment3 = std::function<Scalars(Body &, ArrayRef<Scalar>,
                                        ArrayRef<Scalar>, ArrayRef<Scalar>)>;

/// linalg.generic with parallel loops. The body computes in f32 where elements
/// are narrower floats.
SmallVector<Value> buildMap(OpBuilder &b, Location loc, ArrayRef<Input> inputs,
                            ArrayRef<Output> outputs, const Fragment1 &body);

/// An element-wise map of tensors of one shape to one of element type `type`.
Value buildElementwise(OpBuilder &b, Location loc, ValueRange tensors,
                       Type type,
                       const std::function<Scalar(ArrayRef<Scalar>)> &body);

struct ReduceParts {
  SmallVector<IteratorKind> iterators;
  SmallVector<Input> inputs;
  SmallVector<Output> outputs;
  int64_t pivot = 0;
  Fragment init;
  Fragment2 step;            // elements, states
  Fragment2 merge;           // states, states
  Fragment1 finish;          // states
  Fragment3 apply = nullptr; // elements, weights, finished
};
SmallVector<Value> buildReduce(OpBuilder &b, Location loc,
                               const ReduceParts &parts);

struct ScanParts {
  SmallVector<IteratorKind> iterators;
  SmallVector<Input> inputs;
  /// The initial states: tensors, not shapes.
  SmallVector<Input> states;
  SmallVector<Output> outputs;
  bool reverse = false;
  Fragment2 probe = nullptr; // elements, states
  Fragment3 step;            // elements, probes, states
  Fragment2 output;          // row elements, sums
};
/// The final states, then the outputs.
SmallVector<Value> buildScan(OpBuilder &b, Location loc,
                             const ScanParts &parts);

struct ContractReduceParts {
  SmallVector<IteratorKind> iterators;
  SmallVector<Input> inputs; // pairs, elements, payloads, bounds
  SmallVector<Output> outputs;
  int64_t contractions = 1;
  SmallVector<int64_t> rides = {};
  int64_t pivot = 0;
  AffineMap start = {}, limit = {};
  SmallVector<Value> limitOperands = {};
  int64_t bounds = 0;
  Fragment2 score; // products, elements
  Fragment init;
  Fragment2 step;            // scores, states
  Fragment2 merge;           // states, states
  Fragment1 finish;          // states
  Fragment2 apply = nullptr; // payload sums, finished
};
SmallVector<Value> buildContractReduce(OpBuilder &b, Location loc,
                                       const ContractReduceParts &parts);

/// lhs times rhs summed over the loops that only they name, in f32, as
/// linalg.generic; `out` maps the result.
Value buildContraction(OpBuilder &b, Location loc, Input lhs, Input rhs,
                       AffineMap out);

//===----------------------------------------------------------------------===//
// Maps, sizes and shapes
//===----------------------------------------------------------------------===//

/// (d0, .., d(loops-1)) -> (dims).
AffineMap mapOf(MLIRContext *context, unsigned loops, ArrayRef<unsigned> dims);
/// The dimensions begin, begin + 1, .., end - 1.
SmallVector<unsigned> dimRange(unsigned begin, unsigned end);
/// first, then second.
SmallVector<unsigned> concat(ArrayRef<unsigned> first,
                             ArrayRef<unsigned> second);

/// The size of `dim`, found through the operations that made the tensor, so
/// that no `tensor.dim` of an intermediate keeps it alive.
OpFoldResult sizeOf(OpBuilder &b, Location loc, Value tensor, unsigned dim);
SmallVector<OpFoldResult> sizesOf(OpBuilder &b, Location loc, Value tensor);
/// The product of sizes.
OpFoldResult productOf(OpBuilder &b, Location loc,
                       ArrayRef<OpFoldResult> sizes);
/// A size as a value.
Value sizeValue(OpBuilder &b, Location loc, OpFoldResult size);

Value emptyTensor(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                  Type element);
Value filledTensor(OpBuilder &b, Location loc, ArrayRef<OpFoldResult> sizes,
                   Type element, double value);
/// A constant tensor of rank one, rounded to `element`.
Value constantVector(OpBuilder &b, Location loc, ArrayRef<double> values,
                     Type element);

/// `dim` becomes as many dimensions as there are `sizes`.
Value splitDim(OpBuilder &b, Location loc, Value tensor, unsigned dim,
               ArrayRef<OpFoldResult> sizes);
/// `count` dimensions from `dim` on become one.
Value mergeDims(OpBuilder &b, Location loc, Value tensor, unsigned dim,
                unsigned count);

} // namespace mlir::gyre

#endif // GYRE_DIALECT_BUILDERS_H
