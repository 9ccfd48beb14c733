# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the three models of the digits example, stores their weights and activations, measures them.

    python train.py                     every stage, in this order:
    python train.py classifier tokenizer denoiser activations measure

Each stage seeds itself, so one can be repeated alone. README.md has the models as formulas.
"""

import copy
import json
import math
import re
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

HERE = Path(__file__).resolve().parent
SEED = 20
HELD_OUT = 360  # the last images in file order; other writers than the first ones
CLASSES = 10
NORM_EPS = 1e-5
LEVELS = (8, 5, 5, 5)  # FSQ, 1000 codes a token
FSQ_EPS = 1e-3
SIGMA_DATA, SIGMA_MIN, SIGMA_MAX, RHO, STEPS = 0.5, 0.002, 80.0, 7.0, 18
GUIDANCE = 1.25
ROTARY_BASE = 100.0  # positions are 0..3, so the usual 10000 would leave most pairs unturned


# ---------------------------------------------------------------- data


def load_data():
    """Images in [-1, 1] as [n, 8, 8] and labels; the training part, then the held-out part."""
    images = torch.from_numpy(np.load(HERE / "data/digits.npy")).float() / 8 - 1
    labels = torch.from_numpy(np.load(HERE / "data/labels.npy")).long()
    return images[:-HELD_OUT], labels[:-HELD_OUT], images[-HELD_OUT:], labels[-HELD_OUT:]


def patches(images):
    """[b, 8, 8] -> [b, 16, 4]: token 4r + c holds pixels (2r + i, 2c + j) in the order 2i + j."""
    return images.reshape(-1, 4, 2, 4, 2).transpose(2, 3).reshape(-1, 16, 4)


def unpatches(tokens):
    return tokens.reshape(-1, 4, 4, 2, 2).transpose(2, 3).reshape(-1, 8, 8)


def distort(images, degrees, scale, shift, slant=0.0):
    """A random rotation, scale, slant and shift (in pixels) of each image; what enters is background."""
    n = len(images)
    uniform = lambda span: (torch.rand(n) * 2 - 1) * span
    angle, sx, sy = uniform(math.radians(degrees)), 1 + uniform(scale), 1 + uniform(scale)
    rows = [angle.cos() * sx, -angle.sin() + (uniform(slant) if slant else 0), uniform(shift / 4)]
    rows += [angle.sin(), angle.cos() * sy, uniform(shift / 4)]
    grid = F.affine_grid(torch.stack(rows, 1).reshape(n, 2, 3), (n, 1, 8, 8), align_corners=False)
    ink = F.grid_sample(images[:, None] + 1, grid, mode="bicubic", align_corners=False)[:, 0]
    return ink.clamp(0, 2) - 1


# ---------------------------------------------------------------- layers


class Linear(nn.Module):
    """x W + b with W stored [in, out], the layout of the weight files."""

    def __init__(self, inputs, outputs, bias=True, gain=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * gain / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


class LayerNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, NORM_EPS)


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, x.shape[-1:], self.weight, NORM_EPS)


class ModulatedNorm(nn.Module):
    """Layer norm whose scale and shift are linear in the condition c [b, width]."""

    def __init__(self, width):
        super().__init__()
        self.scale = Linear(width, width, gain=0.0)
        self.shift = Linear(width, width, gain=0.0)

    def forward(self, x, c):
        x = F.layer_norm(x, x.shape[-1:], eps=NORM_EPS)
        return x * (1 + self.scale(c)[:, None]) + self.shift(c)[:, None]


def rotary_table(head_dim):
    """cos and sin [16, head_dim/2]: the first half of the pairs turns by the row of the token in the
    4 x 4 grid, the second half by its column; the frequencies restart on each axis."""
    pairs = head_dim // 4
    frequency = ROTARY_BASE ** (-torch.arange(pairs) / pairs)
    token = torch.arange(16)
    angle = torch.cat([(token // 4)[:, None] * frequency, (token % 4)[:, None] * frequency], 1)
    return angle.cos(), angle.sin()


def rotate(x, cos, sin):
    """Interleaved pairs (2i, 2i + 1)."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)


