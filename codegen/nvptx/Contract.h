// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.contract_reduce: Contract.cpp has the roles of its
// loops and products of tiles, ContractFold.cpp what becomes of the scores.

#ifndef GYRE_CODEGEN_NVPTX_CONTRACT_H
#define GYRE_CODEGEN_NVPTX_CONTRACT_H

#include "codegen/common/Access.h"
#include "codegen/common/ContractRoles.h"
#include "codegen/nvptx/Threads.h"
#include "dialect/structures/Structures.h"

namespace mlir::gyre::nvptx {

/// Threads stand in lines of `lineThreads` along the columns. Thread (x, y)
/// has rows y, y + lines, ... and columns x, x + lineThreads, ... of a tile.
constexpr int64_t lineThreads = 16;

class ContractEmitter {
public:
  ContractEmitter(RewriterBase &b, ContractReduceOp op, const Threads &threads);
  LogicalResult emit();

private:
  using Values = SmallVector<Value>;
  using Span = ColumnSpan;

  LogicalResult findRoles();
  void emitOuterLoops(unsigned depth);

  //===--------------------------------------------------------------------===//
  // Code
  //===--------------------------------------------------------------------===//

  Value constant(int64_t value);
  Value add(Value x, Value y);
  Value add(Value x, int64_t y);
  Value isBelow(Value x, Value y);
  Value select(Value condition, Value x, Value y);
  Value least(Value x, Value y);
  /// At least 0, so that it is in memory where anything is.
  Value lastBelow(Value x, Value end);
  Values loop(Value begin, Value end, int64_t step, ValueRange carried,
              function_ref<Values(Value, ValueRange)> body);
  void ifThen(Value condition, function_ref<void()> body);
  Value zero(Type type);
  /// The merged values of the threads of a line: the same in all of them.
  Values mergeLine(Values values,
                   function_ref<Values(ValueRange, ValueRange)> merge);

  //===--------------------------------------------------------------------===//
  // Operands
  //===--------------------------------------------------------------------===//

  AffineMap mapOf(unsigned operand) { return maps[operand]; }
  Value operandAt(unsigned operand) {
    unsigned inputs = op.getInputs().size();
    return operand < inputs ? op.getInputs()[operand]
                            : op.getInits()[operand - inputs];
  }
  Type elementOf(unsigned operand) {
    return getElementTypeOrSelf(operandAt(operand).getType());
  }
  Value globalOf(unsigned dim, Value local);
  Values indicesOf(unsigned operand, ArrayRef<Value> at);
  Value load(unsigned operand, ArrayRef<Value> at);
  void store(unsigned operand, ArrayRef<Value> at, Value value);

  //===--------------------------------------------------------------------===//
  // Contract.cpp: products
  //===--------------------------------------------------------------------===//

  /// The positions of the tile at work, and what of it exists.
  struct Tile {
    Value row, rowEnd;       ///< the first, and one past the last that exists
    Value column, columnEnd; ///< likewise
  };
  Value rowOf(const Tile &tile, int64_t i);
  Value columnOf(const Tile &tile, int64_t j);

  /// The sums of products of contraction `k` that this thread has, row by row.
  Values multiply(unsigned k, const Tile &tile);
  Values multiplyChunk(unsigned k, const Tile &tile, ArrayRef<Value> at,
                       Value from, ValueRange sums);
  void stage(unsigned operand, Value buffer, ArrayRef<Value> at, int dim,
             Value first, Value end, int64_t count, Value from);
  SmallVector<unsigned> contractionDims(unsigned k);
  /// The values of `score` for element (i, j) of this thread.
  Values score(const Tile &tile, ArrayRef<Values> products, int64_t i,
               int64_t j);
  void emitPlainProduct();

  //===--------------------------------------------------------------------===//
  // ContractFold.cpp
  //===--------------------------------------------------------------------===//

  void planFold();
  void emitFold();
  /// All columns for the rows of a tile, and `payloadColumns` elements of the
  /// payloads from `payloadBegin`.
  void emitRows(Tile tile, Value payloadBegin);
  Values foldTile(const Tile &tile, ArrayRef<Span> spans, ValueRange carried,
                  Value payloadBegin);
  void foldPivoted(const Tile &tile, int64_t i, ArrayRef<Values> scores,
                   ArrayRef<Value> masks, MutableArrayRef<Value> states,
                   MutableArrayRef<Value> sums);
  void foldPlain(const Tile &tile, int64_t i, ArrayRef<Values> scores,
                 ArrayRef<Value> masks, MutableArrayRef<Value> states);
  void keepWeight(unsigned state, int64_t i, int64_t j, Value weight,
                  Value mask);
  void addPayloads(const Tile &tile, ArrayRef<Span> spans,
                   MutableArrayRef<Value> sums, Value payloadBegin);
  Values sumPayloads(const Tile &tile, ArrayRef<Span> spans, ValueRange sums,
                     Value payloadBegin);
  Values loadPayload(unsigned p, Values position, Value payloadBegin);
  void finishRow(const Tile &tile, int64_t i, ArrayRef<Value> states,
                 ArrayRef<Value> sums, Value payloadBegin);
  Span spanOf(Value row);
  Value isIn(Span span, Value position);
  Value payloadOf(Value begin, int64_t q) {
    return add(add(begin, x), q * lineThreads);
  }
  unsigned payloadOperand(unsigned p) { return op.getFirstPayload() + p; }
  bool sharesLeads() { return op.getPivot() > 0 && op.getNumPayloads() > 0; }

  RewriterBase &b;
  ContractReduceOp op;
  const Threads &threads;
  Location loc;
  SmallVector<IteratorKind> kinds;
  SmallVector<AffineMap> maps;
  Values extents;
  /// This thread's place.
  Value x, y;
  int64_t lines;
  /// Elements of a tile that a thread has.
  int64_t threadRows, threadColumns = 4;

  /// The loop of rows (-1: none), of columns, of the payloads' own elements
  /// (-1: none), and the other parallel loops.
  int row = -1, column = -1, payload = -1;
  SmallVector<unsigned> outer;
  /// Positions of the loops around.
  Values at;
  /// Pieces of the two operands of a contraction.
  Value leftPiece, rightPiece;

  std::optional<Fold> fold;
  /// Weights of a tile, by state; null where no payload rides on it.
  Values weights;
  /// Elements of a payload that a thread sums at a time.
  int64_t threadPayload = 0;
};

} // namespace mlir::gyre::nvptx

#endif // GYRE_CODEGEN_NVPTX_CONTRACT_H
