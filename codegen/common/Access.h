// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How operands meet a vectorised loop dimension, and reading and writing them
// there.

#ifndef GYRE_CODEGEN_COMMON_ACCESS_H
#define GYRE_CODEGEN_COMMON_ACCESS_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::gyre {

/// What lanes along one loop dimension see of an operand.
enum class AccessKind {
  uniform,    ///< one element, the same for all lanes
  contiguous, ///< neighbours in memory
  strided,    ///< elements at one distance
  irregular,  ///< anything else: compound expressions of the dimension
};

/// The distance in elements between neighbours along dimension `dim` of an
/// operand, or kDynamic.
int64_t strideOf(MemRefType type, unsigned dim);

AccessKind classifyAccess(MemRefType type, AffineMap map, unsigned dim);
/// An operand that is a scalar, as linalg.fill has it, is uniform.
AccessKind classifyAccess(Value operand, AffineMap map, unsigned dim);

/// The indices into an operand with `map` at `positions`, one for each loop
/// dimension: an index, or lanes (`laneIndices`) where the loop is vectorised.
/// Tiling leaves operands with compound expressions whole, so these are taken
/// at `globals` (positions in the whole iteration space) where given.
SmallVector<Value> accessIndices(OpBuilder &b, Location loc, AffineMap map,
                                 ValueRange positions, ValueRange globals = {});

/// Loads an element, or a vector where an index is a vector: contiguous where
/// the last index counts up by one and nothing else varies, a gather otherwise.
/// Lanes that `mask` excludes touch no memory and read as zero.
/// Booleans are bytes in memory; any byte but 0 is true.
Value loadAt(OpBuilder &b, Location loc, Value memref, ValueRange indices,
             Value mask = {});

/// `loadAt` where each index but those of `checked` dimensions is in range,
/// zero elsewhere, without touching memory there.
Value lookUpAt(OpBuilder &b, Location loc, Value memref, ValueRange indices,
               ArrayRef<int64_t> checked, Value mask = {});

/// Lowers each gyre.lookup that no structure has taken into its loops.
void expandLookups(Operation *root);

/// The counterpart of `loadAt`. A scalar value is broadcast. `streams` says
/// that the lanes start on a line of the caches and go past them; what is
/// masked never does.
void storeAt(OpBuilder &b, Location loc, Value value, Value memref,
             ValueRange indices, Value mask = {}, bool streams = false);

/// An operand as one row from its very start, and where in it the element at
/// `indices` is.
std::pair<Value, Value> linearAddress(OpBuilder &b, Location loc, Value memref,
                                      ValueRange indices);

/// `value` (scalar or vector) converted between float types of different
/// width; unchanged where it has the element type `to` already.
Value convertFloat(OpBuilder &b, Location loc, Value value, Type to);

/// loadAt and storeAt as regions see elements: with f16, bf16 and f8 in memory
/// widened to f32 (`getRegionType`).
Value loadElement(OpBuilder &b, Location loc, Value memref, ValueRange indices,
                  Value mask = {});
void storeElement(OpBuilder &b, Location loc, Value value, Value memref,
                  ValueRange indices, Value mask = {}, bool streams = false);

/// The size of a dimension: a constant where the type has it.
Value extentOf(OpBuilder &b, Location loc, Value memref, unsigned dim);

/// The extent of each loop of an operation with `operands` and `maps`.
SmallVector<Value> loopExtents(OpBuilder &b, Location loc, ValueRange operands,
                               ArrayRef<AffineMap> maps);

//===----------------------------------------------------------------------===//
// Rows that follow each other
//===----------------------------------------------------------------------===//

using DimSet = llvm::SmallDenseSet<unsigned>;

/// The loops of a structure whose positions its regions use, or its maps in
/// compound expressions.
DimSet indexedDims(Operation *op, ArrayRef<AffineMap> maps);

/// Whether `outer` and `inner` are neighbours, in this order, in each of `maps`
/// that has one of them, and none of them is `indexed` (its position is used).
bool areNeighbours(ArrayRef<AffineMap> maps, unsigned outer, unsigned inner,
                   const DimSet &indexed);

/// Whether the rows along dimension `dim` of `operand`, its last but one,
/// follow each other: null where the type says so.
Value rowsFollow(OpBuilder &b, Location loc, Value operand, unsigned dim);

/// Makes one long row of `inner` and those of the loops `outer` (innermost
/// first) whose rows follow each other in memory. Strides may be known at run
/// time only, so this replaces `extents` and needs no other loop; the index in
/// `inner` then runs beyond its size, into the rows that follow.
void collapseInto(OpBuilder &b, Location loc, ValueRange operands,
                  ArrayRef<AffineMap> maps, const DimSet &indexed,
                  unsigned inner, ArrayRef<unsigned> outer,
                  MutableArrayRef<Value> extents);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_ACCESS_H
