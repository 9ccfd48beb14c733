// RUN: gyre-opt %s --gyre-check-graph --split-input-file --verify-diagnostics

// expected-error @+1 {{dimension 0 of argument 'arg0' has no name; name it, for example {gyre.dims = ["N0", 64]}}}
func.func @unnamed(%x: tensor<?x64xf32>) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{dimension 1 of result 0 'out' has no name; name it, for example {gyre.dims = [4, "N1"]}}}
func.func @unnamed_result(%n: index {gyre.size = "N"}) -> tensor<4x?xf32> {
  %0 = tensor.empty(%n) : tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}

// -----

// A private function has no caller in C, so its sizes need no names.
func.func private @inner(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}
func.func @private_sizes(%x: tensor<?xf32> {gyre.dims = ["N"]}) -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %0 = call @inner(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// expected-error @+1 {{expected gyre.dims of argument 'x' to have 2 sizes, got 1}}
func.func @rank(%x: tensor<?x64xf32> {gyre.name = "x", gyre.dims = ["T"]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{expected dimension 1 of argument 'x' to be 64 as in its type, got 32}}
func.func @constant(%x: tensor<?x64xf32> {gyre.name = "x", gyre.dims = ["T", 32]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{expected dimension 0 of argument 'x' to have a name where its type has '?', got 32}}
func.func @constant_for_dynamic(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = [32]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{expected dimension 0 of argument 'x' to be an expression of names, got 'T +': expected a name or an integer}}
func.func @expression(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["T +"]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{got 'int': 'int' is not a usable name}}
func.func @keyword_size(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["int"]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{got 'T floordiv P': expected division by a positive integer}}
func.func @divisor(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["T floordiv P"]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{expected gyre.dims of argument 'x' to be an array of strings and integers, got "T"}}
func.func @no_array(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = "T"}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}

// -----

// expected-error @+1 {{unknown attribute 'gyre.dim' of argument 0, expected one of gyre.dims, gyre.name, gyre.size}}
func.func @attribute(%x: tensor<4xf32> {gyre.dim = [4]}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected the name of argument 'float' to be a C identifier and no keyword, got 'float'; gyre.name gives it another}}
func.func @keyword(%x: tensor<4xf32> {gyre.name = "float"}) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{name 'x' of argument 'x' is taken by argument 'x'; gyre.name gives it another}}
func.func @twice(%a: tensor<4xf32> {gyre.name = "x"}, %b: tensor<4xf32> {gyre.name = "x"}) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{name 'x' of a size is taken by argument 'x'; gyre.name gives it another}}
func.func @size_and_argument(%a: tensor<?xf32> {gyre.name = "x", gyre.dims = ["x"]}) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{name 'call' of argument 'call' stands for a parameter of every function; gyre.name gives it another}}
func.func @call_argument(%a: tensor<4xf32> {gyre.name = "call"}) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected gyre.size of argument 0 to name a size, on an argument of type index}}
func.func @size_of_float(%a: f32 {gyre.size = "N"}) -> tensor<4xf32> {
  %0 = tensor.empty() : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected the name of a public function to be a C identifier and no keyword, got 'my.function'}}
func.func @my.function(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}

// -----

func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
// expected-error @+1 {{name 'f_workspace' is taken by another function}}
func.func @f_workspace(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected gyre.may_overwrite of result 0 'out' to name an argument, got "y"}}
func.func @overwrite_nothing(%x: tensor<4xf32> {gyre.name = "x"}) -> (tensor<4xf32> {gyre.may_overwrite = "y"}) {
  return %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{expected result 0 'out' to have the type and sizes of the argument that it may overwrite, 'tensor<8xf32>', got 'tensor<4xf32>'}}
func.func @overwrite_other(%x: tensor<8xf32> {gyre.name = "x"}) -> (tensor<4xf32> {gyre.may_overwrite = "x"}) {
  %0 = tensor.empty() : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @+1 {{parentheses are nested too deep}}
func.func @deep(%x: tensor<?xf32> {gyre.name = "x", gyre.dims = ["1+(1+(1+(1+(1+(1+(1+(1+T)))))))"]}) -> tensor<64xf32> {
  %0 = tensor.empty() : tensor<64xf32>
  return %0 : tensor<64xf32>
}
