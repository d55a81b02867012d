"""The model fixtures: losses, logits, features, every gradient, running statistics, three Adam steps.

Parameters are `parameter_value(name, shape)` and the images `value(input_name, [N, H, W, 3])`: neither is
stored. Each is checked for ties: PyTorch in float32 must take the same side at every ReLU and maximum.
"""

import copy
import dataclasses
from pathlib import Path

import torch
import torch.nn.functional as F

from deterministic import parameter_value, value
from fixture_file import FixtureFile
from jcm_reference import JCM, Configuration, assign, padded

PAPER_SHAPE = Configuration(
    height=64,
    width=32,
    labels=9,
    identities=5,
    base_width=4,
    model_width=16,
    heads=4,
    feed_forward=32,
    longest_sequence=8,
    fc0_width=16,
)

SWITCHES = Configuration(
    height=128,
    width=32,
    labels=7,
    identities=6,
    blocks=(1, 1, 1, 1),
    base_width=4,
    strided_stages=(1, 2, 3, 4),
    column_pooling="max",
    column_norm=True,
    recurrent="gru",
    model_width=12,
    encoder_layers=2,
    decoder_layers=2,
    heads=3,
    feed_forward=20,
    pre_norm=True,
    positions="learned",
    longest_sequence=7,
    fc0_width=10,
    fc0_norm=True,
    label_smoothing=0.1,
    identity_weight=1.0,
)

LEARNING_RATE = 1e-3
STEPS = 3
# Adam divides by |gradient|: below this, the direction of the first step is rounding noise in float32.
WELL_CONDITIONED = 1e-6


@dataclasses.dataclass
class Batch:
    input_name: str
    images: torch.Tensor
    sequences: list
    identities: list


def make_batch(configuration, input_name, sequences, identities) -> Batch:
    shape = (len(sequences), configuration.height, configuration.width, 3)
    return Batch(input_name, value(input_name, shape, 1.0), sequences, identities)


def make_model(configuration) -> JCM:
    model = JCM(configuration).double().train()
    assign(model, {name: parameter_value(name, p.shape) for name, p in model.named_parameters()})
    return model


def run(model, batch, dtype=torch.float64):
    """One forward and backward; the gradients are left in the parameters."""
    model.zero_grad()
    outputs = model(batch.images.to(dtype), batch.sequences)
    losses = model.losses(outputs, batch.sequences, batch.identities)
    losses.total.backward()
    return outputs, losses


def decisions(model, batch, dtype):
    """Every ReLU input, and the places of the maxima, of one forward pass: [(name, inputs, places)]."""
    seen, hooks = [], []

    def relu(name):
        return lambda _module, inputs: seen.append((name, inputs[0].detach().double(), None))

    def pool(_module, inputs):
        maxima, places = F.max_pool2d(inputs[0].detach(), 3, 2, 1, return_indices=True)
        # A window of zeros behind a ReLU is a tie without consequence: the ReLU's gradient is zero.
        seen.append(("maxpool", None, torch.where(maxima > 0, places, -1)))

    def columns(_module, _inputs, output):
        maxima, places = output.detach().max(dim=2)
        if model.configuration.column_pooling == "max":
            seen.append(("columns", None, torch.where(maxima > 0, places, -1)))

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.ReLU):
            hooks.append(module.register_forward_pre_hook(relu(name)))
        if name.endswith("linear1"):
            hooks.append(
                module.register_forward_hook(
                    lambda _m, _i, output, name=name: seen.append((name, output.detach().double(), None))
                )
            )
    hooks.append(model.cnn.maxpool.register_forward_pre_hook(pool))
    hooks.append(model.cnn.register_forward_hook(columns))
    with torch.no_grad():
        model(batch.images.to(dtype), batch.sequences)
    for hook in hooks:
        hook.remove()
    return seen


def tie_margin(double, single, batch, title) -> float:
    """The smallest |ReLU input| over the largest float32 error of its layer.

    Fails where float32 decides otherwise.
    """
    margin = float("inf")
    for (name, exact, places), (_, rounded, rounded_places) in zip(
        decisions(double, batch, torch.float64), decisions(single, batch, torch.float32)
    ):
        if places is not None:
            assert torch.equal(places, rounded_places), f"{title}: {name} picks another maximum in float32"
        else:
            assert torch.equal(exact > 0, rounded > 0), f"{title}: a ReLU of {name} flips in float32"
            error = (exact - rounded).abs().max().clamp(min=1e-12)
            margin = min(margin, (exact.abs().min() / error).item())
    return margin


