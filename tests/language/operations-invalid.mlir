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

func.func @while(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{unsupported operation scf.while}}
  %0 = scf.while (%a = %x) : (tensor<4xf32>) -> tensor<4xf32> {
    %true = arith.constant true
    // expected-error @+1 {{unsupported operation scf.condition}}
    scf.condition(%true) %a : tensor<4xf32>
  } do {
  ^bb0(%a: tensor<4xf32>):
    scf.yield %a : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
