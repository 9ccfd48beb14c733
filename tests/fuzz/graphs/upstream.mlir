// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upstream's operations, a function each: what mutants are made of.

func.func @addf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.addf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @subf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.subf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @mulf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.mulf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @divf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.divf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @remf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.remf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @maximumf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.maximumf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @minimumf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.minimumf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @maxnumf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.maxnumf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @minnumf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.minnumf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @addi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.addi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @subi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.subi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @muli(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.muli %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @divsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.divsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @divui(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.divui %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @remsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.remsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @remui(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.remui %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @andi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.andi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @ori(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.ori %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @xori(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.xori %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @shli(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.shli %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @shrsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.shrsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @shrui(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.shrui %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @maxsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.maxsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @maxui(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.maxui %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @minsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.minsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @minui(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.minui %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @ceildivsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.ceildivsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @ceildivui(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.ceildivui %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @floordivsi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.floordivsi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @m_absf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.absf %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_acos(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.acos %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_acosh(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.acosh %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_asin(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.asin %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_asinh(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.asinh %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_atan(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.atan %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_atanh(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.atanh %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_cbrt(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.cbrt %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_ceil(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.ceil %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_cos(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.cos %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_cosh(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.cosh %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_erf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.erf %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_erfc(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.erfc %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_exp(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.exp %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_exp2(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.exp2 %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_expm1(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.expm1 %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_floor(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.floor %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_log(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.log %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_log10(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.log10 %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_log1p(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.log1p %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_log2(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.log2 %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_round(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.round %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_roundeven(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.roundeven %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_rsqrt(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.rsqrt %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_sin(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.sin %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_sinh(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.sinh %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_sqrt(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.sqrt %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_tan(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.tan %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_tanh(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.tanh %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_trunc(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.trunc %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_atan2(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.atan2 %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_copysign(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.copysign %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_powf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.powf %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_absi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = math.absi %a : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @m_ctlz(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = math.ctlz %a : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @m_cttz(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = math.cttz %a : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @m_ctpop(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = math.ctpop %a : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @m_ipowi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = math.ipowi %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @m_fpowi(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.fpowi %a, %b : tensor<?x5xf32>, tensor<?x5xi32>
  return %y : tensor<?x5xf32>
}

func.func @m_fma(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %c: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = math.fma %a, %b, %c : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @m_isfinite(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi1> {gyre.dims = ["N", 5]}) {
  %y = math.isfinite %a : tensor<?x5xf32>
  return %y : tensor<?x5xi1>
}

func.func @m_isinf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi1> {gyre.dims = ["N", 5]}) {
  %y = math.isinf %a : tensor<?x5xf32>
  return %y : tensor<?x5xi1>
}

func.func @m_isnan(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi1> {gyre.dims = ["N", 5]}) {
  %y = math.isnan %a : tensor<?x5xf32>
  return %y : tensor<?x5xi1>
}

func.func @m_isnormal(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi1> {gyre.dims = ["N", 5]}) {
  %y = math.isnormal %a : tensor<?x5xf32>
  return %y : tensor<?x5xi1>
}

func.func @cmpf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi1> {gyre.dims = ["N", 5]}) {
  %y = arith.cmpf ult, %a, %b : tensor<?x5xf32>
  return %y : tensor<?x5xi1>
}

func.func @cmpi(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi1> {gyre.dims = ["N", 5]}) {
  %y = arith.cmpi sge, %a, %b : tensor<?x5xi32>
  return %y : tensor<?x5xi1>
}

func.func @select(%c: tensor<?x5xi1> {gyre.dims = ["N", 5]}, %a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.select %c, %a, %b : tensor<?x5xi1>, tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @sitofp_i32(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.sitofp %a : tensor<?x5xi32> to tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @uitofp_i8(%a: tensor<?x5xi8> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf16> {gyre.dims = ["N", 5]}) {
  %y = arith.uitofp %a : tensor<?x5xi8> to tensor<?x5xf16>
  return %y : tensor<?x5xf16>
}

func.func @fptosi_f32(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi16> {gyre.dims = ["N", 5]}) {
  %y = arith.fptosi %a : tensor<?x5xf32> to tensor<?x5xi16>
  return %y : tensor<?x5xi16>
}

func.func @fptoui_f64(%a: tensor<?x5xf64> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi64> {gyre.dims = ["N", 5]}) {
  %y = arith.fptoui %a : tensor<?x5xf64> to tensor<?x5xi64>
  return %y : tensor<?x5xi64>
}

func.func @extf_bf16(%a: tensor<?x5xbf16> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.extf %a : tensor<?x5xbf16> to tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @truncf_f32(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf16> {gyre.dims = ["N", 5]}) {
  %y = arith.truncf %a : tensor<?x5xf32> to tensor<?x5xf16>
  return %y : tensor<?x5xf16>
}

func.func @truncf_f64(%a: tensor<?x5xf64> {gyre.dims = ["N", 5]}) -> (tensor<?x5xbf16> {gyre.dims = ["N", 5]}) {
  %y = arith.truncf %a : tensor<?x5xf64> to tensor<?x5xbf16>
  return %y : tensor<?x5xbf16>
}

func.func @extsi_i1(%a: tensor<?x5xi1> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.extsi %a : tensor<?x5xi1> to tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @extui_i8(%a: tensor<?x5xi8> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi64> {gyre.dims = ["N", 5]}) {
  %y = arith.extui %a : tensor<?x5xi8> to tensor<?x5xi64>
  return %y : tensor<?x5xi64>
}

func.func @trunci_i64(%a: tensor<?x5xi64> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi8> {gyre.dims = ["N", 5]}) {
  %y = arith.trunci %a : tensor<?x5xi64> to tensor<?x5xi8>
  return %y : tensor<?x5xi8>
}

func.func @index_cast_i32(%a: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xindex> {gyre.dims = ["N", 5]}) {
  %y = arith.index_cast %a : tensor<?x5xi32> to tensor<?x5xindex>
  return %y : tensor<?x5xindex>
}

func.func @index_castui_index(%a: tensor<?x5xindex> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi64> {gyre.dims = ["N", 5]}) {
  %y = arith.index_castui %a : tensor<?x5xindex> to tensor<?x5xi64>
  return %y : tensor<?x5xi64>
}

func.func @bitcast_f32(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = arith.bitcast %a : tensor<?x5xf32> to tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @negf(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = arith.negf %a : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @t_splat(%a: f32, %n: index {gyre.size = "N"}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = tensor.splat %a[%n] : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @t_generate(%n: index {gyre.size = "N"}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = tensor.generate %n {
  ^bb0(%i: index, %j: index):
    %0 = arith.addi %i, %j : index
    %1 = arith.index_cast %0 : index to i32
    %2 = arith.sitofp %1 : i32 to f32
    tensor.yield %2 : f32
  } : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @t_pad(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x9xf32> {gyre.dims = ["N + 3", 9]}) {
  %c = arith.constant 1.0 : f32
  %y = tensor.pad %a low[1, 2] high[2, 2] {
  ^bb0(%i: index, %j: index):
    tensor.yield %c : f32
  } : tensor<?x5xf32> to tensor<?x9xf32>
  return %y : tensor<?x9xf32>
}

func.func @t_concat(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x3xf32> {gyre.dims = ["N", 3]}) -> (tensor<?x8xf32> {gyre.dims = ["N", 8]}) {
  %y = tensor.concat dim(1) %a, %b : (tensor<?x5xf32>, tensor<?x3xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

func.func @t_extract_slice(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x2xf32> {gyre.dims = ["N", 2]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?x5xf32>
  %y = tensor.extract_slice %a[0, 1] [%n, 2] [1, 2] : tensor<?x5xf32> to tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

func.func @t_insert_slice(%a: tensor<?x2xf32> {gyre.dims = ["N", 2]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %b, %c0 : tensor<?x5xf32>
  %y = tensor.insert_slice %a into %b[0, 1] [%n, 2] [1, 2] : tensor<?x2xf32> into tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @t_extract(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %i: index) -> (tensor<2xf32>) {
  %c0 = arith.constant 0 : index
  %0 = tensor.extract %a[%i, %c0] : tensor<?x5xf32>
  %y = tensor.splat %0 : tensor<2xf32>
  return %y : tensor<2xf32>
}

func.func @t_insert(%a: f32, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %i: index) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %c0 = arith.constant 0 : index
  %y = tensor.insert %a into %b[%i, %c0] : tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @t_from_elements(%a: f32, %b: f32) -> (tensor<2xf32>) {
  %y = tensor.from_elements %a, %b : tensor<2xf32>
  return %y : tensor<2xf32>
}

func.func @t_expand(%a: tensor<?xf32> {gyre.dims = ["6 * N"]}, %n: index {gyre.size = "N"}) -> (tensor<2x?x3xf32> {gyre.dims = [2, "N", 3]}) {
  %y = tensor.expand_shape %a [[0, 1, 2]] output_shape [2, %n, 3] : tensor<?xf32> into tensor<2x?x3xf32>
  return %y : tensor<2x?x3xf32>
}

func.func @t_expand_two(%a: tensor<?xf32> {gyre.dims = ["H * W"]}, %h: index {gyre.size = "H"}, %w: index {gyre.size = "W"}) -> (tensor<?x?xf32> {gyre.dims = ["H", "W"]}) {
  %y = tensor.expand_shape %a [[0, 1]] output_shape [%h, %w] : tensor<?xf32> into tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @t_collapse(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?xf32> {gyre.dims = ["N * 5"]}) {
  %y = tensor.collapse_shape %a [[0, 1]] : tensor<?x5xf32> into tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @t_reshape(%a: tensor<2x6xf32>, %s: tensor<2xindex>) -> (tensor<3x4xf32>) {
  %y = tensor.reshape %a(%s) : (tensor<2x6xf32>, tensor<2xindex>) -> tensor<3x4xf32>
  return %y : tensor<3x4xf32>
}

func.func @t_cast(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<4x5xf32>) {
  %y = tensor.cast %a : tensor<?x5xf32> to tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

func.func @t_bitcast(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = tensor.bitcast %a : tensor<?x5xf32> to tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @t_gather(%a: tensor<7x5xf32>, %i: tensor<?x1xindex> {gyre.dims = ["N", 1]}) -> (tensor<?x1x5xf32> {gyre.dims = ["N", 1, 5]}) {
  %y = tensor.gather %a[%i] gather_dims([0]) : (tensor<7x5xf32>, tensor<?x1xindex>) -> tensor<?x1x5xf32>
  return %y : tensor<?x1x5xf32>
}

func.func @t_scatter(%a: tensor<?x1x5xf32> {gyre.dims = ["N", 1, 5]}, %b: tensor<7x5xf32>, %i: tensor<?x1xindex> {gyre.dims = ["N", 1]}) -> (tensor<7x5xf32>) {
  %y = tensor.scatter %a into %b[%i] scatter_dims([0]) unique : (tensor<?x1x5xf32>, tensor<7x5xf32>, tensor<?x1xindex>) -> tensor<7x5xf32>
  return %y : tensor<7x5xf32>
}

func.func @t_rank(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<2xindex>) {
  %0 = tensor.rank %a : tensor<?x5xf32>
  %y = tensor.splat %0 : tensor<2xindex>
  return %y : tensor<2xindex>
}

func.func @l_matmul(%a0: tensor<?x7xf32> {gyre.dims = ["N", 7]}, %a1: tensor<7x5xf32>, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.matmul ins(%a0, %a1 : tensor<?x7xf32>, tensor<7x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_matmul_int(%a0: tensor<?x7xi8> {gyre.dims = ["N", 7]}, %a1: tensor<7x5xi8>, %o: tensor<?x5xi32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xi32> {gyre.dims = ["N", 5]}) {
  %y = linalg.matmul ins(%a0, %a1 : tensor<?x7xi8>, tensor<7x5xi8>) outs(%o : tensor<?x5xi32>) -> tensor<?x5xi32>
  return %y : tensor<?x5xi32>
}

func.func @l_matmul_bf16(%a0: tensor<?x7xbf16> {gyre.dims = ["N", 7]}, %a1: tensor<7x5xbf16>, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.matmul ins(%a0, %a1 : tensor<?x7xbf16>, tensor<7x5xbf16>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_matmul_t(%a0: tensor<?x7xf32> {gyre.dims = ["N", 7]}, %a1: tensor<5x7xf32>, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] ins(%a0, %a1 : tensor<?x7xf32>, tensor<5x7xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_batch_matmul(%a0: tensor<?x4x7xf32> {gyre.dims = ["N", 4, 7]}, %a1: tensor<?x7x5xf32> {gyre.dims = ["N", 7, 5]}, %o: tensor<?x4x5xf32> {gyre.dims = ["N", 4, 5]}) -> (tensor<?x4x5xf32> {gyre.dims = ["N", 4, 5]}) {
  %y = linalg.batch_matmul ins(%a0, %a1 : tensor<?x4x7xf32>, tensor<?x7x5xf32>) outs(%o : tensor<?x4x5xf32>) -> tensor<?x4x5xf32>
  return %y : tensor<?x4x5xf32>
}

func.func @l_batch_reduce_matmul(%a0: tensor<?x4x7xf32> {gyre.dims = ["N", 4, 7]}, %a1: tensor<?x7x5xf32> {gyre.dims = ["N", 7, 5]}, %o: tensor<4x5xf32>) -> (tensor<4x5xf32>) {
  %y = linalg.batch_reduce_matmul ins(%a0, %a1 : tensor<?x4x7xf32>, tensor<?x7x5xf32>) outs(%o : tensor<4x5xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

func.func @l_matvec(%a0: tensor<?x7xf32> {gyre.dims = ["N", 7]}, %a1: tensor<7xf32>, %o: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %y = linalg.matvec ins(%a0, %a1 : tensor<?x7xf32>, tensor<7xf32>) outs(%o : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @l_vecmat(%a0: tensor<7xf32>, %a1: tensor<7x5xf32>, %o: tensor<5xf32>) -> (tensor<5xf32>) {
  %y = linalg.vecmat ins(%a0, %a1 : tensor<7xf32>, tensor<7x5xf32>) outs(%o : tensor<5xf32>) -> tensor<5xf32>
  return %y : tensor<5xf32>
}

func.func @l_batch_matvec(%a0: tensor<?x4x7xf32> {gyre.dims = ["N", 4, 7]}, %a1: tensor<?x7xf32> {gyre.dims = ["N", 7]}, %o: tensor<?x4xf32> {gyre.dims = ["N", 4]}) -> (tensor<?x4xf32> {gyre.dims = ["N", 4]}) {
  %y = linalg.batch_matvec ins(%a0, %a1 : tensor<?x4x7xf32>, tensor<?x7xf32>) outs(%o : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

func.func @l_dot(%a0: tensor<?xf32> {gyre.dims = ["N"]}, %a1: tensor<?xf32> {gyre.dims = ["N"]}, %o: tensor<f32>) -> (tensor<f32>) {
  %y = linalg.dot ins(%a0, %a1 : tensor<?xf32>, tensor<?xf32>) outs(%o : tensor<f32>) -> tensor<f32>
  return %y : tensor<f32>
}

func.func @l_mmt4d(%a0: tensor<2x3x4x2xf32>, %a1: tensor<5x3x8x2xf32>, %o: tensor<2x5x4x8xf32>) -> (tensor<2x5x4x8xf32>) {
  %y = linalg.mmt4d ins(%a0, %a1 : tensor<2x3x4x2xf32>, tensor<5x3x8x2xf32>) outs(%o : tensor<2x5x4x8xf32>) -> tensor<2x5x4x8xf32>
  return %y : tensor<2x5x4x8xf32>
}

func.func @l_conv_1d(%a0: tensor<9xf32>, %a1: tensor<3xf32>, %o: tensor<7xf32>) -> (tensor<7xf32>) {
  %y = linalg.conv_1d ins(%a0, %a1 : tensor<9xf32>, tensor<3xf32>) outs(%o : tensor<7xf32>) -> tensor<7xf32>
  return %y : tensor<7xf32>
}

func.func @l_conv_2d(%a0: tensor<9x8xf32>, %a1: tensor<3x3xf32>, %o: tensor<7x6xf32>) -> (tensor<7x6xf32>) {
  %y = linalg.conv_2d ins(%a0, %a1 : tensor<9x8xf32>, tensor<3x3xf32>) outs(%o : tensor<7x6xf32>) -> tensor<7x6xf32>
  return %y : tensor<7x6xf32>
}

func.func @l_conv_2d_nhwc(%a0: tensor<?x9x8x4xf32> {gyre.dims = ["N", 9, 8, 4]}, %a1: tensor<3x3x4x5xf32>, %o: tensor<?x7x6x5xf32> {gyre.dims = ["N", 7, 6, 5]}) -> (tensor<?x7x6x5xf32> {gyre.dims = ["N", 7, 6, 5]}) {
  %y = linalg.conv_2d_nhwc_hwcf ins(%a0, %a1 : tensor<?x9x8x4xf32>, tensor<3x3x4x5xf32>) outs(%o : tensor<?x7x6x5xf32>) -> tensor<?x7x6x5xf32>
  return %y : tensor<?x7x6x5xf32>
}

func.func @l_conv_2d_nchw(%a0: tensor<?x4x9x9xf32> {gyre.dims = ["N", 4, 9, 9]}, %a1: tensor<5x4x3x3xf32>, %o: tensor<?x5x4x4xf32> {gyre.dims = ["N", 5, 4, 4]}) -> (tensor<?x5x4x4xf32> {gyre.dims = ["N", 5, 4, 4]}) {
  %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%a0, %a1 : tensor<?x4x9x9xf32>, tensor<5x4x3x3xf32>) outs(%o : tensor<?x5x4x4xf32>) -> tensor<?x5x4x4xf32>
  return %y : tensor<?x5x4x4xf32>
}

func.func @l_depthwise_1d(%a0: tensor<?x9x4xf32> {gyre.dims = ["N", 9, 4]}, %a1: tensor<3x4xf32>, %o: tensor<?x7x4xf32> {gyre.dims = ["N", 7, 4]}) -> (tensor<?x7x4xf32> {gyre.dims = ["N", 7, 4]}) {
  %y = linalg.depthwise_conv_1d_nwc_wc ins(%a0, %a1 : tensor<?x9x4xf32>, tensor<3x4xf32>) outs(%o : tensor<?x7x4xf32>) -> tensor<?x7x4xf32>
  return %y : tensor<?x7x4xf32>
}

func.func @l_depthwise_2d(%a0: tensor<?x9x9x4xf32> {gyre.dims = ["N", 9, 9, 4]}, %a1: tensor<3x3x4xf32>, %o: tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) -> (tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) {
  %y = linalg.depthwise_conv_2d_nhwc_hwc ins(%a0, %a1 : tensor<?x9x9x4xf32>, tensor<3x3x4xf32>) outs(%o : tensor<?x7x7x4xf32>) -> tensor<?x7x7x4xf32>
  return %y : tensor<?x7x7x4xf32>
}

func.func @l_conv_3d(%a0: tensor<5x5x5xf32>, %a1: tensor<3x3x3xf32>, %o: tensor<3x3x3xf32>) -> (tensor<3x3x3xf32>) {
  %y = linalg.conv_3d ins(%a0, %a1 : tensor<5x5x5xf32>, tensor<3x3x3xf32>) outs(%o : tensor<3x3x3xf32>) -> tensor<3x3x3xf32>
  return %y : tensor<3x3x3xf32>
}

func.func @l_pool_sum(%a0: tensor<?x9x8x4xf32> {gyre.dims = ["N", 9, 8, 4]}, %a1: tensor<3x2xf32>, %o: tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) -> (tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) {
  %y = linalg.pooling_nhwc_sum ins(%a0, %a1 : tensor<?x9x8x4xf32>, tensor<3x2xf32>) outs(%o : tensor<?x7x7x4xf32>) -> tensor<?x7x7x4xf32>
  return %y : tensor<?x7x7x4xf32>
}

func.func @l_pool_max(%a0: tensor<?x9x8x4xf32> {gyre.dims = ["N", 9, 8, 4]}, %a1: tensor<3x2xf32>, %o: tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) -> (tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) {
  %y = linalg.pooling_nhwc_max ins(%a0, %a1 : tensor<?x9x8x4xf32>, tensor<3x2xf32>) outs(%o : tensor<?x7x7x4xf32>) -> tensor<?x7x7x4xf32>
  return %y : tensor<?x7x7x4xf32>
}

func.func @l_pool_min(%a0: tensor<?x9x8x4xf32> {gyre.dims = ["N", 9, 8, 4]}, %a1: tensor<3x2xf32>, %o: tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) -> (tensor<?x7x7x4xf32> {gyre.dims = ["N", 7, 7, 4]}) {
  %y = linalg.pooling_nhwc_min ins(%a0, %a1 : tensor<?x9x8x4xf32>, tensor<3x2xf32>) outs(%o : tensor<?x7x7x4xf32>) -> tensor<?x7x7x4xf32>
  return %y : tensor<?x7x7x4xf32>
}

func.func @l_exp(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.exp ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_log(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.log ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_abs(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.abs ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_ceil(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.ceil ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_floor(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.floor ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_negf(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.negf ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_reciprocal(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.reciprocal ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_round(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.round ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_sqrt(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.sqrt ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_rsqrt(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.rsqrt ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_square(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.square ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_tanh(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.tanh ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_erf(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.erf ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_add(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.add ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_sub(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.sub ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_mul(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.mul ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_div(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.div ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_max(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.max ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_min(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.min ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_powf(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.powf ins(%a0, %a1 : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_select(%a0: tensor<?x5xi1> {gyre.dims = ["N", 5]}, %a1: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %a2: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.select ins(%a0, %a1, %a2 : tensor<?x5xi1>, tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_copy(%a0: tensor<?x5xf16> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.copy ins(%a0 : tensor<?x5xf16>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_elementwise(%a0: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.elementwise kind=#linalg.elementwise_kind<exp> ins(%a0 : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_contract(%a0: tensor<?x7xf32> {gyre.dims = ["N", 7]}, %a1: tensor<5x7xf32>, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>] ins(%a0, %a1 : tensor<?x7xf32>, tensor<5x7xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_fill(%a: f32, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.fill ins(%a : f32) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_fill_rng(%lo: f64, %hi: f64, %s: i32, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.fill_rng_2d ins(%lo, %hi, %s : f64, f64, i32) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_transpose(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<5x?xf32> {gyre.dims = [5, "N"]}) -> (tensor<5x?xf32> {gyre.dims = [5, "N"]}) {
  %y = linalg.transpose ins(%a : tensor<?x5xf32>) outs(%o : tensor<5x?xf32>) permutation = [1, 0]
  return %y : tensor<5x?xf32>
}

func.func @l_broadcast(%a: tensor<5xf32>, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.broadcast ins(%a : tensor<5xf32>) outs(%o : tensor<?x5xf32>) dimensions = [0]
  return %y : tensor<?x5xf32>
}

func.func @l_reduce(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %y = linalg.reduce {arith.mulf} ins(%a : tensor<?x5xf32>) outs(%o : tensor<?xf32>) dimensions = [1]
  return %y : tensor<?xf32>
}

func.func @l_map(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %b: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.map {arith.addf} ins(%a, %b : tensor<?x5xf32>, tensor<?x5xf32>) outs(%o : tensor<?x5xf32>)
  return %y : tensor<?x5xf32>
}

func.func @l_softmax(%a: tensor<?x5xf32> {gyre.dims = ["N", 5]}, %o: tensor<?x5xf32> {gyre.dims = ["N", 5]}) -> (tensor<?x5xf32> {gyre.dims = ["N", 5]}) {
  %y = linalg.softmax dimension(1) ins(%a : tensor<?x5xf32>) outs(%o : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

func.func @l_pack(%a: tensor<?x6xf32> {gyre.dims = ["4 * N", 6]}, %o: tensor<?x3x4x2xf32> {gyre.dims = ["N", 3, 4, 2]}) -> (tensor<?x3x4x2xf32> {gyre.dims = ["N", 3, 4, 2]}) {
  %y = linalg.pack %a inner_dims_pos = [0, 1] inner_tiles = [4, 2] into %o : tensor<?x6xf32> -> tensor<?x3x4x2xf32>
  return %y : tensor<?x3x4x2xf32>
}

func.func @l_unpack(%a: tensor<?x3x4x2xf32> {gyre.dims = ["N", 3, 4, 2]}, %o: tensor<?x6xf32> {gyre.dims = ["4 * N", 6]}) -> (tensor<?x6xf32> {gyre.dims = ["4 * N", 6]}) {
  %y = linalg.unpack %a inner_dims_pos = [0, 1] inner_tiles = [4, 2] into %o : tensor<?x3x4x2xf32> -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

func.func @l_winograd(%a: tensor<2x3x3x5xf32>, %o: tensor<6x6x5x2xf32>) -> (tensor<6x6x5x2xf32>) {
  %y = linalg.winograd_filter_transform fmr(F_4_3) ins(%a : tensor<2x3x3x5xf32>) outs(%o : tensor<6x6x5x2xf32>) -> tensor<6x6x5x2xf32>
  return %y : tensor<6x6x5x2xf32>
}
