// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the tiles of a kernel are cut into pieces, and how much scratch each
// thread has.

#ifndef GYRE_RUNTIME_LOOP_H
#define GYRE_RUNTIME_LOOP_H

#include "gyre/abi.h"

namespace gyre {

/// Pieces are handed out one by one, so that a slow core takes fewer. 256 keep
/// 64 threads busy to within 1/4 of a share and cost less than 10 us in all.
constexpr int64_t maxPieces = 256;

inline int64_t pieceCount(int64_t count) {
  return count < maxPieces ? count : maxPieces;
}

/// The first tile of a piece; the first pieces take what is left over.
inline int64_t pieceBegin(int64_t count, int64_t piece) {
  int64_t pieces = pieceCount(count), rest = count % pieces;
  return count / pieces * piece + (piece < rest ? piece : rest);
}

/// `bytes` rounded up so that the next thing is aligned; negative where that
/// does not fit.
inline int64_t alignUp(int64_t bytes) {
  int64_t sum;
  if (bytes < 0 ||
      __builtin_add_overflow(bytes, GYRE_WORKSPACE_ALIGNMENT - 1, &sum))
    return -1;
  return sum & -int64_t(GYRE_WORKSPACE_ALIGNMENT);
}

} // namespace gyre

#endif // GYRE_RUNTIME_LOOP_H
