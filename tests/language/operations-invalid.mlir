// RUN: gyre-opt %s --gyre-check-graph --split-input-file --verify-diagnostics

func.func @memref(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{unsupported operation memref.alloc}}
  %0 = memref.alloc() : memref<4xf32>
  return %x : tensor<4xf32>
}

// -----

func.func @inside(%x: tensor<4xf32>) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %c1 step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    // expected-error @+1 {{unsupported operation vector.print}}
    vector.print %i : index
    scf.yield %a : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @complex(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected ranked tensors and scalars of f64, f32, f16, bf16, f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 or i64, got 'tensor<4xcomplex<f32>>'}}
  %0 = tensor.empty() : tensor<4xcomplex<f32>>
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected argument 0 to be a ranked tensor or a scalar, got 'memref<4xf32>'}}
func.func @memref_argument(%x: memref<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected result 0 to be a ranked tensor, got 'f32'}}
func.func @scalar_result(%x: f32) -> f32 {
  return %x : f32
}

// -----

// expected-error @+1 {{expected public function @nothing to have a result}}
func.func @nothing(%x: f32) {
  return
}

// -----

func.func private @even(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @odd(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @odd(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{recursion is not supported: @even is still running here}}
  %0 = call @even(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @main_graph(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @even(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @elsewhere(tensor<4xf32>) -> tensor<4xf32>
func.func @external(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected @elsewhere to have a body}}
  %0 = call @elsewhere(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a constant: there is no mutable state}}
ml_program.global private mutable @state(dense<0.0> : tensor<4xf32>) : tensor<4xf32>
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a weight to be a tensor of known size, got 'tensor<?xf32>'}}
ml_program.global private @w(#ml_program.extern : tensor<?xf32>) : tensor<?xf32>
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a public function}}
module {
  func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}

// -----

ml_program.global private @a.w(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>
// expected-error @+1 {{weight 'a_w' would be field 'a_w' of the struct of weights, as is 'a.w'}}
ml_program.global private @a_w(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

func.func @forall(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{unsupported operation scf.forall: linalg.generic and structures say what may run in parallel}}
  %0 = scf.forall (%i) in (4) shared_outs(%o = %x) -> tensor<4xf32> {
    // expected-error @+1 {{unsupported operation scf.forall.in_parallel}}
    scf.forall.in_parallel {
    }
  }
  return %0 : tensor<4xf32>
}

// -----

func.func @gather(%x: tensor<4x4xf32>, %i: tensor<2x1xindex>) -> tensor<2x4xf32> {
  // expected-error @+1 {{unsupported operation tensor.gather}}
  %0 = tensor.gather %x[%i] gather_dims([0]) : (tensor<4x4xf32>, tensor<2x1xindex>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// What the compiler makes is not for users to write.
func.func @scratch(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  // expected-error @+1 {{unsupported operation gyre.scratch}}
  %0 = gyre.scratch %n : memref<?xi8>
  return %x : tensor<4xf32>
}

// -----

func.func @attribute(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{unknown attribute 'gyre.kernel'}}
  %0 = arith.negf %x {gyre.kernel = 0} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @vector(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected ranked tensors and scalars of f64, f32, f16, bf16, f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 or i64, got 'vector<4xf32>'}}
  %0 = arith.constant dense<0.0> : vector<4xf32>
  return %x : tensor<4xf32>
}

// -----

func.func @encoding(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected ranked tensors and scalars of f64, f32, f16, bf16, f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 or i64, got 'tensor<4xf32, "sparse">'}}
  %0 = tensor.empty() : tensor<4xf32, "sparse">
  return %x : tensor<4xf32>
}

// -----

func.func @unranked(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected ranked tensors and scalars of f64, f32, f16, bf16, f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 or i64, got 'tensor<*xf32>'}}
  %0 = tensor.cast %x : tensor<4xf32> to tensor<*xf32>
  %1 = tensor.cast %0 : tensor<*xf32> to tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a tensor of less than 2^63 bytes, got 'tensor<4611686018427387904xf32>'}}
func.func @huge(%x: tensor<4611686018427387904xf32>) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @dim(%x: tensor<4xf32>, %i: index) -> tensor<4xf32> {
  // expected-error @+1 {{expected a constant dimension below 1}}
  %0 = tensor.dim %x, %i : tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

func.func @formula(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%x : tensor<4xf32>) {
  ^bb0(%o: f32):
    // expected-error @+1 {{expected scalars in a region that is evaluated for each element, got 'tensor<4xf32>'}}
    %1 = arith.negf %x : tensor<4xf32>
    linalg.yield %o : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected one block}}
func.func @blocks(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
^unreachable:
  return %x : tensor<4xf32>
}

// -----

