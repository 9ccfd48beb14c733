// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.reduce, shared by its files: what is chosen and the loops
// over rows (Reduce.cpp), the passes over rows (ReduceRows.cpp), and very short
// rows (ReduceShort.cpp).

#ifndef GYRE_CODEGEN_CPU_REDUCE_H
#define GYRE_CODEGEN_CPU_REDUCE_H

#include "codegen/common/Access.h"
#include "codegen/common/Fold.h"
#include "codegen/common/Loops.h"
#include "dialect/structures/Structures.h"

namespace mlir::gyre {

/// Rows that are folded together, each with what it has for itself.
struct Rows {
  /// A row's positions along the parallel dimensions (lanes of them, where
  /// lanes run across rows), and its inputs that lack the reduction.
  struct Row {
    SmallVector<Value> positions, inputs;
  };
  SmallVector<Row> rows;
  /// Accumulators of each row.
  unsigned vectors;
  /// Where rows are lanes: those that exist.
  Value mask;
  /// Folds one row after the other, and not a vector of each in turn.
  bool apart = false;
};

using States = SmallVector<Value>;

class ReduceEmitter {
public:
  ReduceEmitter(OpBuilder &b, ReduceOp op, Fold fold);
  void emit();

private:
  enum class Lanes { none, alongRow, acrossRows };

  void chooseLanes();
  int64_t contiguity(unsigned dim);
  void keepWeights();

  void emitParallel(OpBuilder &b, ArrayRef<unsigned> dims,
                    function_ref<void(OpBuilder &, SmallVector<Value>)> body);
  void emitAlongRows(OpBuilder &b, SmallVector<Value> positions);
  void emitRows(OpBuilder &b, Rows rows);
  SmallVector<States> foldRows(OpBuilder &b, Rows &rows, unsigned numStates,
                               ValueRange initial, ArrayRef<States> leads);
  States mergeRows(OpBuilder &b, SmallVector<States> rows,
                   function_ref<States(ValueRange, ValueRange)> merge);
  void applyRows(OpBuilder &b, Rows &rows, ArrayRef<States> leads,
                 ArrayRef<States> finished);

  // Very short rows (ReduceShort.cpp).
  bool isPacked(unsigned operand, unsigned rows);
  bool mayBeShort();
  Value emitShortRows(OpBuilder &b, SmallVector<Value> positions);
  void emitColumns(OpBuilder &b, SmallVector<Value> positions, Value begin,
                   int64_t length);
  SmallVector<Value> loadColumns(OpBuilder &b, unsigned operand,
                                 ArrayRef<Value> positions, int64_t length);
  void storeColumns(OpBuilder &b, unsigned operand, ArrayRef<Value> positions,
                    ArrayRef<Value> columns);

  /// Walks all elements of a row; the body is called with positions of the
  /// reduction dimensions (the lane dimension left out) and a step.
  using WalkBody =
      function_ref<States(OpBuilder &, ArrayRef<Value>, LaneStep, ValueRange)>;
  States walk(OpBuilder &b, unsigned vectors, ValueRange carried,
              WalkBody body);
  States walkFrom(OpBuilder &b, unsigned next, SmallVector<Value> at,
                  unsigned vectors, ValueRange carried, WalkBody body);

  /// One vector of a row's elements.
  struct Element {
    SmallVector<Value> positions;
    Value begin, mask;
  };
  Element elementAt(OpBuilder &b, const Rows::Row &row, ArrayRef<Value> at,
                    LaneStep step, unsigned vector, Value rowMask);
  SmallVector<Value> loadInputs(OpBuilder &b, const Rows::Row &row,
                                const Element &element, Region &usedBy);
  /// Whether the weight waits in a result. Masked stores are not forwarded to
  /// loads, so the weights of cut vectors are made twice instead.
  bool isKept(unsigned sum, const Element &element) {
    return keptIn[sum] && !element.mask;
  }
  Value position(OpBuilder &b, ArrayRef<Value> positions, Value begin,
                 unsigned dim);
  SmallVector<Value> globals(OpBuilder &b, ArrayRef<Value> positions);
  SmallVector<Value> indices(OpBuilder &b, AffineMap map,
                             ArrayRef<Value> positions);
  Rows::Row makeRow(OpBuilder &b, SmallVector<Value> positions, Value mask);

  bool isReduced(AffineMap map) {
    return llvm::any_of(reductions,
                        [&](unsigned d) { return map.isFunctionOfDim(d); });
  }
  AffineMap initMap(unsigned init) {
    return maps[op.getInputs().size() + init];
  }

  OpBuilder &b;
  ReduceOp op;
  Location loc;
  Fold fold;
  int64_t width;
  SmallVector<AffineMap> maps;
  SmallVector<Value> operands, extents;
  SmallVector<unsigned> parallels, reductions;
  Lanes lanes = Lanes::none;
  unsigned lane = 0; ///< the dimension that lanes run along
  Type indexType;
  DimSet indexed;
  /// For each sum whose weight `apply` uses: the full result that keeps it
  /// meanwhile, if any.
  SmallVector<std::optional<unsigned>> keptIn;
};

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_REDUCE_H
