// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions of AVX-512 on exponents, for Math.cpp: on vectors of whole
// registers, where the target has them.

#ifndef GYRE_CODEGEN_COMMON_MATHAVX512_H
#define GYRE_CODEGEN_COMMON_MATHAVX512_H

#include "codegen/common/MathExpr.h"

namespace mlir::gyre {

/// Whether the following apply to x.
bool hasAvx512(Expr x);

/// p * 2^n: it saturates as it has to, and gives 0 and infinity for n = -inf
/// and inf even where p is NaN, as the reduced argument of an infinity is.
Expr scalef(Expr p, Expr n);

/// The exponent of |x|; infinite for 0 and infinity.
Expr getexp(Expr x);

/// x 2^-getexp(x), in [1, 2): 1 for both zeros and infinity, NaN for other
/// negative x.
Expr getmant(Expr x);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_COMMON_MATHAVX512_H
