"""Deterministic numbers that Swift regenerates instead of reading them from a fixture.

    seed(name) = FNV-1a, 64 bits, over the UTF-8 bytes of the name
    x(i)       = mix(seed + (i + 1) * 0x9E3779B97F4A7C15)      modulo 2^64; i = row-major element index
    mix(z)     = z ^= z >> 30; z *= 0xBF58476D1CE4E5B9;
                 z ^= z >> 27; z *= 0x94D049BB133111EB;  z ^= z >> 31      (the finaliser of splitmix64)
    u(i)       = (x(i) >> 40) / 2^23 - 1                       in [-1, 1), exact in float32
    value(i)   = float32(u(i) * scale)                         product in float64, rounded once

All values are exact in float32, so a float32 program starts from the very numbers of the float64 oracle.
Element order is that of PyTorch's layout (convolutions OIHW).
"""

import math

import numpy as np
import torch

GOLDEN_GAMMA = 0x9E3779B97F4A7C15


def fnv1a(name: str) -> int:
    """FNV-1a, 64 bits, of the name's UTF-8 bytes."""
    state = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return state


def unit_values(name: str, shape) -> np.ndarray:
    """u(i) in [-1, 1) as float64, in the given shape."""
    count = math.prod(shape)
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN_GAMMA)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) / 2.0**23 - 1.0).reshape(tuple(shape))


def _exact(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32).astype(np.float64))


def value(name: str, shape, scale: float = 1.0) -> torch.Tensor:
    """float32(u * scale), as a float64 tensor."""
    return _exact(unit_values(name, shape) * scale)


def parameter_value(name: str, shape) -> torch.Tensor:
    """The test value of a parameter, by its PyTorch path and PyTorch shape.

    two or more extents   u * sqrt(3 / fan_in), fan_in = product of shape[1:]   (`embedding.weight`: u)
    one extent, bias      0.1 * u           (the last part of the path contains "bias")
    one extent, weight    1 + 0.1 * u       (batch and layer normalisation)
    ….bn3.weight          0.25 + 0.1 * u    (ends a residual branch)

    The small bn3 keeps the shortcut dominant, as in a trained network. With 1, float32 noise grows to 4e-4
    over 16 blocks and decides some ReLUs otherwise than float64 does.
    """
    if len(shape) >= 2:
        scale = 1.0 if name.split(".")[0] == "embedding" else math.sqrt(3.0 / math.prod(shape[1:]))
        return value(name, shape, scale)
    if "bias" in name.split(".")[-1]:
        return value(name, shape, 0.1)
    base = 0.25 if name.endswith("bn3.weight") else 1.0
    return _exact(base + 0.1 * unit_values(name, shape))
