#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times PyTorch on what gyre-gpu times: eager, torch.compile, and attention by
each backend of scaled_dot_product_attention. Needs PyTorch with CUDA."""
import math
import statistics
import sys

try:
    import torch
    import torch.nn.functional as F
    from torch.nn.attention import SDPBackend, sdpa_kernel
except ImportError as error:
    sys.exit(f"peers.py: skipped, {error}")
if not torch.cuda.is_available():
    sys.exit("peers.py: skipped, PyTorch sees no CUDA device")

torch.manual_seed(1)


def normal(*shape, dtype=torch.bfloat16):
    return torch.randn(*shape, device="cuda", dtype=dtype) * 0.5


def median(run):
    """Milliseconds, after three calls to warm up."""
    times = []
    for i in range(23):
        start = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        start.record()
        run()
        end.record()
        end.synchronize()
        if i >= 3:
            times.append(start.elapsed_time(end))
    return statistics.median(times)


def report(name, form, run, size=0, products=0):
    try:
        with torch.no_grad():
            ms = median(run)
    except RuntimeError as error:
        print(f"peer  {name:16} {form:28} not run: {str(error).splitlines()[0]}")
        return
    rate = f"{size / ms / 1e6:8.1f} GB/s" if size else f"{products / ms / 1e9:8.1f} TFLOP/s"
    print(f"peer  {name:16} {form:28} {ms:9.3f} ms  {rate}", flush=True)


def both(name, function, *inputs, **work):
    report(name, "eager", lambda: function(*inputs), **work)
    report(name, "torch.compile", lambda c=torch.compile(function): c(*inputs), **work)


def rotary(x, cos, sin):
    a, b = x[..., 0::2].float(), x[..., 1::2].float()
    turned = torch.stack((a * cos - b * sin, a * sin + b * cos), -1)
    return turned.flatten(-2).to(x.dtype)


def fsq(z, levels):
    half = (levels - 1) * (1 + 1e-3) / 2
    offset = torch.where(levels % 2 == 0, 0.5, 0.0)
    rounded = torch.round(torch.tanh(z + torch.atanh(offset / half)) * half - offset)
    basis = torch.cumprod(torch.cat((levels.new_ones(1), levels[:-1])), 0)
    digits = rounded + levels // 2
    return rounded / (levels // 2), (digits * basis).sum(-1).to(torch.int32)


def main():
    device = torch.cuda.get_device_name()
    print(f"peers {device}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}")

    x = normal(1024, 4096, 128)
    angles = torch.full((4096, 1), 7.0, device="cuda") * 10000 ** (
        -torch.arange(0, 128, 2, device="cuda") / 128
    )
    both("rotary", rotary, x, angles.cos(), angles.sin(), size=2 * x.nbytes)
    x, y = normal(2**28, dtype=torch.float32), normal(2**28, dtype=torch.float32)
    both("chain", lambda x, y: F.silu(x * y) + x, x, y, size=3 * x.nbytes)
    both("step", lambda x, d: x + (x - d) / 2.0 * (1.5 - 2.0), x, y, size=3 * x.nbytes)
    del x, y
    z = normal(2**25, 6, dtype=torch.float32)
    levels = torch.tensor([8, 8, 8, 5, 5, 5], device="cuda")
    both("fsq", fsq, z, levels, size=2 * z.nbytes + 4 * 2**25)
    x = normal(2**18, 1024, dtype=torch.float32)
    both("softmax", lambda x: torch.softmax(x, -1), x, size=2 * x.nbytes)
    del x, z

    # The best of the blocks that fit: the scores of all rows would not.
    x, codes = normal(262144, 64), normal(16384, 64)
    norms = codes.float().square().sum(-1) / 2

    def nearest(x, codes):
        return torch.cat([(b @ codes.T - norms).argmax(-1) for b in x.split(8192)])

    both("nearest", nearest, x, codes, products=2 * 262144 * 16384 * 64)
    a, b = normal(8192, 8192), normal(8192, 8192)
    report("matmul", "cuBLAS", lambda: a @ b, products=2 * 8192**3)
    del a, b, x, codes

    backends = {
        "flash": SDPBackend.FLASH_ATTENTION,
        "cuDNN": SDPBackend.CUDNN_ATTENTION,
        "memory efficient": SDPBackend.EFFICIENT_ATTENTION,
    }
    for width in (64, 128):
        q, k, v = (normal(4, 32, 4096, width) for _ in range(3))
        for causal in (False, True):
            products = 4 * 128 * 4096**2 * width / (2 if causal else 1)
            for form, backend in backends.items():
                with sdpa_kernel(backend):
                    report(
                        f"{'causal' if causal else 'attention'}_{width}",
                        form,
                        lambda: F.scaled_dot_product_attention(
                            q, k, v, is_causal=causal, scale=1 / math.sqrt(width)
                        ),
                        products=products,
                    )


main()
