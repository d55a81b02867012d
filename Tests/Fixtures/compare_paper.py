"""Compares one step of the paper's model with PyTorch: losses, and every parameter's gradient.

    swift run -c release PaperStep /tmp/paper.h5
    python Tests/Fixtures/compare_paper.py /tmp/paper.h5        # needs torch, numpy, h5py and about 10 GB

Both sides make weights and pictures from the formulas of deterministic.py. A ReLU that lies within rounding of zero may
be decided otherwise in float32 than in float64, so PyTorch's own float32 is shown beside ours.
"""

import sys

import h5py
import numpy as np
import torch

from deterministic import parameter_value, value
from jcm_reference import JCM, PAPER

PICTURES = 8


def torch_step(kind):
    """Losses, and gradients by name, of one forward and backward in precision `kind`."""
    model = JCM(PAPER).to(kind)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(parameter_value(name, parameter.shape).to(kind))
    model.train()
    images = value("input.paper", [PICTURES, 224, 112, 3], 1).to(kind)
    sequences = [[1 + i * 3 + n % 3 for i in range(6 + n % 5)] for n in range(PICTURES)]
    identities = torch.tensor([n * 93 % 751 for n in range(PICTURES)])
    losses = model.losses(model(images, sequences), sequences, identities)
    losses.total.backward()
    parts = [losses.identity.item(), losses.ctc.item(), losses.attention.item()]
    return parts, {name: parameter.grad.numpy() for name, parameter in model.named_parameters()}


def compare(title, gradients, exact):
    rows = []
    for name, gradient in gradients.items():
        size = np.linalg.norm(exact[name])
        rows.append((np.linalg.norm(gradient - exact[name]) / max(size, 1e-12), name))
    rows.sort()
    beyond = sum(error > 1e-3 for error, _ in rows)
    print(f"{title}: median {rows[len(rows) // 2][0]:.1e}, {beyond} of {len(rows)} above 1e-3, largest")
    print("    " + ", ".join(f"{name} {error:.1e}" for error, name in rows[:-6:-1]))


def main(path: str) -> None:
    exact_losses, exact = torch_step(torch.float64)
    with h5py.File(path) as file:
        print("losses      ours             PyTorch float64  relative difference")
        for name, a, b in zip(("identity", "ctc", "attention"), file.attrs["losses"], exact_losses):
            print(f"{name:10}  {a:<16.8f} {b:<16.8f} {abs(a / b - 1):.1e}")
        ours = {}
        for name in exact:
            data = file[f"gradients/{name}"]
            ours[name] = data[...].transpose(0, 3, 1, 2) if data.attrs.get("layout") == "OHWI" else data[...]
    print("\ngradients against PyTorch float64, relative L2 norm of each parameter's difference")
    compare("ours, float32   ", ours, exact)
    del ours
    compare("PyTorch, float32", torch_step(torch.float32)[1], exact)


if __name__ == "__main__":
    main(sys.argv[1])
