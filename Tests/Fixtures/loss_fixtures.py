"""Fixtures of the losses (cross-entropy, its sequence form, CTC) and of Adam."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from deterministic import value
from fixture_file import FixtureFile
from jcm_reference import ctc_losses, padded, sequence_loss


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
            losses = ctc_losses(logits, sequences)
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
    make_cross_entropy(folder)
    make_ctc(folder)
    make_adam(folder)
