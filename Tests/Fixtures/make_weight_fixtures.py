"""ResNets with random weights, saved as others save theirs, and the features that PyTorch computes with them.

    python Tests/Fixtures/make_weight_fixtures.py                # the small ones beside this file
    python Tests/Fixtures/make_weight_fixtures.py --full FOLDER  # ResNet-50 itself, 224 x 112, about 100 MB a file

Needs torch, numpy, h5py, safetensors. The layouts, of which each holds a classifier, too:

    weights_torch.safetensors  torchvision's names, OIHW, no biases, eps 1e-5, the stride in the 3x3 convolution; RGB
    weights_keras_new.h5       tf.keras: conv2_block1_1_conv/conv2_block1_1_conv/kernel:0, HWIO, biases, eps 1.001e-5,
                               the stride in the first 1x1 convolution; BGR minus mean
    weights_keras_old.h5       keras-applications, the same network: res2a_branch2a/res2a_branch2a_W:0;
                               bn..._running_std holds the variance
    weights_expected.h5        torch/, keras/: pictures (uint8, RGB) and columns [N, T, C], computed in float64

Strides of stages 2 to 4 are (2, 1), as in JCM; they change no shape of any weight.
"""

import argparse
import pathlib

import h5py
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

SMALL = dict(base=4, blocks=(2, 2, 1, 1), height=64, width=48)
FULL = dict(base=64, blocks=(3, 4, 6, 3), height=224, width=112)


def block_names(blocks):
    return [f"layer{stage}.{block}" for stage, count in enumerate(blocks, 1) for block in range(count)]


def make_parameters(generator, base, blocks, biases):
    """Torchvision's names; He-normal kernels, every statistic random."""
    parameters = {}

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    def uniform(low, high, count):
        return low + (high - low) * torch.rand(count, generator=generator)

    def convolution(name, norm, inputs, outputs, kernel, gain=1.0):
        parameters[f"{name}.weight"] = normal(outputs, inputs, kernel, kernel) * (2 / (kernel**2 * inputs)) ** 0.5
        if biases:
            parameters[f"{name}.bias"] = 0.3 * normal(outputs)
        parameters[f"{norm}.weight"] = uniform(0.5, 1.5, outputs) * gain
        parameters[f"{norm}.bias"] = 0.2 * normal(outputs)
        parameters[f"{norm}.running_mean"] = 0.3 * normal(outputs)
        parameters[f"{norm}.running_var"] = uniform(0.5, 2, outputs)

    convolution("conv1", "bn1", 3, base, 7)
    channels = base
    for name in block_names(blocks):
        stage, block = int(name[5]), int(name.split(".")[1])
        inner = base * 2 ** (stage - 1)
        if block == 0:
            convolution(f"{name}.downsample.0", f"{name}.downsample.1", channels, 4 * inner, 1)
        convolution(f"{name}.conv1", f"{name}.bn1", channels, inner, 1)
        convolution(f"{name}.conv2", f"{name}.bn2", inner, inner, 3)
        convolution(f"{name}.conv3", f"{name}.bn3", inner, 4 * inner, 1, gain=0.3)
        channels = 4 * inner
    # Stem variances that fit pixels on a scale of 255, and a channel that hardly varies: there epsilon counts.
    if biases:
        parameters["bn1.running_var"] *= 5000
        parameters["layer1.0.bn1.running_var"][0] = 3e-6
        parameters["layer1.0.bn1.weight"][0] = 1e-3
    parameters["fc.weight"] = normal(10, channels) * 0.01
    parameters["fc.bias"] = normal(10)
    return parameters


def columns(parameters, pictures, blocks, stride_in, epsilon):
    """Features [N, T, C] of normalised pictures [N, 3, H, W], in inference."""

    def unit(x, name, norm, stride=(1, 1), padding=0):
        x = F.conv2d(x, parameters[f"{name}.weight"], parameters.get(f"{name}.bias"), stride, padding)
        part = [parameters[f"{norm}.{field}"] for field in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *part, training=False, eps=epsilon)

    x = F.relu(unit(pictures, "conv1", "bn1", (2, 2), 3))
    x = F.max_pool2d(x, 3, 2, 1)
    for name in block_names(blocks):
        first = name.endswith(".0")
        stride = (2, 1) if first and name[5] != "1" else (1, 1)
        one, three = (stride, (1, 1)) if stride_in == "conv1" else ((1, 1), stride)
        y = F.relu(unit(x, f"{name}.conv1", f"{name}.bn1", one))
        y = F.relu(unit(y, f"{name}.conv2", f"{name}.bn2", three, 1))
        y = unit(y, f"{name}.conv3", f"{name}.bn3")
        x = F.relu(y + (unit(x, f"{name}.downsample.0", f"{name}.downsample.1", stride) if first else x))
    return x.mean(2).permute(0, 2, 1)


