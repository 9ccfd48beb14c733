// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The emitter of gyre.contract_reduce, private to the files Contract*.cpp:
// roles of the loops and what the product engine, the fold and the payloads
// share.

#ifndef GYRE_CODEGEN_CPU_CONTRACT_H
#define GYRE_CODEGEN_CPU_CONTRACT_H

#include "codegen/common/Access.h"
#include "codegen/common/ContractRoles.h"
#include "codegen/common/Regions.h"
#include "dialect/GyreDialect.h"
#include "dialect/structures/Structures.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::gyre {

/// Columns of one tile of scores, and of one panel of a packed operand.
constexpr int64_t panelColumns = 64;
/// How much of a contraction one panel on the stack holds: 32 KiB.
constexpr int64_t stagedDepthBlock = 128;

class ContractEmitter {
public:
  ContractEmitter(RewriterBase &b, ContractReduceOp op);
  LogicalResult emit();

private:
  using Span = ColumnSpan;
  using Body = function_ref<SmallVector<Value>(Value iv, ValueRange carried)>;

  //===--------------------------------------------------------------------===//
  // Contract.cpp: roles, loops, plain products
  //===--------------------------------------------------------------------===//

  LogicalResult findRoles();
  void emitOuterLoops(unsigned depth);
  void emitPlainProduct();
  /// The columns of a plain product from at[column], `vectors` registers wide:
  /// all rows, the contraction in blocks.
  void emitProductColumns(int64_t vectors, bool masked);
  void storeProducts(int64_t rows, int64_t vectors,
                     ArrayRef<SmallVector<Value>> products, bool masked);
  /// Walks from `begin` to `end` in blocks of `rows`, then singly.
  void forRowBlocks(Value begin, Value end,
                    function_ref<void(int64_t rows)> body);

  Value constant(int64_t value);
  Value add(Value value, int64_t constant);
  SmallVector<Value> loop(Value begin, Value end, int64_t step, ValueRange init,
                          Body body);
  void loop(Value begin, Value end, int64_t step,
            function_ref<void(Value iv)> body);

  AffineMap mapOf(unsigned operand) { return maps[operand]; }
  Value operandAt(unsigned operand) {
    unsigned inputs = op.getInputs().size();
    return operand < inputs ? op.getInputs()[operand]
                            : op.getInits()[operand - inputs];
  }
  MemRefType typeOf(unsigned operand) {
    return cast<MemRefType>(operandAt(operand).getType());
  }
  /// Position `local` of loop `dim` in the whole iteration space.
  Value globalOf(unsigned dim, Value local);
  /// What a region's `gyre.index dim` is where lanes run along `laneDim` from
  /// `base` on, at the current positions otherwise.
  Value indexAt(unsigned dim, int laneDim, Value base);
  /// The indices of an operand at the current positions, with some replaced.
  SmallVector<Value> indicesOf(unsigned operand,
                               ArrayRef<std::pair<int, Value>> replaced = {});
  /// How an operand meets lanes along `dim`. A packed operand counts as
  /// contiguous: tiles don't cross its panels.
  AccessKind accessOf(unsigned operand, int dim);
  /// An operand at the current positions: a vector along `dim` starting at
  /// `base`, or a scalar that is the same for all lanes. One that a region
  /// makes as it is read is what that makes of it.
  Value loadLanes(unsigned operand, int dim, Value base, Value mask = {});
  /// The operand as it is stored, but for its width.
  Value loadStored(unsigned operand, int dim, Value base, Value mask);
  /// What the factors of contraction `k` are in registers.
  Type factorType(unsigned k) {
    return getRegionType(typeOf(2 * k).getElementType());
  }
  /// Whether columns of an operand lie in panels, which are whole.
  bool isPacked(unsigned operand) {
    return llvm::any_of(mapOf(operand).getResults(), [&](AffineExpr expr) {
      return expr.isFunctionOfDim(column) && !isa<AffineDimExpr>(expr);
    });
  }
  void storeLanes(unsigned operand, int dim, Value base, Value value,
                  Value mask = {});
  /// Lanes that are below `count`.
  Value maskBelow(Value count);
  /// Lanes from `base` on that stand in `span`.
  Value maskOf(Span span, Value base);
  VectorType vectorOf(Type element) { return VectorType::get(lanes, element); }
  Value splat(Value scalar) { return broadcastLanes(b, loc, scalar, lanes); }
  Value zeroVector(Type element);
  Value multiplyAdd(Value x, Value y, Value sum);
  /// A buffer on the stack of the function, made once at its entry.
  Value scratch(ArrayRef<int64_t> shape, Type element);

  //===--------------------------------------------------------------------===//
  // ContractProduct.cpp: the product engine
  //===--------------------------------------------------------------------===//

