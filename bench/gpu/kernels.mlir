// What `./dev gpu` checks and times: the kernels of docs/performance.md's table
// of GPUs, with sizes given at run time.

func.func @rotary(%x: tensor<?x?x128xbf16> {gyre.dims = ["B", "T", 128]},
                  %positions: tensor<?xi32> {gyre.dims = ["T"]})
    -> (tensor<?x?x128xbf16> {gyre.dims = ["B", "T", 128]}) {
  %y = gyre.rotary %x positions(%positions) : tensor<?x?x128xbf16>, tensor<?xi32>
  return %y : tensor<?x?x128xbf16>
}

func.func @fsq(%z: tensor<?x6xf32> {gyre.dims = ["N", 6]})
    -> (tensor<?x6xf32> {gyre.dims = ["N", 6], gyre.name = "codes"},
        tensor<?xi32> {gyre.dims = ["N"], gyre.name = "indices"}) {
  %codes, %indices = gyre.fsq_encode %z {levels = array<i64: 8, 8, 8, 5, 5, 5>}
      : tensor<?x6xf32>
  return %codes, %indices : tensor<?x6xf32>, tensor<?xi32>
}

func.func @step(%x: tensor<?xf32> {gyre.dims = ["N"]},
                %d: tensor<?xf32> {gyre.dims = ["N"]}, %sigma: f32, %next: f32)
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %y = gyre.euler_step %x, %d from %sigma to %next : tensor<?xf32>, f32
  return %y : tensor<?xf32>
}

func.func @softmax(%x: tensor<?x1024xf32> {gyre.dims = ["R", 1024]})
    -> (tensor<?x1024xf32> {gyre.dims = ["R", 1024]}) {
  %y = gyre.softmax %x : tensor<?x1024xf32>
  return %y : tensor<?x1024xf32>
}

func.func @chain(%x: tensor<?xf32> {gyre.dims = ["N"]},
                 %y: tensor<?xf32> {gyre.dims = ["N"]})
    -> (tensor<?xf32> {gyre.dims = ["N"]}) {
  %0 = arith.mulf %x, %y : tensor<?xf32>
  %1 = gyre.silu %0 : tensor<?xf32>
  %2 = arith.addf %1, %x : tensor<?xf32>
  return %2 : tensor<?xf32>
}

func.func @recurrence(%a: tensor<?x?x?xf32> {gyre.dims = ["B", "D", "T"]},
                      %b: tensor<?x?x?xf32> {gyre.dims = ["B", "D", "T"]})
    -> (tensor<?x?x?xf32> {gyre.dims = ["B", "D", "T"]}) {
  %h, %last = gyre.linear_recurrence %a, %b : tensor<?x?x?xf32>, tensor<?x?x?xf32>
  return %h : tensor<?x?x?xf32>
}

func.func @scan(%u: tensor<?x?x?xbf16> {gyre.dims = ["B", "T", "D"]},
                %delta: tensor<?x?x?xbf16> {gyre.dims = ["B", "T", "D"]},
                %a: tensor<?x16xf32> {gyre.dims = ["D", 16]},
                %b: tensor<?x?x16xbf16> {gyre.dims = ["B", "T", 16]},
                %c: tensor<?x?x16xbf16> {gyre.dims = ["B", "T", 16]})
    -> (tensor<?x?x?xbf16> {gyre.dims = ["B", "T", "D"]}) {
  %y, %last = gyre.selective_scan %u, %delta, %a, %b, %c {softplus}
      : tensor<?x?x?xbf16>, tensor<?x?x?xbf16>, tensor<?x16xf32>,
        tensor<?x?x16xbf16>, tensor<?x?x16xbf16>
  return %y : tensor<?x?x?xbf16>
}

func.func @nearest(%x: tensor<?x64xbf16> {gyre.dims = ["N", 64]},
                   %codes: tensor<?x64xbf16> {gyre.dims = ["K", 64]})
    -> (tensor<?xi32> {gyre.dims = ["N"]}) {
  %k = gyre.nearest_code %x, %codes : tensor<?x64xbf16>, tensor<?x64xbf16>
  return %k : tensor<?xi32>
}

func.func @matmul(%x: tensor<?x?xbf16> {gyre.dims = ["M", "K"]},
                  %w: tensor<?x?xbf16> {gyre.dims = ["K", "N"]})
    -> (tensor<?x?xbf16> {gyre.dims = ["M", "N"]}) {
  %y = gyre.linear %x, %w : tensor<?x?xbf16>, tensor<?x?xbf16>
  return %y : tensor<?x?xbf16>
}

!q64 = tensor<?x?x64xbf16>
func.func @attention_64(%q: !q64 {gyre.dims = ["H", "T", 64]},
                        %k: !q64 {gyre.dims = ["H", "T", 64]},
                        %v: !q64 {gyre.dims = ["H", "T", 64]})
    -> (!q64 {gyre.dims = ["H", "T", 64]}) {
  %y = gyre.attention %q, %k, %v : !q64, !q64, !q64
  return %y : !q64
}
func.func @causal_64(%q: !q64 {gyre.dims = ["H", "T", 64]},
                     %k: !q64 {gyre.dims = ["H", "T", 64]},
                     %v: !q64 {gyre.dims = ["H", "T", 64]})
    -> (!q64 {gyre.dims = ["H", "T", 64]}) {
  %y = gyre.attention %q, %k, %v {causal} : !q64, !q64, !q64
  return %y : !q64
}

!q128 = tensor<?x?x128xbf16>
func.func @attention_128(%q: !q128 {gyre.dims = ["H", "T", 128]},
                         %k: !q128 {gyre.dims = ["H", "T", 128]},
                         %v: !q128 {gyre.dims = ["H", "T", 128]})
    -> (!q128 {gyre.dims = ["H", "T", 128]}) {
  %y = gyre.attention %q, %k, %v : !q128, !q128, !q128
  return %y : !q128
}
func.func @causal_128(%q: !q128 {gyre.dims = ["H", "T", 128]},
                      %k: !q128 {gyre.dims = ["H", "T", 128]},
                      %v: !q128 {gyre.dims = ["H", "T", 128]})
    -> (!q128 {gyre.dims = ["H", "T", 128]}) {
  %y = gyre.attention %q, %k, %v {causal} : !q128, !q128, !q128
  return %y : !q128
}
