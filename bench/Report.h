// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run of the benchmark leaves behind: records and a picture.

#ifndef GYRE_BENCH_REPORT_H
#define GYRE_BENCH_REPORT_H

#include "Harness.h"

namespace bench {

/// A list of records.
void writeJson(const std::string &file, const std::vector<Record> &records);

/// A page with a roofline for each number of threads, and the table.
void writePicture(const std::string &file, const std::vector<Record> &records,
                  const std::map<int, Limits> &limits);

} // namespace bench

#endif // GYRE_BENCH_REPORT_H
