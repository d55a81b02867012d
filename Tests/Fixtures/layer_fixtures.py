"""The layer fixtures: each stores inputs, parameters, outputs, the output's gradient and all gradients.

Everything is computed in float64 by PyTorch's own layers. Activations are stored NHWC, [N, T, D] or
[N, D]; parameters in PyTorch's layout under PyTorch's names (`parameters/…`, `gradients/…`).
"""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from deterministic import parameter_value, value
from fixture_file import FixtureFile
from jcm_reference import sequence_loss, sinusoidal_positions

SMALLEST_MARGIN = 1e-4  # no ReLU input this near to zero, no two maxima this near to each other


def channels_first(tensor):
    return tensor.permute(0, 3, 1, 2).contiguous()


def channels_last(tensor):
    return tensor.permute(0, 2, 3, 1).contiguous()


def set_parameters(module: nn.Module, path: str):
    """Gives every parameter its deterministic value; the path makes the cases differ."""
    for name, parameter in module.named_parameters():
        parameter.data = parameter_value(f"{path}/{name}", parameter.shape)


def parameters_and_gradients(module: nn.Module) -> dict:
    data = {}
    for name, parameter in module.named_parameters():
        data[f"parameters/{name}"] = parameter
        data[f"gradients/{name}"] = parameter.grad
    return data


def set_running(norm, path: str):
    """Running statistics that are neither 0 nor 1, so that a forgotten one shows."""
    norm.running_mean.copy_(value(f"{path}/running_mean", norm.running_mean.shape, 0.5))
    norm.running_var.copy_((1.5 + value(f"{path}/running_variance", norm.running_var.shape)).float())


def running(norm, moment: str) -> dict:
    return {
        f"running_mean_{moment}": norm.running_mean.clone(),
        f"running_variance_{moment}": norm.running_var.clone(),
    }


def assert_margin(pre_activation):
    assert pre_activation.abs().min() > SMALLEST_MARGIN, "a ReLU input is too near to zero: change the name"


def record(fixture, case, module, inputs: dict, call, attributes=None, extra=None, shape_out=lambda t: t):
    """Runs `call(**inputs)` forward and backward and writes the case.

    `shape_out` turns the module's output into the stored layout; the inputs' gradients come back in the
    layout in which the inputs were given, so a layout change belongs into `call`.
    """
    assert all(
        torch.equal(tensor, tensor.float().double()) for tensor in inputs.values()
    ), "not exact in float32"
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in inputs.items()}
    output = shape_out(call(**leaves))
    output_gradient = value(f"{fixture.path.stem}/{case}/output_gradient", output.shape)
    output.backward(output_gradient)
    data = {name: tensor for name, tensor in leaves.items()}
    data |= {"output": output, "output_gradient": output_gradient}
    data |= {f"{name}_gradient": tensor.grad for name, tensor in leaves.items()}
    data |= parameters_and_gradients(module) if module is not None else {}
    data |= extra() if extra else {}
    fixture.case(case, data, attributes)
    return output


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


def call_in_evaluation(layer, call, *inputs):
    """The output of inference mode, with the running statistics from before the training step."""
    layer.eval()
    with torch.no_grad():
        output = call(*inputs)
    layer.train()
    return output


def make_convolution_block(folder: Path):
    cases = {  # case: (convolution, residual, relu)
        "plain_odd": ("same3_odd", False, True),
        "plain_simd": ("same3_simd_odd_map", False, True),
        "residual_odd": ("pointwise_odd", True, True),
        "residual_simd": ("pointwise_simd", True, True),
        "linear_strided_odd": ("pointwise_strided_odd", False, False),
        "linear_strided_simd": ("pointwise_strided_simd", False, False),
        "strided_odd": ("pointwise_strided_odd", False, True),
        "stem_odd": ("stem7_odd", False, True),
        "residual_without_relu_odd": ("same3_odd", True, False),
    }
    text = "convolution, batch normalisation (training), + residual, ReLU"
    with FixtureFile(folder, "convolution_block.h5", text) as fixture:
        for case, (kind, residual, relu) in cases.items():
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
                | {"residual": int(residual), "relu": int(relu), "momentum": 0.1, "epsilon": 1e-5},
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
            assert (windows[:, :, 0] - windows[:, :, 1]).min() > SMALLEST_MARGIN / 10
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
            record(fixture, f"mean_{case}", None, {"input": image}, lambda input: input.mean(dim=1))
            record(fixture, f"max_{case}", None, {"input": image}, lambda input: input.amax(dim=1))


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