// A sampler calls its denoiser, also where that samples.
func.func private @denoise(%x: tensor<4xf32>, %sigma: f32) -> tensor<4xf32> {
  // expected-error @+1 {{recursion is not supported: @denoise is still running here}}
  %0 = gyre.edm_sample @denoise(%x) {steps = 2} : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @sample(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = gyre.edm_sample @denoise(%x) {steps = 2} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func private @one(%x: tensor<4xf32>, %sigma: f32) -> tensor<4xf32> {
  %0 = gyre.flow_sample @two(%x) {steps = 2} : tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @two(%x: tensor<4xf32>, %sigma: f32) -> tensor<4xf32> {
  // expected-error @+1 {{recursion is not supported: @one is still running here}}
  %0 = call @one(%x, %sigma) : (tensor<4xf32>, f32) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @sample(%x: tensor<4xf32>, %sigma: f32) -> tensor<4xf32> {
  %0 = call @one(%x, %sigma) : (tensor<4xf32>, f32) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @without_lowering(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{unsupported operation math.cbrt}}
  %0 = math.cbrt %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected ranked tensors and scalars of f64, f32, f16, bf16, f8E4M3FN, f8E5M2, index, i1, i8, i16, i32 or i64, got 'memref<4xf32>'}}
func.func private @private_memref(%x: memref<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  return %y : tensor<4xf32>
}
func.func @caller(%y: tensor<4xf32>) -> tensor<4xf32> {
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected a constant or #ml_program.extern}}
ml_program.global private @w("text") : tensor<4xf32>
func.func @weight_value(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected the value to be 'tensor<4xf32>', got 'tensor<5xf32>'}}
ml_program.global private @w(dense<1.0> : tensor<5xf32>) : tensor<4xf32>
func.func @weight_type(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// Few functions, each of which calls another one often.
func.func private @f0() {
  return
}
func.func private @f1() {
  call @f0() : () -> ()
  call @f0() : () -> ()
  call @f0() : () -> ()
  call @f0() : () -> ()
  return
}
func.func private @f2() {
  call @f1() : () -> ()
  call @f1() : () -> ()
  call @f1() : () -> ()
  call @f1() : () -> ()
  return
}
func.func private @f3() {
  call @f2() : () -> ()
  call @f2() : () -> ()
  call @f2() : () -> ()
  call @f2() : () -> ()
  return
}
func.func private @f4() {
  call @f3() : () -> ()
  call @f3() : () -> ()
  call @f3() : () -> ()
  call @f3() : () -> ()
  return
}
func.func private @f5() {
  call @f4() : () -> ()
  call @f4() : () -> ()
  call @f4() : () -> ()
  call @f4() : () -> ()
  return
}
func.func private @f6() {
  call @f5() : () -> ()
  call @f5() : () -> ()
  call @f5() : () -> ()
  call @f5() : () -> ()
  return
}
func.func private @f7() {
  call @f6() : () -> ()
  call @f6() : () -> ()
  call @f6() : () -> ()
  call @f6() : () -> ()
  return
}
func.func private @f8() {
  call @f7() : () -> ()
  call @f7() : () -> ()
  call @f7() : () -> ()
  call @f7() : () -> ()
  return
}
func.func private @f9() {
  call @f8() : () -> ()
  // expected-error @+1 {{expected at most 200000 operations once calls are inlined}}
  call @f8() : () -> ()
  return
}
func.func @inlined(%x: tensor<4xf32>) -> tensor<4xf32> {
  call @f9() : () -> ()
  return %x : tensor<4xf32>
}

// -----

func.func @call_in_formula(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%x : tensor<4xf32>) {
  ^bb0(%e: f32):
    // expected-error @+1 {{unsupported operation func.call in a region that is evaluated for each element}}
    %1 = func.call @half(%e) : (f32) -> f32
    linalg.yield %1 : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @half(%x: f32) -> f32 {
  return %x : f32
}

// -----

func.func @scattered(%x: tensor<?x?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{expected indexing map of result 0 to name each dimension at most once, got affine_map<(d0, d1) -> (d0 * 2)>}}
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i * 2)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x?xf32>) outs(%y : tensor<?xf32>) {
  ^bb0(%e: f32, %o: f32):
    %1 = arith.addf %o, %e : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Results are inferred before operands are verified.
func.func @scalars(%x: f32) {
  // expected-error @+1 {{expected x of rank 2 or more, got 'tensor<f32>'}}
  %0:2 = gyre.causal_conv %x, %x : f32, f32
  return
}

// -----

func.func @race(%x: tensor<?x?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @+1 {{expected parallel dimension 1 in the indexing map of result 0, got affine_map<(d0, d1) -> (d0)>}}
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x?xf32>) outs(%y : tensor<?xf32>) {
  ^bb0(%e: f32, %o: f32):
    %1 = arith.addf %o, %e : f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @split(%x: tensor<8x64xf32>) -> tensor<8x2x32xf32> {
  // expected-error @+1 {{expected output_shape to be that of 'tensor<8x2x32xf32>', got another size 0}}
  %0 = tensor.expand_shape %x [[0], [1, 2]] output_shape [9, 2, 32] : tensor<8x64xf32> into tensor<8x2x32xf32>
  return %0 : tensor<8x2x32xf32>
}

// -----

func.func @integers(%x: tensor<4x5xi64>, %y: tensor<4x5xi64>) -> tensor<4x5xi64> {
  // expected-error @+1 {{expected floats, got 'tensor<4x5xi64>'}}
  %0 = linalg.softmax dimension(1) ins(%x : tensor<4x5xi64>) outs(%y : tensor<4x5xi64>) -> tensor<4x5xi64>
  return %0 : tensor<4x5xi64>
}

// -----

func.func @kept_reduction(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // expected-error @+1 {{expected no reduction in the indexing map of result 0, got dimension 0}}
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["reduction", "parallel"]}
      ins(%x : tensor<4x8xf32>) outs(%y : tensor<4x8xf32>) {
  ^bb0(%e: f32, %o: f32):
    %1 = arith.addf %o, %e : f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
