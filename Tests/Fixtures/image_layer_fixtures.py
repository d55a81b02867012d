"""Fixtures of the layers on images: convolution, batch normalisation, their block, pooling. All NHWC."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from deterministic import value
from fixture_file import FixtureFile
from layer_case import (
    assert_margin,
    call_in_evaluation,
    channels_first,
    channels_last,
    record,
    running,
    set_parameters,
    set_running,
)

SMALLEST_POOL_MARGIN = 1e-5  # no two largest values of a window this near to each other

# case: (kernel, stride height, stride width, padding, channels in, channels out, height, width)
CONVOLUTIONS = {
    "pointwise_odd": (1, 1, 1, 0, 3, 5, 5, 7),
    "pointwise_simd": (1, 1, 1, 0, 16, 32, 5, 7),
    "pointwise_strided_odd": (1, 2, 1, 0, 3, 5, 5, 7),
    "pointwise_strided_simd": (1, 2, 1, 0, 32, 16, 6, 7),
    "same3_odd": (3, 1, 1, 1, 3, 5, 5, 7),
    "same3_simd_odd_map": (3, 1, 1, 1, 16, 16, 5, 7),
    "same3_simd_even_map": (3, 1, 1, 1, 16, 32, 6, 8),
    "stem7_odd": (7, 2, 2, 3, 3, 5, 9, 11),
    "stem7_simd": (7, 2, 2, 3, 3, 16, 10, 12),
}


def convolution_attributes(kernel, stride_h, stride_w, padding):
    return {"kernel": kernel, "stride_height": stride_h, "stride_width": stride_w, "padding": padding}


def make_convolution(folder: Path):
    with FixtureFile(folder, "convolution.h5", "nn.Conv2d without bias") as fixture:
        for case, (kernel, sh, sw, padding, c_in, c_out, height, width) in CONVOLUTIONS.items():
            layer = nn.Conv2d(c_in, c_out, kernel, (sh, sw), padding, bias=False)
            set_parameters(layer, f"convolution/{case}")
            image = value(f"convolution/{case}/input", (2, height, width, c_in))
            record(
                fixture,
                case,
                layer,
                {"input": image},
                lambda input: channels_last(layer(channels_first(input))),
                convolution_attributes(kernel, sh, sw, padding),
            )


def make_batch_norm(folder: Path):
    with FixtureFile(folder, "batch_norm.h5", "nn.BatchNorm, momentum 0.1, epsilon 1e-5") as fixture:
        for case, shape, affine in [
            ("images_odd", (2, 5, 7, 5), True),
            ("images_simd", (2, 4, 3, 32), True),
            ("columns_odd", (2, 7, 5), False),
            ("columns_simd", (3, 4, 16), False),
            ("features_odd", (6, 5), True),
        ]:
            channels = shape[-1]
            layer = nn.BatchNorm1d(channels, affine=affine)
            set_parameters(layer, f"batch_norm/{case}")
            set_running(layer, f"batch_norm/{case}")
            before = running(layer, "before")
            image = value(f"batch_norm/{case}/input", shape, 2.0) + 0.5

            def call(input):
                return layer(input.reshape(-1, channels)).reshape(shape)

            with torch.no_grad():
                inference = call_in_evaluation(layer, call, image)
            record(
                fixture,
                case,
                layer,
                {"input": image},
                call,
                {"momentum": 0.1, "epsilon": 1e-5, "affine": int(affine)},
                lambda: before | running(layer, "after") | {"inference_output": inference},
            )


def make_convolution_block(folder: Path):
    cases = {  # case: (convolution, residual, relu, every which row of the output is read)
        "plain_odd": ("same3_odd", False, True, 1),
        "plain_simd": ("same3_simd_odd_map", False, True, 1),
        "residual_odd": ("pointwise_odd", True, True, 1),
        "residual_simd": ("pointwise_simd", True, True, 1),
        "linear_strided_odd": ("pointwise_strided_odd", False, False, 1),
        "linear_strided_simd": ("pointwise_strided_simd", False, False, 1),
        "strided_odd": ("pointwise_strided_odd", False, True, 1),
        "stem_odd": ("stem7_odd", False, True, 1),
        "residual_without_relu_odd": ("same3_odd", True, False, 1),
        "sampled_odd": ("pointwise_odd", False, True, 2),
        "sampled_residual_simd": ("pointwise_simd", True, True, 2),
        "sampled_linear_odd": ("pointwise_odd", False, False, 3),
    }
    text = "convolution, batch normalisation (training), + residual, ReLU"
    with FixtureFile(folder, "convolution_block.h5", text) as fixture:
        for case, (kind, residual, relu, row_step) in cases.items():
            kernel, sh, sw, padding, c_in, c_out, height, width = CONVOLUTIONS[kind]
            path = f"convolution_block/{case}"
            block = nn.ModuleDict(
                {
                    "convolution": nn.Conv2d(c_in, c_out, kernel, (sh, sw), padding, bias=False),
                    "norm": nn.BatchNorm2d(c_out),
                }
            )
            set_parameters(block, path)
            set_running(block["norm"], path)
            before = running(block["norm"], "before")
            inputs = {"input": value(f"{path}/input", (2, height, width, c_in))}

            def call(input, residual=None, check=False):
                output = channels_last(block["norm"](block["convolution"](channels_first(input))))
                output = output[:, ::row_step]
                output = output if residual is None else output + residual
                if relu and check:
                    assert_margin(output)
                return torch.relu(output) if relu else output

            inference = call_in_evaluation(block, call, *inputs.values())
            if residual:
                inputs["residual"] = value(f"{path}/residual", inference.shape)
                inference = call_in_evaluation(block, call, *inputs.values())
            record(
                fixture,
                case,
                block,
                inputs,
                lambda **tensors: call(**tensors, check=True),
                convolution_attributes(kernel, sh, sw, padding)
                | {"residual": int(residual), "relu": int(relu), "row_step": row_step}
                | {"momentum": 0.1, "epsilon": 1e-5},
                lambda: before | running(block["norm"], "after") | {"inference_output": inference},
            )


def make_pooling(folder: Path):
    shapes = {"odd": (2, 5, 7, 3), "even": (2, 6, 8, 5), "simd": (2, 6, 7, 16)}
    with FixtureFile(folder, "max_pool.h5", "nn.MaxPool2d(3, stride=2, padding=1)") as fixture:
        for case, shape in shapes.items():
            image = value(f"max_pool/{case}/input", shape)
            # Padding behaves as minus infinity: the negative image tells it from zero padding.
            image = (image - 2.0).float().double() if case == "even" else image
            padded = F.pad(channels_first(image), (1, 1, 1, 1), value=-1e9)
            windows = F.unfold(padded, 3, stride=2).reshape(shape[0], shape[3], 9, -1).topk(2, dim=2).values
            assert (windows[:, :, 0] - windows[:, :, 1]).min() > SMALLEST_POOL_MARGIN
            record(
                fixture,
                case,
                None,
                {"input": image},
                lambda input: channels_last(F.max_pool2d(channels_first(input), 3, 2, 1)),
            )
    with FixtureFile(
        folder, "column_pool.h5", "mean or max over the height: [N, H, W, C] to [N, W, C]"
    ) as fixture:
        for case, shape in shapes.items():
            image = value(f"column_pool/{case}/input", shape)
            largest = image.topk(2, dim=1).values
            assert (largest[:, 0] - largest[:, 1]).min() > SMALLEST_POOL_MARGIN
            record(fixture, f"mean_{case}", None, {"input": image}, lambda input: input.mean(dim=1))
            record(fixture, f"max_{case}", None, {"input": image}, lambda input: input.amax(dim=1))


def make_all(folder: Path):
    make_convolution(folder)
    make_batch_norm(folder)
    make_convolution_block(folder)
    make_pooling(folder)