def report_float32(model, batch, title):
    """Prints how far PyTorch's float32 is from float64: a yardstick for any float32 program."""
    double, single = copy.deepcopy(model), copy.deepcopy(model).float()
    optimisers = [torch.optim.Adam(m.parameters(), lr=LEARNING_RATE) for m in (double, single)]
    for step in range(1, STEPS + 1):
        margin = tie_margin(double, single, batch, f"{title} step {step}")
        (outputs, exact), (rounded_outputs, rounded) = run(double, batch), run(single, batch, torch.float32)
        print(
            f"{title} step {step}: identity {exact.identity:.4f} ctc {exact.ctc:.4f} attention "
            f"{exact.attention:.4f} total {exact.total:.6f}, "
            f"float32 off by {rounded.total - exact.total:.1e}; ReLU margin {margin:.1f}"
        )
        if step == 1:
            for key, tensor in vars(outputs).items():
                print(
                    f"  {key:20} max abs {tensor.abs().max():8.3f}  "
                    f"relative L2 {relative(tensor, vars(rounded_outputs)[key]):.1e}"
                )
            report_gradients(double, single)
            first_gradients = [parameter.grad.abs() for parameter in double.parameters()]
        for optimiser in optimisers:
            optimiser.step()
    for threshold in (0.0, WELL_CONDITIONED):
        difference, name = max(
            (((exact - rounded).abs() * (gradient >= threshold)).max().item() / LEARNING_RATE, name)
            for (name, exact), rounded, gradient in zip(
                double.named_parameters(), single.parameters(), first_gradients
            )
        )
        print(
            f"  after {STEPS} steps, where the first |gradient| >= {threshold:.0e}: "
            f"off by up to {difference:.1e} learning rates ({name})"
        )


def relative(exact, rounded) -> float:
    return ((exact - rounded).norm() / exact.norm()).item()


def report_gradients(double, single):
    rows = sorted(
        (
            (relative(exact.grad, rounded.grad), exact.grad.norm().item(), rounded.grad.norm().item(), name)
            for (name, exact), rounded in zip(double.named_parameters(), single.parameters())
        ),
        reverse=True,
    )
    for row in [row for row in rows if row[1] < 1e-10]:
        print(f"  zero by algebra: {row[3]}, float32 gives {row[2]:.1e}")
    rows = [row for row in rows if row[1] >= 1e-10]
    print(
        f"  gradients, relative L2: median {rows[len(rows) // 2][0]:.1e}, largest "
        + ", ".join(f"{row[0]:.1e} {row[3]} (norm {row[1]:.1e})" for row in rows[:5])
    )


def make_fixture(folder: Path, name: str, configuration: Configuration, batch: Batch):
    """Writes `name`.h5 (one forward and backward) and `name`_adam.h5 (the parameters after three steps)."""
    model = make_model(configuration)
    report_float32(model, batch, name)
    attributes = {
        key: list(entry) if isinstance(entry, tuple) else int(entry) if isinstance(entry, bool) else entry
        for key, entry in dataclasses.asdict(configuration).items()
    }
    attributes |= {"input_name": batch.input_name}

    outputs, losses = run(model, batch)
    data = {
        "sequences": padded(batch.sequences, max(map(len, batch.sequences))),
        "lengths": torch.tensor([len(sequence) for sequence in batch.sequences]),
        "identities": torch.tensor(batch.identities),
    }
    data |= {f"outputs/{key}": tensor for key, tensor in vars(outputs).items()}
    data |= {f"gradients/{key}": p.grad.float() for key, p in model.named_parameters()}
    data |= {f"running/{key}": tensor.float() for key, tensor in model.named_buffers() if "running" in key}
    inference = copy.deepcopy(model).eval()
    with torch.no_grad():
        data |= {
            f"inference/{key}": tensor
            for key, tensor in vars(inference(batch.images, batch.sequences)).items()
        }
    for pooled in ("outputs", "inference") if not configuration.column_norm else ():
        del data[f"{pooled}/normalised_columns"]  # the same numbers as `columns`
    with FixtureFile(
        folder, f"{name}.h5", "JCM, one step in float64; gradients and statistics as float32"
    ) as fixture:
        fixture.case(
            "model", data, attributes | {f"{key}_loss": loss.item() for key, loss in vars(losses).items()}
        )

    model = make_model(configuration)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    totals = []
    for _ in range(STEPS):
        totals.append(run(model, batch)[1].total)
        optimiser.step()
    data = {f"parameters/{key}": p.float() for key, p in model.named_parameters()} | {
        "losses": torch.stack(totals)
    }
    attributes |= {"learning_rate": LEARNING_RATE, "steps": STEPS}
    with FixtureFile(folder, f"{name}_adam.h5", "the parameters of JCM after three Adam steps") as fixture:
        fixture.case("model", data, attributes)


def make_all(folder: Path):
    make_fixture(
        folder,
        "model_paper_shape",
        PAPER_SHAPE,
        make_batch(PAPER_SHAPE, "input.12073", [[1, 4, 7], [2, 3, 5, 9], [6], [1, 2, 5, 8, 9]], [0, 3, 1, 4]),
    )
    make_fixture(
        folder,
        "model_switches",
        SWITCHES,
        make_batch(
            SWITCHES,
            "input.595",
            [[2, 5], [1, 3, 4, 6], [7], [2, 2, 7], [1, 2, 3, 5, 6], [4, 6]],
            [5, 0, 2, 2, 4, 1],
        ),
    )
