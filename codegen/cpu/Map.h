// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of maps, private to the files Map*.cpp: what is chosen (Map.cpp),
// the loops (MapLoops.cpp), and elements in and out (MapElements.cpp).

#ifndef GYRE_CODEGEN_CPU_MAP_H
#define GYRE_CODEGEN_CPU_MAP_H

#include "codegen/common/Access.h"
#include "codegen/common/Loops.h"
#include "codegen/common/Streaming.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace mlir::gyre {

class MapEmitter {
public:
  MapEmitter(OpBuilder &b, linalg::GenericOp op);
  void emit();

private:
  using Point = SmallVector<int64_t>;

  // Choices, made once.
  void chooseLane();
  void chooseUnrolled();
  void choosePeriod();
  bool isPeriodic(unsigned operand) {
    return period && isa<MemRefType>(operands[operand].getType()) &&
           maps[operand].isFunctionOfDim(*lane) &&
           !maps[operand].isFunctionOfDim(*lane - 1);
  }
  int64_t contiguity(unsigned dim);
  int64_t regionCost();
  unsigned vectorsPerStep();
  int64_t tupleSize(unsigned operand, unsigned dim);

  // Code.
  bool isRead(unsigned operand);
  AffineMap mapAt(unsigned operand, const Point &point);
  Value load(OpBuilder &b, unsigned operand, const Point &point,
             ValueRange positions, LaneStep step);
  std::optional<Streams> planResults();
  void emitLoops(OpBuilder &b, Value head);
  void emitStep(OpBuilder &b, LaneStep step, ValueRange outer);
  void loadPeriod(OpBuilder &b, ValueRange outer);
  void emitPeriods(OpBuilder &b, ValueRange outer);
  void storeResults(OpBuilder &b, unsigned operand, ArrayRef<Value> values,
                    ValueRange positions, LaneStep step);
  Value tupleMask(OpBuilder &b, LaneStep step, int64_t count) const;
  /// How many elements of a result each lane stores at once.
  int64_t storedTogether(unsigned operand);

  OpBuilder &b;
  linalg::GenericOp op;
  Location loc;
  Region &region;
  int64_t width;
  SmallVector<Value> operands, extents;
  SmallVector<AffineMap> maps;
  SmallVector<int64_t> sizes; ///< static extents, or kDynamic
  std::optional<unsigned> lane;
  SmallVector<unsigned> unrolled;
  SmallVector<Point> points; ///< all positions along `unrolled`
  DimSet indexed;            ///< dimensions whose index is used
  Type indexType;
  bool streams = false; ///< whole vectors are stored past the caches
  /// After how many vectors columns repeat; 0: rows are walked one by one.
  int64_t period = 0;
  unsigned phase = 0; ///< of the first vector of a step
  /// By operand and phase.
  DenseMap<std::pair<unsigned, unsigned>, Value> repeated;
  /// What this step, and the loops around it, have loaded: by buffer and map
  /// at a point; tuples by the map with their last index 0.
  DenseMap<std::pair<Value, AffineMap>, Value> loaded, uniforms;
  DenseMap<std::pair<Value, AffineMap>, SmallVector<Value>> tuples;
};

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_MAP_H
