// Operands of two bytes are copied to shared memory 16 bytes at a time, a piece
// ahead of the products on tensor cores; weights go from sums to operands in
// registers. Other operands are multiplied by multiply-adds.
// RUN: gyrec %s --target=host,sm_80 --emit=ptx -o %t.ptx
// RUN: FileCheck %s --input-file=%t.ptx --check-prefix=PTX
// RUN: FileCheck %s --input-file=%t.ptx --check-prefix=NOT
// NOT-NOT: .local
// NOT-NOT: .extern
// NOT-NOT: call

// PTX-LABEL: .visible .entry product_kernel0(
// PTX:         .minnctapersm 2
// PTX-DAG:     cp.async.cg.shared.global
// PTX-DAG:     ldmatrix.sync.aligned.m8n8.x4.shared.b16
// PTX-DAG:     ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16
// PTX-DAG:     mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32
func.func @product(%x: tensor<?x?xbf16> {gyre.dims = ["M", "K"]},
                   %w: tensor<?x?xbf16> {gyre.dims = ["K", "N"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["M", "N"]}) {
  %y = gyre.linear %x, %w : tensor<?x?xbf16>, tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

// PTX-LABEL: .visible .entry attention_kernel0(
// PTX-DAG:     mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// PTX-DAG:     cvt.rn.f16x2.f32
// PTX-NOT:     st.shared.b32
func.func @attention(%q: tensor<?x?x64xf16> {gyre.dims = ["H", "T", 64]},
                     %k: tensor<?x?x64xf16> {gyre.dims = ["H", "S", 64]},
                     %v: tensor<?x?x64xf16> {gyre.dims = ["H", "S", 64]})
    -> (tensor<?x?x64xf16> {gyre.dims = ["H", "T", 64]}) {
  %y = gyre.attention %q, %k, %v : tensor<?x?x64xf16>, tensor<?x?x64xf16>, tensor<?x?x64xf16>
  return %y : tensor<?x?x64xf16>
}

// PTX-LABEL: .visible .entry wide_kernel0(
// PTX-NOT:     mma.sync
// PTX:         fma.rn.f32
func.func @wide(%x: tensor<?x?xf32> {gyre.dims = ["M", "K"]},
                %w: tensor<?x?xf32> {gyre.dims = ["K", "N"]})
    -> (tensor<?x?xf32> {gyre.dims = ["M", "N"]}) {
  %y = gyre.linear %x, %w : tensor<?x?xf32>, tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
