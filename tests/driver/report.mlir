// An element-wise chain before and after an operator is one kernel with it, and
// makes no intermediate array: each argument is read once, the result written.
// RUN: gyrec %s --report | FileCheck %s
// RUN: gyrec %s --report --size T=100 --size N=64 | FileCheck %s --check-prefix=SIZED
// RUN: gyrec %s --report=json --size T=100 --size N=64 | python3 -c "import json, sys; f = json.load(sys.stdin)[0]; print(f['intermediate_arrays'], len(f['kernels']), f['kernels'][0]['bytes'], [o['operation'] for o in f['kernels'][0]['fused']])" | FileCheck %s --check-prefix=JSON

// CHECK:      @chain: 1 kernel, 0 intermediate arrays
// CHECK-NEXT:   chain.kernel0
// CHECK-NEXT:     line 22: arith.mulf
// CHECK-NEXT:     line 23: gyre.softmax
// CHECK-NEXT:     line 24: gyre.silu
// CHECK-NEXT:     line 25: arith.addf
// CHECK-NEXT:     reads x, gain; writes out
// CHECK-NEXT:     bytes (T * N) * 12; operations (T * N) * {{[0-9]+}}
// CHECK-NEXT:   workspace: depends on sizes

// Three arrays of 100 x 64 floats.
// SIZED: bytes 76800;
// SIZED: workspace: 0 bytes, and {{[0-9]+}} a thread
// JSON: 0 1 76800 ['arith.mulf', 'gyre.softmax', 'gyre.silu', 'arith.addf']
func.func @chain(%x: tensor<?x?xf32> {gyre.dims = ["T", "N"]}, %gain: tensor<?x?xf32> {gyre.dims = ["T", "N"]}) -> (tensor<?x?xf32> {gyre.dims = ["T", "N"]}) {
  %0 = arith.mulf %x, %gain : tensor<?x?xf32>
  %1 = gyre.softmax %0 : tensor<?x?xf32>
  %2 = gyre.silu %1 : tensor<?x?xf32>
  %3 = arith.addf %2, %x : tensor<?x?xf32>
  return %3 : tensor<?x?xf32>
}
