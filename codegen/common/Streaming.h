// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Results that no cache will hold are stored past all of them: an ordinary
// store reads the line that it is about to overwrite.

#ifndef GYRE_CODEGEN_COMMON_STREAMING_H
#define GYRE_CODEGEN_COMMON_STREAMING_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"

namespace mlir::gyre {

/// What an emitter asks about a tile: its operands, and how its lanes write.
struct StreamQuery {
  Operation *op;
  ValueRange inputs, outputs;
  ArrayRef<AffineMap> outputMaps;
  /// The dimension that lanes run along, and all extents.
  unsigned lane;
  ArrayRef<Value> extents;
  /// For each output, how many neighbouring elements a lane writes; 0 where
  /// lanes are not neighbours in memory.
  ArrayRef<int64_t> perLane;
  /// Whether rows may begin with part of a vector, up to the first line.
  bool mayPeel = true;
};

/// When, and from where on, a tile's whole vectors may be streamed.
struct Streams {
  Value condition; ///< i1, at run time
  Value head;      ///< lanes before the first line, fewer than a vector has
};

/// Nothing where it is known not to pay: the kernel's buffers together fit the
/// last cache, a result stays in a thread's scratch, or something in the kernel
/// reads it.
std::optional<Streams> planStreams(OpBuilder &b, Location loc,
                                   const StreamQuery &query);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_STREAMING_H
