// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow on tensors.

!v = tensor<?xf32>

// Heron's method on each element until the largest change is small.
func.func @square_root(%x: !v {gyre.dims = ["N"]}, %tolerance: f32)
    -> (!v {gyre.dims = ["N"], gyre.name = "y"}, tensor<1xi64> {gyre.name = "turns"}) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : i64
  %none = arith.constant 0 : i64
  %n = tensor.dim %x, %c0 : !v
  %halves = tensor.splat %half[%n] : !v
  %scalar = tensor.empty() : tensor<f32>
  %y, %count = scf.while (%h = %x, %i = %none) : (!v, i64) -> (!v, i64) {
    %q = arith.divf %x, %h : !v
    %s = arith.addf %h, %q : !v
    %next = arith.mulf %s, %halves : !v
    %d = arith.subf %next, %h : !v
    %a = math.absf %d : !v
    %init = linalg.fill ins(%zero : f32) outs(%scalar : tensor<f32>) -> tensor<f32>
    %m = linalg.reduce ins(%a : !v) outs(%init : tensor<f32>) dimensions = [0]
        (%p: f32, %r: f32) { %c = arith.maximumf %p, %r : f32
          linalg.yield %c : f32 }
    %largest = tensor.extract %m[] : tensor<f32>
    %more = arith.cmpf ogt, %largest, %tolerance : f32
    scf.condition(%more) %next, %i : !v, i64
  } do {
  ^bb0(%h: !v, %i: i64):
    %j = arith.addi %i, %c1 : i64
    scf.yield %h, %j : !v, i64
  }
  %turns = tensor.from_elements %count : tensor<1xi64>
  return %y, %turns : !v, tensor<1xi64>
}

// Two tensors that change places; the condition passes the second one first.
func.func @fibonacci(%a: !v {gyre.dims = ["N"]}, %b: !v {gyre.dims = ["N"]}, %count: index)
    -> (!v {gyre.dims = ["N"], gyre.name = "y"}, !v {gyre.dims = ["N"], gyre.name = "z"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z, %y, %end = scf.while (%p = %a, %q = %b, %i = %c0) : (!v, !v, index) -> (!v, !v, index) {
    %more = arith.cmpi slt, %i, %count : index
    scf.condition(%more) %q, %p, %i : !v, !v, index
  } do {
  ^bb0(%q: !v, %p: !v, %i: index):
    %s = arith.addf %p, %q : !v
    %j = arith.addi %i, %c1 : index
    scf.yield %q, %s, %j : !v, !v, index
  }
  return %y, %z : !v, !v
}

// The same by scf.for.
func.func @fibonacci_for(%a: !v {gyre.dims = ["N"]}, %b: !v {gyre.dims = ["N"]}, %count: index)
    -> (!v {gyre.dims = ["N"], gyre.name = "y"}, !v {gyre.dims = ["N"], gyre.name = "z"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y, %z = scf.for %i = %c0 to %count step %c1 iter_args(%p = %a, %q = %b) -> (!v, !v) {
    %s = arith.addf %p, %q : !v
    scf.yield %q, %s : !v, !v
  }
  return %y, %z : !v, !v
}

func.func @choose(%x: !v {gyre.dims = ["N"]}, %b: !v {gyre.dims = ["N"]}, %which: i1)
    -> (!v {gyre.dims = ["N"], gyre.name = "y"}) {
  %0 = arith.negf %x : !v
  %1 = scf.if %which -> !v {
    %2 = arith.addf %0, %b : !v
    scf.yield %2 : !v
  } else {
    scf.yield %b : !v
  }
  %3 = math.absf %1 : !v
  return %3 : !v
}

func.func @switch_(%x: !v {gyre.dims = ["N"]}, %which: index)
    -> (!v {gyre.dims = ["N"], gyre.name = "y"}) {
  %0 = scf.index_switch %which -> !v
  case 2 {
    %1 = arith.addf %x, %x : !v
    scf.yield %1 : !v
  }
  case 5 {
    %1 = arith.mulf %x, %x : !v
    %2 = gyre.softmax %1 : !v
    scf.yield %2 : !v
  }
  default {
    scf.yield %x : !v
  }
  %3 = arith.negf %0 : !v
  return %3 : !v
}

func.func @region(%x: !v {gyre.dims = ["N"]}) -> (!v {gyre.dims = ["N"], gyre.name = "y"}) {
  %0 = scf.execute_region -> !v {
    %1 = arith.addf %x, %x : !v
    scf.yield %1 : !v
  }
  return %0 : !v
}

// A loop in a loop in a branch, around a reduction.
func.func @nested(%x: !v {gyre.dims = ["N"]}, %outer: index, %inner: index)
    -> (!v {gyre.dims = ["N"], gyre.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y, %end = scf.while (%h = %x, %i = %c0) : (!v, index) -> (!v, index) {
    %more = arith.cmpi slt, %i, %outer : index
    scf.condition(%more) %h, %i : !v, index
  } do {
  ^bb0(%h: !v, %i: index):
    %bit = arith.andi %i, %c1 : index
    %odd = arith.cmpi eq, %bit, %c1 : index
    %g = scf.if %odd -> !v {
      %0 = scf.for %j = %c0 to %inner step %c1 iter_args(%k = %h) -> !v {
        %1 = gyre.softmax %k : !v
        %2 = arith.addf %1, %x : !v
        scf.yield %2 : !v
      }
      scf.yield %0 : !v
    } else {
      %0 = arith.negf %h : !v
      scf.yield %0 : !v
    }
    %j = arith.addi %i, %c1 : index
    scf.yield %g, %j : !v, index
  }
  return %y : !v
}