  /// Sums of products of contraction `k`: a tile of `rows` rows from at[row]
  /// and `vectors` vectors of columns from at[column], row by row, added to
  /// `init` where given. `depth` bounds the innermost contraction loop.
  SmallVector<Value>
  multiply(unsigned k, int64_t rows, int64_t vectors, bool masked,
           ValueRange init = {},
           std::optional<std::pair<Value, Value>> depth = {});
  SmallVector<Value>
  multiplyPanel(unsigned k, int64_t rows, int64_t vectors, bool masked,
                ValueRange init, std::optional<std::pair<Value, Value>> depth);
  Value multiplyDots(unsigned k, Value init,
                     std::optional<std::pair<Value, Value>> depth);
  SmallVector<Value>
  contractionNest(ArrayRef<unsigned> dims, ValueRange init,
                  std::optional<std::pair<Value, Value>> depth,
                  function_ref<SmallVector<Value>(ValueRange)> body);
  /// The loops that contraction `k` sums over.
  SmallVector<unsigned> contractionDims(unsigned k);
  bool usesPanels(unsigned k);
  /// Whether columns of the right operand of contraction `k` are worth copying
  /// into a panel on the stack: many rows use them, they don't lie in panels
  /// yet, and the contraction fits or is done in blocks (`inBlocks`).
  bool wantsStaging(unsigned k, bool inBlocks);
  bool isDeep(unsigned k);
  /// Makes that panel: `columns` columns from at[column] (`masked` where they
  /// may end before), at `from` to `to` of the contraction. multiply uses it
  /// until `staged` is reset.
  void stageColumns(unsigned k, int64_t columns, bool masked, bool inBlocks,
                    Value from, Value to);

  //===--------------------------------------------------------------------===//
  // ContractFold.cpp: tiles of scores become states
  //===--------------------------------------------------------------------===//

  /// A tile of scores: `rows` rows from at[row], one tile of columns from
  /// `base`. Of a cut one, the columns of spanOf(row) count: `first` is that
  /// of the first row, `last` that of the last.
  struct Tile {
    int64_t rows;
    bool cut;
    Value base;
    Span first, last;
  };

  /// One row of a tile: its place in the tile and in the chunk, and for each
  /// vector of columns the scores, the lanes that count and the positions.
  struct RowTile {
    Value r, local;
    SmallVector<SmallVector<Value>> scores;
    SmallVector<Value> masks, columns;
  };

  LogicalResult planFold();
  void emitFold();
  bool isKept(unsigned state);
  /// Whether all lanes of a row share its leads, as payloads need.
  bool sharesLeads() { return op.getPivot() > 0 && op.getNumPayloads() > 0; }
  Span spanOf(Value rowAt);
  /// Whether rows have spans of their own.
  bool spanVaries();
  /// A position relative to a tile: from 0 to its columns.
  Value inTile(Tile tile, Value position);
  void emitRows(Value begin, Value end);
  void emitTile(Tile tile);
  void formScores(Tile tile);
  /// Products of the columns from at[column] for all rows of a chunk, one
  /// block of a deep contraction after another.
  void formDeepProducts(unsigned k, Value begin, Value end);
  /// Folds row `r` of a tile. `formed` are its products where these are in
  /// registers, vector by vector, else they are in `products`.
  void foldRow(Tile tile, Value r, ArrayRef<Value> formed = {});
  void foldPivoted(const RowTile &line);
  void foldPlain(const RowTile &line);
  Value indexOf(const RowTile &line, unsigned v, unsigned dim);
  /// Makes lanes without a column weigh nothing, and keeps the vector for the
  /// payloads that ride on `state`.
  Value storeWeights(unsigned state, Value weight, const RowTile &line,
                     unsigned v);
  SmallVector<Value> loadStates(Value local);
  void storeStates(ValueRange states, Value local);
  void finishRow(Value local);

  //===--------------------------------------------------------------------===//
  // ContractPayload.cpp: payloads summed with the weights of a tile
  //===--------------------------------------------------------------------===//

  LogicalResult planPayloads();
  void zeroPayloads(Value local);
  Value maskOfPayload(Value base, bool masked);
  void addPayload(unsigned p, Tile tile);
  Value loadSum(unsigned p, Value local, Value base, Value mask);
  void storeSum(unsigned p, Value sum, Value local, Value base, Value mask);
  void applyRow(Value local, ValueRange finished);
  unsigned payloadOperand(unsigned p) { return op.getFirstPayload() + p; }
  /// Walks `extent` in groups of blockVectors vectors, then what is left.
  void
  forVectors(Value extent,
             function_ref<void(Value base, int64_t vectors, bool masked)> body);

  RewriterBase &b;
  ContractReduceOp op;
  Location loc;
  int64_t lanes;
  int64_t blockRows = 6, blockVectors;
  bool hasFma;
  SmallVector<IteratorKind> kinds;
  SmallVector<AffineMap> maps;
  SmallVector<Value> extents;
  Type laneType;

  /// The loop whose positions become rows of a register block (-1: none), the
  /// one whose positions are the lanes of scores, the lanes of payload sums
  /// (-1: no payload), and the other parallel loops.
  int row = -1, column = -1, payload = -1;
  SmallVector<unsigned> outer;
  /// Where the code being made stands, a position for each loop.
  SmallVector<Value> at;
  /// Panels made by stageColumns, for each contraction, and where they start.
  SmallVector<Value> staged, stagedBuffers;
  Value stagedColumn, stagedDepth;

  std::optional<Fold> fold;
  /// Columns of a tile of scores.
  int64_t tileColumns = panelColumns;
  /// Rows whose states are on the stack at once, and the first of them.
  int64_t chunkRows = 0;
  Value chunkBegin;
  /// States by row: scalars where lanes share them, else vectors. Null for
  /// states that nothing reads.
  SmallVector<Value> states;
  /// Of the tile at work: products by contraction, weights and factors by
  /// state (null where no payload rides on it).
  SmallVector<Value> products, weights, factors;
  /// The contractions whose products are made for a whole chunk of rows.
  SmallVector<bool> deep;
  /// Payload sums by row, or null where they are kept in the result.
  SmallVector<Value> sums;
};

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_CPU_CONTRACT_H
