"""Compares one step of the paper's model with PyTorch: losses, and every parameter's gradient.

    swift run -c release PaperStep /tmp/paper.h5
    python Tests/Fixtures/compare_paper.py /tmp/paper.h5        # needs torch, numpy, h5py and about 8 GB

Both sides make weights and pictures from the formulas of deterministic.py. Float32 against float32: a ReLU that lies
within rounding of zero may be decided otherwise on either side, so gradients are compared by relative L2 norm.
"""

import sys

import h5py
import numpy as np
import torch

from deterministic import parameter_value, value
from jcm_reference import JCM, PAPER

PICTURES = 8


def main(path: str) -> None:
    torch.manual_seed(0)
    double = "--float64" in sys.argv
    kind = torch.float64 if double else torch.float32
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
    with h5py.File(path) as file:
        theirs = [losses.identity.item(), losses.ctc.item(), losses.attention.item()]
        print("losses      ours               PyTorch            relative difference")
        for name, a, b in zip(("identity", "ctc", "attention"), file.attrs["losses"], theirs):
            print(f"{name:10}  {a:<18.8f} {b:<18.8f} {abs(a / b - 1):.1e}")
        rows = []
        for name, parameter in model.named_parameters():
            data = file[f"gradients/{name}"]
            ours = data[...].astype(np.float64)
            if data.attrs.get("layout") == "OHWI":
                ours = ours.transpose(0, 3, 1, 2)
            gradient = parameter.grad.double().numpy()
            rows.append((np.linalg.norm(ours - gradient) / max(np.linalg.norm(gradient), 1e-12), name))
    rows.sort()
    print(f"\ngradients of {len(rows)} parameters, relative L2 difference: median {rows[len(rows) // 2][0]:.1e}")
    print("largest:", ", ".join(f"{name} {error:.1e}" for error, name in rows[:-6:-1]))


if __name__ == "__main__":
    main(sys.argv[1])
