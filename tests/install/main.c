/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A C program with a compiled graph. */
#include "model.h"

#include <math.h>
#include <stdio.h>

int main(void) {
  const float logits[] = {0, 0, 0, 0, 1, 2};
  float probabilities[6];
  gyre_call call = GYRE_CALL_INIT;
  float sum;
  if (pick(logits, probabilities, 2, 3, &call) != GYRE_SUCCESS) {
    puts(call.message);
    return 1;
  }
  sum = probabilities[3] + probabilities[4] + probabilities[5];
  printf("%f %f\n", probabilities[0], probabilities[5] / probabilities[4]);
  return fabsf(probabilities[0] - 1.f / 3) < 1e-6f && fabsf(sum - 1) < 1e-6f &&
                 fabsf(probabilities[5] / probabilities[4] - 2.7182818f) < 1e-5f
             ? 0
             : 1;
}
