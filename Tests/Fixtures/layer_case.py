"""What the layer fixtures share: parameter values, layouts, one forward and backward written as a case."""

import torch
from torch import nn

from deterministic import parameter_value, value

SMALLEST_MARGIN = 1e-4  # no ReLU input this near to zero


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


def call_in_evaluation(layer, call, *inputs):
    """The output of inference mode, with the running statistics from before the training step."""
    layer.eval()
    with torch.no_grad():
        output = call(*inputs)
    layer.train()
    return output


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
