// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.scan: Scan.cpp has the roles of operands and the loops,
// ScanElements.cpp what happens at one point, ScanAlong.cpp rows whose lanes
// are steps.

#ifndef GYRE_CODEGEN_CPU_SCANEMITTER_H
#define GYRE_CODEGEN_CPU_SCANEMITTER_H

#include "codegen/common/Access.h"
#include "codegen/common/Fold.h"
#include "codegen/common/Streaming.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::gyre {

/// Elements of a tile buffer on the stack.
constexpr int64_t maxTileElements = 4096;

/// The points of the lane dimension that one block of code computes.
struct Lanes {
  int64_t width; ///< 0: no lane dimension, scalar code
  Value start;
  Value count; ///< how many exist; null: all of them
};

/// A copy of part of an operand with the lanes innermost.
struct Tile {
  Value buffer;
  SmallVector<unsigned> dims; ///< the loop dimensions that index it
};

class ScanEmitter {
public:
  ScanEmitter(RewriterBase &b, ScanOp op, int64_t vectorWidth);
  LogicalResult emit();

private:
  // Roles of operands and dimensions.
  bool usesDim(unsigned operand, unsigned dim) const {
    return maps[operand].isFunctionOfDim(dim);
  }
  bool usesStates(unsigned operand) const {
    return llvm::any_of(stateDims,
                        [&](unsigned dim) { return usesDim(operand, dim); });
  }
  AccessKind accessOf(unsigned operand, unsigned dim) const {
    return classifyAccess(cast<MemRefType>(operands[operand].getType()),
                          maps[operand], dim);
  }
  /// Whether `operand` lies contiguous along `dim` and strided along lanes.
  bool isAcross(unsigned operand, unsigned dim) const {
    return lane && accessOf(operand, dim) == AccessKind::contiguous &&
           accessOf(operand, *lane) == AccessKind::strided;
  }
  /// Whether its state points, of known number, fill transposed squares.
  bool movesInSquares(unsigned operand) const {
    return !stateDims.empty() && isAcross(operand, stateDims.back()) &&
           *getConstantIntValue(extents[stateDims.back()]) % vectorWidth == 0;
  }
  LogicalResult checkInits();
  std::optional<unsigned> chooseLaneDim() const;

  // Elements at the current positions.
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  SmallVector<Value> indices(unsigned operand);
  Value load(unsigned operand);
  void store(unsigned operand, Value value);
  SmallVector<Value> loadColumns(unsigned operand, unsigned dim, Value from);
  void storeColumns(unsigned operand, unsigned dim, Value from,
                    ArrayRef<Value> columns);
  SmallVector<Value> evaluate(Region &region, ValueRange arguments);
  Value widen(Value value) {
    return lanes.width ? broadcastLanes(b, loc, value, lanes.width) : value;
  }
  /// What a region sees of the position along `dim`.
  Value regionIndex(unsigned dim);
  Value add(Value x, Value y);
  Value zero(Type element);

  // State points.
  void setPoint(int64_t point);
  SmallVector<Value> loadPoints(unsigned operand);
  void storePoints(unsigned operand, ValueRange values);
  /// The sums over all state points of what `body` returns, one for each of
  /// `elements`: unrolled with states in registers, loops otherwise.
  SmallVector<Value>
  forEachPoint(TypeRange elements,
               function_ref<SmallVector<Value>(int64_t point)> body);

  // Tile buffers.
  Value allocate(ArrayRef<int64_t> shape, Type element);
  void makeStateTile(unsigned operand);
  void moveTile(unsigned operand, const Tile &tile, bool toMemory);
  void forStateLoops(int64_t count, function_ref<void()> body);
  int64_t vectorsAcross() const;

  // The loop nest, outside in.
  void emitLanes();
  void emitBlock(Lanes block);
  SmallVector<Value> emitTime(ValueRange states);
  SmallVector<Value> emitTransposedTime(ArrayRef<unsigned> across,
                                        ValueRange states);
  SmallVector<Value>
  loop(Value from, Value to, ValueRange carriedValues,
       function_ref<SmallVector<Value>(Value, ValueRange)> body);
  SmallVector<Value> emitSteps(Value from, Value to, ValueRange states);
  SmallVector<Value> emitStep(ValueRange states);
  void emitBlocks();

  // Lanes along the carried dimension.
  /// A vector of composed steps: each lane's are those up to it.
  struct Composed {
    Value begin, mask;
    SmallVector<Value> elements;
    Value factor, term;
  };
  bool runsAlong();
  Value delay(Value v, Value first, int64_t by);
  Value splatLast(Value v);
  Value multiplyAdd(Value x, Value y, Value z);
  Value areFinite(ValueRange values);
  Composed compose(Value first, Value tail);
  void placeLanes(Value begin, Value tail);
  void placeScalar();
  Value finishSteps(Composed steps, Value state);
  Value takeSteps(Value from, Value to, Value state);
  void emitRow();
  /// When outputs may be streamed, with lanes along `dim`.
  std::optional<Streams> planOutputs(unsigned dim);

  RewriterBase &b;
  ScanOp op;
  Location loc;
  int64_t vectorWidth;
  SmallVector<AffineMap> maps;
  SmallVector<Value> operands, extents;
  SmallVector<unsigned> parallelDims, stateDims;
  unsigned numInputs, numStates, carried;
  std::optional<unsigned> lane;
  Type laneIndex;
  int64_t points = 1; ///< state points; kDynamic if not known
  bool inRegisters;
  bool streams = false; ///< whole vectors of outputs go past the caches

  Lanes lanes;
  Value mask;
  SmallVector<Value> positions; ///< by loop dimension
  DenseMap<unsigned, SmallVector<Value>> hoisted;
  DenseMap<unsigned, Tile> tiles;
  Value tilePosition; ///< of the carried dimension within tiles
};

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_SCANEMITTER_H
