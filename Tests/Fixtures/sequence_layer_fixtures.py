"""Fixtures of the layers on sequences [N, T, D]: linear, recurrent, norm, Transformer, embedding."""

import math
from pathlib import Path

import torch
from torch import nn

from deterministic import value
from fixture_file import FixtureFile
from jcm_reference import sinusoidal_positions
from layer_case import assert_margin, record, set_parameters


def make_linear(folder: Path):
    with FixtureFile(folder, "linear.h5", "nn.Linear") as fixture:
        for case, shape, width in [
            ("rows_odd", (3, 7), 5),
            ("columns_odd", (2, 3, 5), 7),
            ("columns_simd", (2, 5, 32), 16),
        ]:
            layer = nn.Linear(shape[-1], width)
            set_parameters(layer, f"linear/{case}")
            record(fixture, case, layer, {"input": value(f"linear/{case}/input", shape)}, layer)


def make_recurrent(folder: Path):
    for name, kind, order in [("lstm", nn.LSTM, "i f g o"), ("gru", nn.GRU, "r z n")]:
        text = f"nn.{kind.__name__}, two layers, bidirectional, batch_first, gates {order}"
        with FixtureFile(folder, f"{name}.h5", text) as fixture:
            # "one_step" is the border case: no state ever reaches a second step.
            for case, batch, steps, width, hidden in [
                ("odd", 2, 6, 5, 3),
                ("simd", 3, 8, 32, 16),
                ("one_step", 2, 1, 5, 3),
            ]:
                layer = kind(width, hidden, num_layers=2, bidirectional=True, batch_first=True)
                set_parameters(layer, f"{name}/{case}")
                record(
                    fixture,
                    case,
                    layer,
                    {"input": value(f"{name}/{case}/input", (batch, steps, width), 1.5)},
                    lambda input: layer(input)[0],
                    {"hidden": hidden, "layers": 2, "bidirectional": 1},
                )


def make_layer_norm(folder: Path):
    with FixtureFile(folder, "layer_norm.h5", "nn.LayerNorm over the last extent") as fixture:
        for case, shape in [("odd", (2, 3, 7)), ("simd", (2, 5, 32))]:
            layer = nn.LayerNorm(shape[-1])
            set_parameters(layer, f"layer_norm/{case}")
            record(
                fixture,
                case,
                layer,
                {"input": value(f"layer_norm/{case}/input", shape, 2.0) + 0.5},
                layer,
                {"epsilon": 1e-5},
            )


def causal_mask(length: int):
    return torch.ones(length, length, dtype=torch.bool).triu(1)


def make_attention(folder: Path):
    with FixtureFile(folder, "attention.h5", "nn.MultiheadAttention, batch_first, dropout 0") as fixture:
        for size, batch, length, memory_length, width, heads in [
            ("odd", 2, 5, 7, 15, 3),
            ("simd", 2, 8, 6, 32, 4),
        ]:
            for kind in ["self_causal", "self_full", "cross"]:
                case = f"{kind}_{size}"
                layer = nn.MultiheadAttention(width, heads, batch_first=True)
                set_parameters(layer, f"attention/{case}")
                inputs = {"input": value(f"attention/{case}/input", (batch, length, width), 1.5)}
                if kind == "cross":
                    inputs["memory"] = value(f"attention/{case}/memory", (batch, memory_length, width), 1.5)
                mask = causal_mask(length) if kind == "self_causal" else None

                def call(input, memory=None):
                    source = input if memory is None else memory
                    return layer(input, source, source, attn_mask=mask, need_weights=False)[0]

                record(fixture, case, layer, inputs, call, {"heads": heads, "causal": int(mask is not None)})


def make_transformer_layers(folder: Path):
    sizes = [("odd", 2, 5, 7, 15, 3, 11), ("simd", 2, 8, 6, 16, 4, 32)]
    with FixtureFile(folder, "encoder_layer.h5", "nn.TransformerEncoderLayer, ReLU, dropout 0") as fixture:
        for size, batch, length, _, width, heads, feed_forward in sizes:
            for pre_norm in [False, True]:
                case = f"{'pre' if pre_norm else 'post'}_norm_{size}"
                layer = nn.TransformerEncoderLayer(
                    width, heads, feed_forward, 0.0, batch_first=True, norm_first=pre_norm
                )
                set_parameters(layer, f"encoder_layer/{case}")
                layer.linear1.register_forward_hook(lambda _module, _inputs, output: assert_margin(output))
                record(
                    fixture,
                    case,
                    layer,
                    {"input": value(f"encoder_layer/{case}/input", (batch, length, width), 1.5)},
                    lambda input: layer(input),
                    {"heads": heads, "feed_forward": feed_forward, "pre_norm": int(pre_norm)},
                )
    with FixtureFile(
        folder, "decoder_layer.h5", "nn.TransformerDecoderLayer, ReLU, dropout 0, causal"
    ) as fixture:
        for size, batch, length, memory_length, width, heads, feed_forward in sizes:
            for pre_norm in [False, True]:
                case = f"{'pre' if pre_norm else 'post'}_norm_{size}"
                layer = nn.TransformerDecoderLayer(
                    width, heads, feed_forward, 0.0, batch_first=True, norm_first=pre_norm
                )
                set_parameters(layer, f"decoder_layer/{case}")
                layer.linear1.register_forward_hook(lambda _module, _inputs, output: assert_margin(output))
                inputs = {
                    "input": value(f"decoder_layer/{case}/input", (batch, length, width), 1.5),
                    "memory": value(f"decoder_layer/{case}/memory", (batch, memory_length, width), 1.5),
                }
                record(
                    fixture,
                    case,
                    layer,
                    inputs,
                    lambda input, memory: layer(input, memory, tgt_mask=causal_mask(length)),
                    {"heads": heads, "feed_forward": feed_forward, "pre_norm": int(pre_norm)},
                )


def make_embedding(folder: Path):
    with FixtureFile(folder, "embedding.h5", "embedding * sqrt(D) + positions") as fixture:
        tokens = torch.tensor([[8, 1, 3, 7, 0, 0], [8, 2, 3, 3, 5, 6]])  # repeated rows add their gradients
        for size, width in [("odd", 7), ("simd", 16)]:
            for kind in ["sinusoidal", "learned"]:
                case = f"{kind}_{size}"
                module = nn.ModuleDict({"embedding": nn.Embedding(9, width)})
                if kind == "learned":
                    module["positions"] = nn.Embedding(
                        8, width
                    )  # two rows more than positions: zero gradient
                set_parameters(module, f"embedding/{case}")
                table = sinusoidal_positions(8, width) if kind == "sinusoidal" else module["positions"].weight
                record(
                    fixture,
                    case,
                    module,
                    {},
                    lambda: module["embedding"](tokens) * math.sqrt(width) + table[: tokens.shape[1]],
                    {"width": width, "scale": math.sqrt(width)},
                    lambda: {"tokens": tokens, "position_table": table},
                )


def make_all(folder: Path):
    make_linear(folder)
    make_recurrent(folder)
    make_layer_norm(folder)
    make_attention(folder)
    make_transformer_layers(folder)
    make_embedding(folder)
