// One page: kernels, what was fused, costs and the workspace as pictures.
// RUN: gyrec %s --report=html --size T=100 -o %t.html
// RUN: FileCheck %s --input-file=%t.html
// RUN: python3 -c "import sys, xml.dom.minidom as d, re; [d.parseString(x) for x in re.findall(r'<svg.*?</svg>', open(sys.argv[1]).read(), re.S)]" %t.html

// CHECK:      <h2>block</h2>
// CHECK-NEXT: <p>[[N:[0-9]+]] kernels, [[ARRAYS:[0-9]+]] intermediate arrays; workspace {{[0-9.]+ k?M?B}}, and {{[0-9.]+ k?M?B}} a thread.</p>
// CHECK:      <td><span class="chip" style="background:hsl(0,55%,42%)">block.kernel0</span> </td><td>gyre.linear <small>[[#@LINE+15]]</small>
// CHECK:      <h3>Bytes of arguments and results</h3>
// CHECK:      <rect
// CHECK:      <h3>Operations</h3>
// CHECK:      <h3>Workspace over time</h3>
// CHECK:      <title>{{[0-9.]+ k?M?B}}, from block.kernel0 to block.kernel1</title>
// CHECK:      <h2>Graph</h2>
// CHECK:      gyre.linear %x, %w :{{.*}}block.kernel0</span>

// Without the sizes there is no picture of them.
// RUN: gyrec %s --report=html | FileCheck %s --check-prefix=SIZES
// SIZES:     workspace by the sizes.
// SIZES-NOT: <rect
// SIZES:     It depends on sizes; --size &lt;name&gt;=&lt;number&gt; gives them.
func.func @block(%x: tensor<?x64xf32> {gyre.dims = ["T", 64]}, %w: tensor<64x64xf32>) -> (tensor<?x64xf32> {gyre.dims = ["T", 64]}) {
  %0 = gyre.linear %x, %w : tensor<?x64xf32>, tensor<64x64xf32>
  %1 = gyre.softmax %0 : tensor<?x64xf32>
  %2 = gyre.linear %1, %w : tensor<?x64xf32>, tensor<64x64xf32>
  return %2 : tensor<?x64xf32>
}
