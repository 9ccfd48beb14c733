// Rotary embedding from tables, as a map over pairs, and as the operator, which
// makes its own table.

func.func @rotary_interleaved_small(
    %x: tensor<2x512x64xf32>,
    %cos: tensor<512x32xf32>,
    %sin: tensor<512x32xf32>)
    -> tensor<2x512x64xf32> {
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [2, 512, 32, 2]
      : tensor<2x512x64xf32> into tensor<2x512x32x2xf32>
  %empty = tensor.empty() : tensor<2x512x32x2xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 1)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<2x512x32x2xf32>, tensor<2x512x32x2xf32>, tensor<512x32xf32>, tensor<512x32xf32>)
      outs(%empty : tensor<2x512x32x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 3 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<2x512x32x2xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<2x512x32x2xf32> into tensor<2x512x64xf32>
  return %y : tensor<2x512x64xf32>
}

func.func @rotary_interleaved_large(
    %x: tensor<32x1024x64xf32>,
    %cos: tensor<1024x32xf32>,
    %sin: tensor<1024x32xf32>)
    -> tensor<32x1024x64xf32> {
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [32, 1024, 32, 2]
      : tensor<32x1024x64xf32> into tensor<32x1024x32x2xf32>
  %empty = tensor.empty() : tensor<32x1024x32x2xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 1)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<32x1024x32x2xf32>, tensor<32x1024x32x2xf32>, tensor<1024x32xf32>, tensor<1024x32xf32>)
      outs(%empty : tensor<32x1024x32x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 3 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<32x1024x32x2xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<32x1024x32x2xf32> into tensor<32x1024x64xf32>
  return %y : tensor<32x1024x64xf32>
}

func.func @rotary_interleaved(
    %x: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]},
    %cos: tensor<?x32xf32> {gyre.dims = ["T", 32]},
    %sin: tensor<?x32xf32> {gyre.dims = ["T", 32]})
    -> (tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %H = tensor.dim %x, %c0 : tensor<?x?x64xf32>
  %T = tensor.dim %x, %c1 : tensor<?x?x64xf32>
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%H, %T, 32, 2]
      : tensor<?x?x64xf32> into tensor<?x?x32x2xf32>
  %empty = tensor.empty(%H, %T) : tensor<?x?x32x2xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 1)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<?x?x32x2xf32>, tensor<?x?x32x2xf32>, tensor<?x32xf32>, tensor<?x32xf32>)
      outs(%empty : tensor<?x?x32x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 3 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<?x?x32x2xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<?x?x32x2xf32> into tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

func.func @rotary_halves_large(
    %x: tensor<32x1024x64xf32>,
    %cos: tensor<1024x32xf32>,
    %sin: tensor<1024x32xf32>)
    -> tensor<32x1024x64xf32> {
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [32, 1024, 2, 32]
      : tensor<32x1024x64xf32> into tensor<32x1024x2x32xf32>
  %empty = tensor.empty() : tensor<32x1024x2x32xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, 1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<32x1024x2x32xf32>, tensor<32x1024x2x32xf32>, tensor<1024x32xf32>, tensor<1024x32xf32>)
      outs(%empty : tensor<32x1024x2x32xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 2 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<32x1024x2x32xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<32x1024x2x32xf32> into tensor<32x1024x64xf32>
  return %y : tensor<32x1024x64xf32>
}

func.func @rotary_halves(
    %x: tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]},
    %cos: tensor<?x32xf32> {gyre.dims = ["T", 32]},
    %sin: tensor<?x32xf32> {gyre.dims = ["T", 32]})
    -> (tensor<?x?x64xf32> {gyre.dims = ["H", "T", 64]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %H = tensor.dim %x, %c0 : tensor<?x?x64xf32>
  %T = tensor.dim %x, %c1 : tensor<?x?x64xf32>
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%H, %T, 2, 32]
      : tensor<?x?x64xf32> into tensor<?x?x2x32xf32>
  %empty = tensor.empty(%H, %T) : tensor<?x?x2x32xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, 1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<?x?x2x32xf32>, tensor<?x?x2x32xf32>, tensor<?x32xf32>, tensor<?x32xf32>)
      outs(%empty : tensor<?x?x2x32xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 2 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<?x?x2x32xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<?x?x2x32xf32> into tensor<?x?x64xf32>
  return %y : tensor<?x?x64xf32>
}

func.func @rotary_interleaved_128(
    %x: tensor<?x?x128xf32> {gyre.dims = ["H", "T", 128]},
    %cos: tensor<?x64xf32> {gyre.dims = ["T", 64]},
    %sin: tensor<?x64xf32> {gyre.dims = ["T", 64]})
    -> (tensor<?x?x128xf32> {gyre.dims = ["H", "T", 128]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %H = tensor.dim %x, %c0 : tensor<?x?x128xf32>
  %T = tensor.dim %x, %c1 : tensor<?x?x128xf32>
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%H, %T, 64, 2]
      : tensor<?x?x128xf32> into tensor<?x?x64x2xf32>
  %empty = tensor.empty(%H, %T) : tensor<?x?x64x2xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 1)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d2)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<?x?x64x2xf32>, tensor<?x?x64x2xf32>, tensor<?x64xf32>, tensor<?x64xf32>)
      outs(%empty : tensor<?x?x64x2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 3 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<?x?x64x2xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<?x?x64x2xf32> into tensor<?x?x128xf32>
  return %y : tensor<?x?x128xf32>
}

func.func @rotary_halves_128(
    %x: tensor<?x?x128xf32> {gyre.dims = ["H", "T", 128]},
    %cos: tensor<?x64xf32> {gyre.dims = ["T", 64]},
    %sin: tensor<?x64xf32> {gyre.dims = ["T", 64]})
    -> (tensor<?x?x128xf32> {gyre.dims = ["H", "T", 128]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %H = tensor.dim %x, %c0 : tensor<?x?x128xf32>
  %T = tensor.dim %x, %c1 : tensor<?x?x128xf32>
  %pairs = tensor.expand_shape %x [[0], [1], [2, 3]] output_shape [%H, %T, 2, 64]
      : tensor<?x?x128xf32> into tensor<?x?x2x64xf32>
  %empty = tensor.empty(%H, %T) : tensor<?x?x2x64xf32>
  %turned = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, 0, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, 1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d1, d3)>,
                       affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pairs, %pairs, %cos, %sin : tensor<?x?x2x64xf32>, tensor<?x?x2x64xf32>, tensor<?x64xf32>, tensor<?x64xf32>)
      outs(%empty : tensor<?x?x2x64xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %s: f32, %out: f32):
    %0 = arith.mulf %a, %c : f32
    %1 = arith.mulf %b, %s : f32
    %2 = arith.subf %0, %1 : f32
    %3 = arith.mulf %a, %s : f32
    %4 = arith.mulf %b, %c : f32
    %5 = arith.addf %3, %4 : f32
    %i = linalg.index 2 : index
    %zero = arith.constant 0 : index
    %first = arith.cmpi eq, %i, %zero : index
    %r = arith.select %first, %2, %5 : f32
    linalg.yield %r : f32
  } -> tensor<?x?x2x64xf32>
  %y = tensor.collapse_shape %turned [[0], [1], [2, 3]] : tensor<?x?x2x64xf32> into tensor<?x?x128xf32>
  return %y : tensor<?x?x128xf32>
}

func.func @rotary_operator(%x: tensor<32x1024x64xf32>) -> tensor<32x1024x64xf32> {
  %y = gyre.rotary %x : tensor<32x1024x64xf32>
  return %y : tensor<32x1024x64xf32>
}