def make_cross_entropy(folder: Path):
    with FixtureFile(folder, "cross_entropy.h5", "F.cross_entropy; `loss` is an attribute") as fixture:
        for size, batch, classes in [("odd", 5, 7), ("simd", 4, 32)]:
            for smoothing in [0.0, 0.1]:
                case = f"batch_{size}" + ("_smoothed" if smoothing else "")
                logits = value(f"cross_entropy/{case}/logits", (batch, classes), 4.0).requires_grad_()
                targets = torch.tensor([2, 0, 5, 6, 2][:batch])
                loss = F.cross_entropy(logits, targets, label_smoothing=smoothing)
                loss.backward()
                fixture.case(
                    case,
                    {"logits": logits, "targets": targets, "logits_gradient": logits.grad},
                    {"loss": loss.item(), "label_smoothing": smoothing},
                )
        sequences = [[2, 4, 5], [1], [1, 2, 3, 4, 6], [6, 6]]
        for size, classes in [("odd", 7), ("simd", 16)]:
            for smoothing in [0.0, 0.1]:
                case = f"sequence_{size}" + ("_smoothed" if smoothing else "")
                logits = value(f"cross_entropy/{case}/logits", (4, 6, classes), 4.0).requires_grad_()
                loss, losses = sequence_loss(logits, sequences, smoothing)
                loss.backward()
                fixture.case(
                    case,
                    {
                        "logits": logits,
                        "targets": padded(sequences, 6),
                        "lengths": [len(s) for s in sequences],
                        "losses": losses,
                        "logits_gradient": logits.grad,
                    },
                    {"loss": loss.item(), "label_smoothing": smoothing},
                )


def padded(sequences, length):
    return torch.tensor([s + [0] * (length - len(s)) for s in sequences])


def make_ctc(folder: Path):
    cases = {  # case: (T, K + 1, sequences)
        "mixed_odd": (7, 6, [[1], [2, 2], [5, 1, 3], [1, 2, 3, 4, 5]]),
        "adjacent_equal_tight": (5, 4, [[1, 1, 2, 3], [3, 3, 3]]),
        "full_tight": (5, 7, [[1, 2, 3, 4, 5], [6, 5, 4, 3, 2]]),
        "one_column": (1, 3, [[2], [1]]),
        "simd": (28, 36, [[1, 5, 9, 14, 17, 20, 25, 35], [2, 6, 9, 13, 18, 22], [3]]),
    }
    with FixtureFile(
        folder, "ctc.h5", "F.ctc_loss(blank=0), mean over the batch, not over the length"
    ) as fixture:
        for case, (steps, classes, sequences) in cases.items():
            longest = max(len(sequence) for sequence in sequences)
            logits = value(f"ctc/{case}/logits", (len(sequences), steps, classes), 3.0).requires_grad_()
            lengths = torch.tensor([len(sequence) for sequence in sequences])
            losses = F.ctc_loss(
                logits.log_softmax(2).transpose(0, 1),
                padded(sequences, longest),
                torch.full((len(sequences),), steps),
                lengths,
                blank=0,
                reduction="none",
            )
            losses.mean().backward()
            fixture.case(
                case,
                {
                    "logits": logits,
                    "targets": padded(sequences, longest),
                    "lengths": lengths,
                    "losses": losses,
                    "logits_gradient": logits.grad,
                },
                {"loss": losses.mean().item()},
            )


def make_adam(folder: Path):
    cases = {  # case: (rate, weight decay, largest gradient norm or 0)
        "plain": (1e-3, 0.0, 0.0),
        "weight_decay": (1e-3, 0.01, 0.0),
        "clipped": (1e-3, 0.0, 1.0),
        "clipped_weight_decay": (1e-2, 0.01, 1.0),
    }
    with FixtureFile(folder, "adam.h5", "torch.optim.Adam, three steps; row i = after step i + 1") as fixture:
        for case, (rate, decay, largest_norm) in cases.items():
            parameter = nn.Parameter(value(f"adam/{case}/initial", (37,)))
            initial = parameter.detach().clone()
            optimiser = torch.optim.Adam([parameter], lr=rate, weight_decay=decay)
            # The second gradient is shorter than 1, so clipping must leave it alone.
            gradients = torch.stack(
                [value(f"adam/{case}/gradient{step}", (37,), [2.0, 0.05, 1.0][step]) for step in range(3)]
            )
            rows = {"parameters": [], "first_moments": [], "second_moments": [], "gradient_norms": []}
            for step in range(3):
                parameter.grad = gradients[step].clone()
                rows["gradient_norms"].append(parameter.grad.norm())
                if largest_norm:
                    nn.utils.clip_grad_norm_([parameter], largest_norm)
                optimiser.step()
                rows["parameters"].append(parameter.detach().clone())
                rows["first_moments"].append(optimiser.state[parameter]["exp_avg"].clone())
                rows["second_moments"].append(optimiser.state[parameter]["exp_avg_sq"].clone())
            fixture.case(
                case,
                {"initial": initial, "gradients": gradients} | {k: torch.stack(v) for k, v in rows.items()},
                {
                    "learning_rate": rate,
                    "weight_decay": decay,
                    "largest_gradient_norm": largest_norm,
                    "beta1": 0.9,
                    "beta2": 0.999,
                    "epsilon": 1e-8,
                },
            )


def make_all(folder: Path):
    for make in [
        make_convolution,
        make_batch_norm,
        make_convolution_block,
        make_pooling,
        make_linear,
        make_recurrent,
        make_layer_norm,
        make_attention,
        make_transformer_layers,
        make_embedding,
        make_cross_entropy,
        make_ctc,
        make_adam,
    ]:
        make(folder)
