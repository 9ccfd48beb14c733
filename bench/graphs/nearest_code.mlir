// The nearest of 1024 codes.

func.func @nearest_code_64(%x: tensor<4096x64xf32>, %codes: tensor<1024x64xf32>)
    -> tensor<4096xi32> {
  %k = gyre.nearest_code %x, %codes : tensor<4096x64xf32>, tensor<1024x64xf32>
  return %k : tensor<4096xi32>
}

func.func @nearest_code_256(%x: tensor<4096x256xf32>,
                            %codes: tensor<1024x256xf32>) -> tensor<4096xi32> {
  %k = gyre.nearest_code %x, %codes : tensor<4096x256xf32>, tensor<1024x256xf32>
  return %k : tensor<4096xi32>
}

// Codes of a known length, as most are.
func.func @nearest_code_64_open(
    %x: tensor<?x64xf32> {gyre.dims = ["N", 64]},
    %codes: tensor<?x64xf32> {gyre.dims = ["K", 64]})
    -> (tensor<?xi32> {gyre.dims = ["N"]}) {
  %k = gyre.nearest_code %x, %codes : tensor<?x64xf32>, tensor<?x64xf32>
  return %k : tensor<?xi32>
}

func.func @nearest_code_256_open(
    %x: tensor<?x256xf32> {gyre.dims = ["N", 256]},
    %codes: tensor<?x256xf32> {gyre.dims = ["K", 256]})
    -> (tensor<?xi32> {gyre.dims = ["N"]}) {
  %k = gyre.nearest_code %x, %codes : tensor<?x256xf32>, tensor<?x256xf32>
  return %k : tensor<?xi32>
}

func.func @nearest_code(%x: tensor<?x?xf32> {gyre.dims = ["N", "D"]},
                        %codes: tensor<?x?xf32> {gyre.dims = ["K", "D"]})
    -> (tensor<?xi32> {gyre.dims = ["N"]}) {
  %k = gyre.nearest_code %x, %codes : tensor<?x?xf32>, tensor<?x?xf32>
  return %k : tensor<?xi32>
}
