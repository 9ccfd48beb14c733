// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coefficients of the polynomials in Math.cpp, lowest order first. They are
// minimax fits (Lawson's iteration, relative error) whose coefficients were
// rounded to f32 one after the other from the lowest order, the rest fitted
// again each time. The error stated is that of the polynomial alone.

#ifndef GYRE_CODEGEN_COMMON_MATHTABLES_H
#define GYRE_CODEGEN_COMMON_MATHTABLES_H

#include <cstdint>

namespace mlir::gyre::tables {

/// 2^r on [-1/2, 1/2]: 3.0e-9.
constexpr double exp2[] = {1.0,
                           0.693147182f,
                           0.240226477f,
                           0.0555035993f,
                           0.00961850584f,
                           0.00133908063f,
                           0.000153264613f};

/// (e^r - 1 - r) / r^2 on [-ln2/2, ln2/2]: 4.3e-10 of e^r - 1.
constexpr double expm1[] = {0.5,
                            0.166666657f,
                            0.0416664928f,
                            0.00833354704f,
                            0.00139323133f,
                            0.000197609465f};

/// (ln(1 + f) - f) / f^2 on [-1/3, 1/3]: 4.6e-9 of ln(1 + f).
constexpr double log1p[] = {-0.5,          0.333332151f,  -0.249998033f,
                            0.20010446f,   -0.166802436f, 0.140052974f,
                            -0.121875286f, 0.139869988f,  -0.128778592f};

/// log2(1 + f) / f on [-1/3, 1/3], for f64: 7.1e-13.
constexpr double log2Wide[] = {
    1.4426950408888697,   -0.72134752047046324, 0.48089834707001827,
    -0.36067375156365711, 0.2885389881235117,   -0.24045000599047145,
    0.20610071884850331,  -0.18030173780569192, 0.1602497900043347,
    -0.14502536540396957, 0.13208497826067292,  -0.11164631417601645,
    0.10146017334909631,  -0.15080077944732589, 0.14486130937730204};

/// (tanh(x)/x - 1) / x^2 in x^2, |x| < 0.56: 1.4e-9.
constexpr double tanh[] = {-0.333333135f, 0.13332437f, -0.0538357571f,
                           0.021000376f, -0.00616961345f};

/// (sin(x)/x - 1) / x^2 in x^2, |x| < pi/4: 1.6e-10.
constexpr double sin[] = {-0.166666672f, 0.0083333794f, -0.000198530746f,
                          2.8327197e-06f};
/// The same for |x| < 1.002 pi/2: 4.6e-10.
constexpr double sinOfHalfTurn[] = {-0.166666672f, 0.00833335053f,
                                    -0.000198430993f, 2.76278411e-6f,
                                    -2.55266919e-8f};
/// (cos(x) - 1 + x^2/2) / x^4 in x^2, |x| < pi/4: 1.2e-10.
constexpr double cos[] = {0.0416666456f, -0.00138873095f, 2.44323292e-05f};

/// (erf(x)/x - 2/sqrt(pi)) / x^2 in x^2, |x| < 0.92: 5.1e-10.
constexpr double erf[] = {-0.376126349f,  0.112837031f,     -0.0268595926f,
                          0.00520123448f, -0.000814336643f, 8.36945546e-05f};
/// -log2(erfc(x)) on [0.91, 4]: 7.3e-11 of erf.
constexpr double erfc[] = {-0.00024993252f,  1.62953579f,    0.913745761f,
                           0.156194434f,     -0.0362266451f, 0.00601276802f,
                           -0.000625835732f, 3.03531688e-05f};

/// (atan(x)/x - 1) / x^2 in x^2, |x| < 1: 2.7e-9.
constexpr double atan[] = {-0.333332986f,  0.199985296f,   -0.142640144f,
                           0.109508611f,   -0.0839920789f, 0.0578788705f,
                           -0.0310935341f, 0.0108662713f,  -0.00178214419f};

/// 2/pi to 224 bits, after a word of zeros.
constexpr uint32_t twoOverPi[] = {0,          0xA2F9836E, 0x4E441529,
                                  0xFC2757D1, 0xF534DDC0, 0xDB629599,
                                  0x3C439041, 0xFE5163AB};

} // namespace mlir::gyre::tables

#endif // GYRE_CODEGEN_COMMON_MATHTABLES_H