class Attention(nn.Module):
    """Softmax attention over the 16 tokens; `rotary` turns queries and keys by their grid position."""

    def __init__(self, width, heads, rotary):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (Linear(width, width) for _ in range(3))
        self.output = Linear(width, width, gain=0.1)
        self.table = rotary_table(width // heads) if rotary else None

    def forward(self, x):
        projections = self.query, self.key, self.value
        q, k, v = (f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in projections)
        if self.table is not None:
            q, k = rotate(q, *self.table), rotate(k, *self.table)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.output(y.transpose(1, 2).flatten(-2))


class MLP(nn.Module):
    def __init__(self, width, hidden, activation):
        super().__init__()
        self.up, self.down = Linear(width, hidden), Linear(hidden, width, gain=0.1)
        self.activation = activation

    def forward(self, x):
        return self.down(self.activation(self.up(x)))


# ---------------------------------------------------------------- classifier


class SelectiveScan(nn.Module):
    """h_t = exp(step_t A) h_{t-1} + step_t B_t x_t;  y_t = C_t . h_t + skip x_t  (Mamba-1)."""

    def __init__(self, width, states, rank):
        super().__init__()
        self.step_down = Linear(width, rank, bias=False)
        self.step_up = Linear(rank, width, bias=False)
        # Steps start log-uniform in [0.01, 0.3]: a memory of 3 to 100 tokens, the sequence has 16.
        step = torch.exp(torch.rand(width) * math.log(30) + math.log(0.01))
        self.step_bias = nn.Parameter(torch.log(torch.expm1(step)))
        self.b = Linear(width, states, bias=False)
        self.c = Linear(width, states, bias=False)
        self.a_log = nn.Parameter(torch.log(torch.arange(1, states + 1).float()).repeat(width, 1))
        self.skip = nn.Parameter(torch.ones(width))

    def forward(self, x):
        step = F.softplus(self.step_up(self.step_down(x)) + self.step_bias)
        b, c = self.b(x), self.c(x)
        decay = torch.exp(step[..., None] * -torch.exp(self.a_log))
        entering = (step * x)[..., None] * b[:, :, None]
        h, states = torch.zeros_like(entering[:, 0]), []
        for keep, enter in zip(decay.unbind(1), entering.unbind(1)):
            h = keep * h + enter
            states.append(h)
        return torch.einsum("btdn,btn->btd", torch.stack(states, 1), c) + self.skip * x


class ScanBlock(nn.Module):
    def __init__(self, width, inner, states, rank):
        super().__init__()
        self.norm = RMSNorm(width)
        self.input, self.gate = Linear(width, inner), Linear(width, inner)
        self.scan = SelectiveScan(inner, states, rank)
        self.output = Linear(inner, width, gain=0.3)

    def forward(self, x):
        h = self.norm(x)
        return x + self.output(self.scan(F.silu(self.input(h))) * F.silu(self.gate(h)))


class Classifier(nn.Module):
    def __init__(self, width=64, inner=128, states=16, rank=8, dropout=0.2):
        super().__init__()
        self.patch = Linear(4, width)
        self.position = nn.Parameter(torch.randn(16, width) * 0.3)
        self.blocks = nn.ModuleList(ScanBlock(width, inner, states, rank) for _ in range(2))
        self.norm = RMSNorm(width)
        self.head = Linear(width, CLASSES)
        self.dropout = dropout

    def forward(self, images, trace=None):
        x = self.patch(patches(images)) + self.position
        if trace is not None:
            trace["embedded"] = x
        for i, block in enumerate(self.blocks):
            if i == 1:  # the second block reads the patches column by column
                x = x.unflatten(1, (4, 4)).transpose(1, 2).flatten(1, 2)
            x = F.dropout(block(x), self.dropout, self.training)
            if trace is not None:
                trace[f"blocks.{i}"] = x
        return self.head(self.norm(x).mean(1))


# ---------------------------------------------------------------- tokenizer


def fsq(z):
    """Finite scalar quantization: z [..., 4] -> codes (multiples of 1/(L//2)) and indices below prod L."""
    levels = torch.tensor(LEVELS)
    half = (levels - 1) * (1 + FSQ_EPS) / 2
    offset = torch.where(levels % 2 == 0, 0.5, 0.0)
    bounded = torch.tanh(z + torch.atanh(offset / half)) * half - offset
    rounded = bounded + (bounded.round() - bounded).detach()  # straight-through gradient
    basis = torch.tensor([math.prod(LEVELS[:i]) for i in range(len(LEVELS))])
    indices = ((rounded.detach().round().long() + levels // 2) * basis).sum(-1)
    return rounded / (levels // 2), indices, bounded


class Block(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention_norm, self.attention = LayerNorm(width), Attention(width, heads, rotary=False)
        self.mlp_norm, self.mlp = LayerNorm(width), MLP(width, hidden, F.gelu)

    def forward(self, x):
        x = x + self.attention(self.attention_norm(x))
        return x + self.mlp(self.mlp_norm(x))


class Coder(nn.Module):
    """Half of the autoencoder: [b, 16, 4] -> [b, 16, 4] through a transformer."""

    def __init__(self, width, heads, hidden, depth):
        super().__init__()
        self.input = Linear(4, width)
        self.position = nn.Parameter(torch.randn(16, width) * 0.3)
        self.blocks = nn.ModuleList(Block(width, heads, hidden) for _ in range(depth))
        self.norm = LayerNorm(width)
        self.output = Linear(width, 4)

    def forward(self, x, trace=None, name=""):
        x = self.input(x) + self.position
        for i, block in enumerate(self.blocks):
            x = block(x)
            if trace is not None:
                trace[f"{name}.blocks.{i}"] = x
        return self.output(self.norm(x))


class Tokenizer(nn.Module):
    def __init__(self, width=64, heads=4, hidden=128, depth=2):
        super().__init__()
        self.encoder = Coder(width, heads, hidden, depth)
        self.decoder = Coder(width, heads, hidden, depth)

    def forward(self, images, trace=None):
        z = self.encoder(patches(images), trace, "encoder")
        codes, indices, bounded = fsq(z)
        if trace is not None:
            trace.update(z=z, bounded=bounded, codes=codes, indices=indices.int())
        return unpatches(self.decoder(codes, trace, "decoder"))


# ---------------------------------------------------------------- denoiser


class DenoiserBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention_norm, self.attention = ModulatedNorm(width), Attention(width, heads, rotary=True)
        self.mlp_norm, self.mlp = ModulatedNorm(width), MLP(width, hidden, F.silu)

    def forward(self, x, c, dropout):
        x = x + F.dropout(self.attention(self.attention_norm(x, c)), dropout)
        return x + F.dropout(self.mlp(self.mlp_norm(x, c)), dropout)


class Denoiser(nn.Module):
    def __init__(self, width=96, heads=3, hidden=192, depth=4, dropout=0.1):
        super().__init__()
        self.patch = Linear(4, width)
        self.position = nn.Parameter(torch.randn(16, width) * 0.3)
        self.noise_in, self.noise_out = Linear(1, width, gain=3.0), Linear(width, width)
        self.classes = nn.Parameter(torch.randn(CLASSES + 1, width) * 0.5)  # the last one: no class
        self.blocks = nn.ModuleList(DenoiserBlock(width, heads, hidden) for _ in range(depth))
        self.norm = ModulatedNorm(width)
        self.head = Linear(width, 4, gain=0.1)
        self.dropout = dropout

    def forward(self, images, sigma, labels, trace=None):
        """D(x, sigma, label), the denoised image, with EDM's preconditioning."""
        s, d = sigma[:, None, None], SIGMA_DATA
        norm = torch.sqrt(s * s + d * d)
        c = self.noise_out(F.silu(self.noise_in(torch.log(sigma)[:, None] / 4)))
        c = F.silu(c + self.classes[labels])
        x = self.patch(patches(images / norm)) + self.position
        if trace is not None:
            trace.update(condition=c, embedded=x)
        for i, block in enumerate(self.blocks):
            x = block(x, c, self.dropout if self.training else 0.0)
            if trace is not None:
                trace[f"blocks.{i}"] = x
        network = unpatches(self.head(self.norm(x, c)))
        return d * d / (s * s + d * d) * images + s * d / norm * network


def heun_sigmas():
    i = torch.arange(STEPS, dtype=torch.float64) / (STEPS - 1)
    sigmas = (SIGMA_MAX ** (1 / RHO) + i * (SIGMA_MIN ** (1 / RHO) - SIGMA_MAX ** (1 / RHO))) ** RHO
    return torch.cat([sigmas, torch.zeros(1, dtype=torch.float64)]).float()


@torch.no_grad()
def sample(model, noise, labels, guidance=GUIDANCE, trajectory=None):
    """EDM's deterministic Heun loop from noise ~ N(0, 1); the last step, to sigma 0, is Euler's."""

    def denoise(x, sigma):
        sigma = sigma.expand(len(x))
        conditioned = model(x, sigma, labels)
        if guidance == 1:
            return conditioned
        free = model(x, sigma, torch.full_like(labels, CLASSES))
        return free + guidance * (conditioned - free)

    sigmas = heun_sigmas()
    x = noise * sigmas[0]
    for now, then in zip(sigmas[:-1], sigmas[1:]):
        slope = (x - denoise(x, now)) / now
        euler = x + (then - now) * slope
        if then > 0:
            second = (euler - denoise(euler, then)) / then
            x = x + (then - now) * (slope + second) / 2
        else:
            x = euler
        if trajectory is not None:
            trajectory.append(x)
    return x.clamp(-1, 1)


# ---------------------------------------------------------------- weight files


def stored_name(name):
    """blocks.1.mlp.up.bias -> blocks.mlp.up.bias: layers of one shape share an array. So do both coders."""
    return re.sub(r"\b(\d+|encoder|decoder)\.", "", name)


def store(model, path):
    arrays = {}
    for name, value in model.state_dict().items():
        arrays.setdefault(stored_name(name), []).append(value)
    save_file({k: torch.stack(v) if len(v) > 1 else v[0].contiguous() for k, v in arrays.items()}, path)


def restore(model, path):
    arrays, state = load_file(path), {}
    names = list(model.state_dict())
    for name in names:
        sharing = [n for n in names if stored_name(n) == stored_name(name)]
        array = arrays[stored_name(name)]
        state[name] = array[sharing.index(name)] if len(sharing) > 1 else array
    model.load_state_dict(state)
    return model


# ---------------------------------------------------------------- training


def train(name, model, loss, steps, batch, rate, decay=0.05, average=0.999):
    """AdamW with a cosine schedule; what is stored is the moving average of the weights."""
    images, labels, _, _ = load_data()
    averaged = copy.deepcopy(model)
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "a_log" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or "a_log" in n]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99))
    schedule = lambda i: min(1, (i + 1) / 200) * (0.01 + 0.99 * (1 + math.cos(math.pi * i / steps)) / 2)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    start, recent = time.time(), []
    for i in range(1, steps + 1):
        pick = torch.randint(len(images), (batch,))
        value = loss(model, images[pick], labels[pick])
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        with torch.no_grad():
            keep = min(average, i / (i + 10))
            for a, p in zip(averaged.parameters(), model.parameters()):
                a.lerp_(p, 1 - keep)
        recent.append(value.item())
        if i % 500 == 0 or i == steps:
            print(f"{name}: step {i} loss {np.mean(recent):.4f} after {time.time() - start:.0f} s", flush=True)
            recent = []
            store(averaged, HERE / f"weights/{name}.safetensors")


def load(name):
    model = {"classifier": Classifier, "tokenizer": Tokenizer, "denoiser": Denoiser}[name]()
    return restore(model, HERE / f"weights/{name}.safetensors").eval()


def classifier_loss(model, images, labels):
    images = distort(images, degrees=15, scale=0.15, shift=1.0, slant=0.2)
    images = images + 0.1 * torch.randn_like(images)
    return F.cross_entropy(model(images), labels, label_smoothing=0.1)


def distort_half(images, **amounts):
    half = len(images) // 2
    return torch.cat([images[:half], distort(images[half:], **amounts)])


def tokenizer_loss(model, images, labels):
    images = distort_half(images, degrees=8, scale=0.08, shift=0.5)
    return F.mse_loss(model(images), images)


def denoiser_loss(model, images, labels):
    # 1,437 images are few enough to be learnt by heart: slight distortions keep what is generated new.
    images = distort_half(images, degrees=6, scale=0.08, shift=0.4)
    sigma = torch.exp(1.2 * torch.randn(len(images)) - 1.2)
    labels = torch.where(torch.rand(len(images)) < 0.1, CLASSES, labels)
    denoised = model(images + sigma[:, None, None] * torch.randn_like(images), sigma, labels)
    weight = (sigma**2 + SIGMA_DATA**2) / (sigma * SIGMA_DATA) ** 2
    return (weight[:, None, None] * (denoised - images) ** 2).mean()


# ---------------------------------------------------------------- measures and stored activations


@torch.no_grad()
def measure(seed=SEED):
    images, labels, held, held_labels = load_data()
    classifier, tokenizer, denoiser = load("classifier"), load("tokenizer"), load("denoiser")
    share = lambda x, y: (classifier(x).argmax(1) == y).float().mean().item()
    nearest = lambda x: torch.cdist(x.flatten(1), images.flatten(1)).min(1)

    rebuilt = tokenizer(held)
    wanted = torch.arange(CLASSES).repeat_interleave(100)
    torch.manual_seed(seed)
    made = sample(denoiser, torch.randn(len(wanted), 8, 8), wanted)
    result = {
        "accuracy": share(held, held_labels),
        "reconstruction_mse": F.mse_loss(rebuilt, held).item(),
        "reconstruction_accuracy": share(rebuilt, held_labels),
        "recognised": share(made, wanted),
        "recognised_nn": (labels[nearest(made).indices] == wanted).float().mean().item(),
        "novelty": (nearest(made).values.mean() / nearest(held).values.mean()).item(),
    }
    return {key: round(value, 4) for key, value in result.items()}


@torch.no_grad()
def store_activations():
    """Inputs, intermediate values and outputs for the test that compares the compiled models with these."""
    held = load_data()[2]

    def write(name, tensors):
        typed = {key: v.float() if v.is_floating_point() else v.int() for key, v in tensors.items()}
        save_file({key: v.contiguous() for key, v in typed.items()}, HERE / f"activations/{name}.safetensors")

    trace = {"images": held[:6]}
    trace["logits"] = load("classifier")(held[:6], trace)
    write("classifier", trace)

    # Only images whose values before rounding keep away from a tie: another order of summation
    # must not change a code.
    tokenizer, trace = load("tokenizer"), {}
    tokenizer(held, trace)
    ties = (trace["bounded"] - trace["bounded"].floor() - 0.5).abs().flatten(1).amin(1)
    images = held[torch.nonzero(ties > 2e-3)[:6, 0]]
    trace = {"images": images}
    trace["reconstruction"] = tokenizer(images, trace)
    write("tokenizer", trace)

    # Both ends of the sampler's range, and two levels between, where training looks most.
    denoiser, trace = load("denoiser"), {}
    torch.manual_seed(SEED)
    sigma, labels = torch.tensor([0.002, 0.3, 1.0, 80.0]), torch.tensor([3, 5, 10, 8])
    noisy = held[:4] + sigma[:, None, None] * torch.randn(4, 8, 8)
    trace.update(noisy=noisy, sigma=sigma, labels=labels)
    trace["denoised"] = denoiser(noisy, sigma, labels, trace)
    noise, wanted, trajectory = torch.randn(4, 8, 8), torch.tensor([0, 2, 5, 9]), []
    trace["sampling.images"] = sample(denoiser, noise, wanted, GUIDANCE, trajectory)
    trace.update({"sampling.noise": noise, "sampling.labels": wanted, "sampling.sigmas": heun_sigmas()})
    trace["sampling.trajectory"] = torch.stack(trajectory)
    trace["sampling.guidance"] = torch.tensor([GUIDANCE])
    write("denoiser", trace)


def main():
    torch.set_num_threads(1)
    (HERE / "weights").mkdir(exist_ok=True)
    (HERE / "activations").mkdir(exist_ok=True)
    stages = {
        "classifier": lambda: train("classifier", Classifier(), classifier_loss, 2500, 128, 3e-3),
        "tokenizer": lambda: train("tokenizer", Tokenizer(), tokenizer_loss, 4000, 128, 2e-3, decay=0.0),
        "denoiser": lambda: train("denoiser", Denoiser(), denoiser_loss, 4000, 128, 2e-3, decay=0.01),
        "activations": store_activations,
        "measure": lambda: print(json.dumps(measure(), indent=2)),
    }
    for name in sys.argv[1:] or stages:
        torch.manual_seed(SEED)
        stages[name]()


if __name__ == "__main__":
    main()
