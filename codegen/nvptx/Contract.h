// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.contract_reduce: Contract.cpp has the roles of its loops
// and products of tiles by multiply-adds, ContractTensor.cpp and
// ContractHeld.cpp those by tensor cores, ContractFold.cpp what becomes of the
// scores.

#ifndef GYRE_CODEGEN_NVPTX_CONTRACT_H
#define GYRE_CODEGEN_NVPTX_CONTRACT_H

#include "codegen/common/Access.h"
#include "codegen/common/ContractRoles.h"
#include "codegen/nvptx/TensorCores.h"
#include "dialect/structures/Structures.h"

namespace mlir::gyre::nvptx {

/// The elements of a tile that a thread has, rows times columns. With
/// multiply-adds threads stand in lines of 16 along the columns, and their
/// elements are as far apart as there are threads in between; with tensor cores
/// they are where a product leaves its sums.
struct TileLayout {
  int64_t rows, columns;
  /// Those of all threads.
  int64_t tileRows, tileColumns;
  /// Threads, neighbours by their numbers, that have parts of the same rows.
  int64_t lineThreads;
  /// This thread's first, and from one to the next.
  Value firstRow, firstColumn;
  int64_t rowStep;
  bool inPairs; ///< columns

  int64_t columnOffset(int64_t j) const {
    return inPairs ? j / 2 * mmaColumns + j % 2 : j * lineThreads;
  }
};

/// Elements of the payloads of a row whose sums are kept at a time.
constexpr int64_t maxPayload = 128;

class ContractEmitter {
public:
  ContractEmitter(RewriterBase &b, ContractReduceOp op, const Threads &threads);
  LogicalResult emit();

private:
  using Values = SmallVector<Value>;
  using Span = ColumnSpan;

  LogicalResult findRoles();
  void layOut();
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
  bool isContiguous(unsigned operand, unsigned dim) {
    return classifyAccess(operandAt(operand), mapOf(operand), dim) ==
           AccessKind::contiguous;
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
  Values scoreAt(Value rowAt, Value columnAt, ValueRange products);
  void emitPlainProduct();
  void emitEpilogue(const Tile &tile, ArrayRef<Values> products);

  //===--------------------------------------------------------------------===//
  // ContractTensor.cpp: products on tensor cores
  //===--------------------------------------------------------------------===//

  bool suitsTensorCores();
  void planTensorCores();
  void planCopies(unsigned operand, unsigned place, unsigned depth);
  /// Positions along one loop that a copy takes.
  struct Stretch {
    int dim;
    Value begin, end;
    int64_t count;
  };
  void copyTile(unsigned operand, const SharedTiles &tiles, Value stage,
                ArrayRef<Value> position, Stretch places, Stretch depth);
  void copyWide(unsigned operand, const SharedTiles &tiles, Value stage,
                ArrayRef<Value> position, Stretch rows, Stretch elements);
  void copySingly(unsigned operand, const SharedTiles &tiles, Value stage,
                  ArrayRef<Value> position, Stretch rows, Stretch elements);
  Values multiplyOnTensorCores(unsigned k, const Tile &tile);

  // A fold whose contractions are short keeps the left operands of a tile of
  // rows in registers, and copies columns while others are multiplied.
  bool planHeld(int64_t along);
  void holdLeft(const Tile &tile);
  void copyColumns(const Tile &tile, Value begin);
  /// Before and after the scores of a tile are formed.
  void beginColumns(const Tile &tile, Value payloadBegin);
  void endColumns(const Tile &tile);
  void copyPayload(unsigned p, const Tile &tile, Value payloadBegin);
  Values multiplyHeld(unsigned k);
  bool holds() { return !heldDepths.empty(); }

  /// Carried around the innermost contraction loop, whose next piece is on its
  /// way while one is multiplied.
  Values multiplyPieces(unsigned k, const Tile &tile, unsigned depth,
                        ArrayRef<Value> position, ValueRange sums);
  Value stageOf(Value from);
  Values multiplyPiece(Value stage, ValueRange sums);
  void emitTensorEpilogue(const Tile &tile, ArrayRef<Values> products);
  Values sumPayloadsOnTensorCores(const Tile &tile, ValueRange sums,
                                  Value payloadBegin);
  Value needsRowsAlone(const Tile &tile);
  void multiplyRowsAlone(unsigned p, const Tile &tile,
                         MutableArrayRef<Value> sums);
  void multiplyPayload(unsigned p, const Tile &tile,
                       MutableArrayRef<Value> sums, int64_t begin,
                       int64_t count, const Span *span);

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
  Value isWhole(const Tile &tile);
  Span nearSpan(const Tile &tile, Span span);
  Value isNear(Span span, int64_t j);
  Value payloadOf(Value begin, int64_t q) {
    return add(add(begin, layout.firstColumn), layout.columnOffset(q));
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
  TileLayout layout;

  /// The loop of rows (-1: none), of columns, of the payloads' own elements
  /// (-1: none), and the other parallel loops.
  int row = -1, column = -1, payload = -1;
  SmallVector<unsigned> outer;
  /// Positions of the loops around.
  Values at;
  /// Pieces of the two operands of a contraction.
  Value leftPiece, rightPiece;

  /// Null without tensor cores.
  std::optional<TensorCores> cores;
  /// What stands in for the pieces then, and the payload's columns.
  SharedTiles leftTiles, rightTiles, payloadTiles;
  bool leftAlongDepth = false, rightAlongDepth = false;
  /// The steps of each contraction whose left operand is held, the tiles of the
  /// right ones, and the registers of the left ones, products along rows
  /// fastest.
  SmallVector<int64_t> heldDepths;
  SmallVector<SharedTiles> heldTiles;
  SmallVector<Values> heldLeft;
  /// The first of this warp's rows and columns.
  Value warpRow, warpColumn;
  /// Whether an operand can be copied 16 bytes at a time, an i1; null where it
  /// never can.
  DenseMap<unsigned, Value> aligned;

  std::optional<Fold> fold;
  /// Weights of a tile, by state, in shared memory; null where no payload rides
  /// on it.
  Values weights;
  /// Those of this thread, with tensor cores.
  SmallVector<Values> ownWeights;
  /// Elements of a payload that a thread sums at a time.
  int64_t threadPayload = 0;
};

} // namespace mlir::gyre::nvptx

#endif // GYRE_CODEGEN_NVPTX_CONTRACT_H
