// RUN: gyre-lsp-server -lit-test < %s | FileCheck %s
{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"processId":123,"rootPath":"gyre","capabilities":{},"trace":"off"}}
// CHECK: "textDocumentSync":{"change":1,
// -----
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{
  "uri":"test:///good.mlir",
  "languageId":"mlir",
  "version":1,
  "text":"func.func @rows(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {\n  %y = gyre.softmax %x : tensor<4x8xf32>\n  %z = gyre.silu %y : tensor<4x8xf32>\n  return %z : tensor<4x8xf32>\n}"
}}}
// -----
// What an operation computes, in front of what upstream says.
{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{"textDocument":{"uri":"test:///good.mlir"},"position":{"line":1,"character":12}}}
// CHECK:       {"id":1,{{.*}}"value":"`gyre.softmax` _Exponentials of a row, scaled to sum to one_{{.*}}y[.., i, ..] = exp({{.*}}(C1){{.*}}\"gyre.softmax\"{{.*}}Generic Form
// -----
{"jsonrpc":"2.0","id":2,"method":"textDocument/definition","params":{"textDocument":{"uri":"test:///good.mlir"},"position":{"line":2,"character":18}}}
// CHECK:       "id": 2
// CHECK:       "range": {
// CHECK-NEXT:    "end": {
// CHECK-NEXT:      "character": 4,
// CHECK-NEXT:      "line": 1
// -----
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{
  "uri":"test:///bad.mlir",
  "languageId":"mlir",
  "version":1,
  "text":"func.func @rows(%x: tensor<4x8xf32>) {\n  %y = gyre.softmax %x {dim = 2} : tensor<4x8xf32>\n  return\n}"
}}}
// CHECK:       "method": "textDocument/publishDiagnostics",
// CHECK:       "message": "'gyre.softmax' op expected dim in [-2, 2), got 2"
// CHECK:       "line": 1
// -----
// What parses is given to gyrec's checks, also after a change, which is sent as a whole.
{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{
  "uri":"test:///unnamed.mlir",
  "languageId":"mlir",
  "version":1,
  "text":"func.func @rows(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {\n  return %x : tensor<?x8xf32>\n}"
}}}
// CHECK: "message":"dimension 0 of argument 'arg0' has no name; name it, for example {gyre.dims = [\"N0\", 8]}","range":{"end":{{.*}}"start":{"character":16,"line":0}},"severity":1,"source":"gyrec"
// CHECK-SAME: test:///unnamed.mlir
// -----
{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"test:///unnamed.mlir","version":2},
  "contentChanges":[{"text":"func.func @rows(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {\n  %0 = math.cbrt %x : tensor<4x8xf32>\n  return %0 : tensor<4x8xf32>\n}"}]
}}
// CHECK: "message":"unsupported operation math.cbrt","range":{"end":{"character":16,"line":1},"start":{"character":7,"line":1}}
// -----
// A size that an operand lacks is found further on.
{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"test:///unnamed.mlir","version":3},
  "contentChanges":[{"text":"func.func @rows(%x: tensor<?xf32> {gyre.dims = [\"N\"]}) -> (tensor<?xf32> {gyre.dims = [\"N + 1\"]}) {\n  return %x : tensor<?xf32>\n}"}]
}}
// CHECK: "message":"expected {{.*}}N + 1{{.*}}"source":"gyrec"
// -----
{"jsonrpc":"2.0","id":3,"method":"shutdown"}
// -----
{"jsonrpc":"2.0","method":"exit"}
