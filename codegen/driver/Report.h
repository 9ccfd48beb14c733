// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gyrec --report: which kernels were formed, and what they cost.

#ifndef GYRE_CODEGEN_DRIVER_REPORT_H
#define GYRE_CODEGEN_DRIVER_REPORT_H

#include "codegen/driver/Options.h"

namespace mlir::gyre {

/// The report as text or JSON, as the options say.
FailureOr<std::string> makeReport(Session &session, TimingScope &timing);

} // namespace mlir::gyre

#endif // GYRE_CODEGEN_DRIVER_REPORT_H