def keras_layers(blocks):
    """(torchvision convolution, its norm, new names, old names) of every unit."""
    yield "conv1", "bn1", ("conv1_conv", "conv1_bn"), ("conv1", "bn_conv1")
    for name in block_names(blocks):
        stage, block = int(name[5]) + 1, int(name.split(".")[1])
        units = [("conv1", "bn1", 1, "2a"), ("conv2", "bn2", 2, "2b"), ("conv3", "bn3", 3, "2c")]
        if block == 0:
            units.append(("downsample.0", "downsample.1", 0, "1"))
        for convolution, norm, number, branch in units:
            new = f"conv{stage}_block{block + 1}_{number}"
            old = f"{stage}{chr(ord('a') + block)}_branch{branch}"
            yield f"{name}.{convolution}", f"{name}.{norm}", (f"{new}_conv", f"{new}_bn"), (f"res{old}", f"bn{old}")


def write_keras(path, parameters, blocks, new):
    """As Keras's `save_weights`: a group a layer, `layer_names` and `weight_names` as attributes."""

    def array(name):
        value = parameters[name].numpy()
        return value.transpose(2, 3, 1, 0) if value.ndim == 4 else value.T

    with h5py.File(path, "w") as file:
        layers = []

        def put(layer, tensors):
            group = file.create_group(layer)
            prefix = f"{layer}/" if new else f"{layer}_"
            group.attrs["weight_names"] = [f"{prefix}{tensor}:0".encode() for tensor, _ in tensors]
            for tensor, name in tensors:
                group.create_dataset(f"{prefix}{tensor}:0", data=np.ascontiguousarray(array(name)))
            layers.append(layer.encode())

        kernel, bias = ("kernel", "bias") if new else ("W", "b")
        mean, variance = ("moving_mean", "moving_variance") if new else ("running_mean", "running_std")
        for convolution, norm, new_names, old_names in keras_layers(blocks):
            names = new_names if new else old_names
            put(names[0], [(kernel, f"{convolution}.weight"), (bias, f"{convolution}.bias")])
            put(
                names[1],
                [("gamma", f"{norm}.weight"), ("beta", f"{norm}.bias")]
                + [(mean, f"{norm}.running_mean"), (variance, f"{norm}.running_var")],
            )
        put("predictions" if new else "fc1000", [(kernel, "fc.weight"), (bias, "fc.bias")])
        file.attrs["layer_names"] = layers
        file.attrs["backend"] = b"tensorflow"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", type=pathlib.Path)
    folder = parser.parse_args().full
    sizes = SMALL if folder is None else FULL
    folder = folder or pathlib.Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    base, blocks = sizes["base"], sizes["blocks"]
    generator = torch.Generator().manual_seed(4)
    shape = (2, sizes["height"], sizes["width"], 3)
    pictures = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
    with h5py.File(folder / "weights_expected.h5", "w") as expected:
        for kind, stride_in, epsilon in (("torch", "conv2", 1e-5), ("keras", "conv1", 1.001e-5)):
            parameters = make_parameters(generator, base, blocks, biases=kind == "keras")
            x = pictures.double()
            if kind == "torch":
                mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
                x = (x / 255 - mean.double()) / deviation.double()
                counts = {
                    name.replace("running_var", "num_batches_tracked"): torch.tensor(7)
                    for name in parameters
                    if name.endswith("running_var")
                }
                save_file(parameters | counts, folder / "weights_torch.safetensors", metadata={"format": "pt"})
            else:
                x = x.flip(3) - torch.tensor([103.939, 116.779, 123.68]).double()
                write_keras(folder / "weights_keras_new.h5", parameters, blocks, new=True)
                write_keras(folder / "weights_keras_old.h5", parameters, blocks, new=False)
            double = {name: value.double() for name, value in parameters.items()}
            features = columns(double, x.permute(0, 3, 1, 2), blocks, stride_in, epsilon)
            print(kind, tuple(features.shape), "features up to", float(features.max()))
            group = expected.create_group(kind)
            group.attrs.update(base_width=base, height=sizes["height"], width=sizes["width"])
            group.attrs["blocks"] = np.array(blocks, dtype=np.int64)
            group["pictures"] = pictures.numpy()
            group["columns"] = features.numpy()


if __name__ == "__main__":
    with torch.no_grad():
        main()
