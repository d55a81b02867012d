"""The steps of `jcm benchmark step` and `jcm benchmark inference` in PyTorch, for a comparison on one machine.

    python docs/benchmarks/pytorch_twin.py step --threads 2 --steps 5            # needs torch, numpy, h5py
    python docs/benchmarks/pytorch_twin.py step --threads 2 --steps 5 --part cnn
    python docs/benchmarks/pytorch_twin.py inference --threads 2 --batch 32

The model is the reference of the tests (Tests/Fixtures/jcm_reference.py) in float32, with the paper's dropout and PyTorch's
fused Adam, which is its fastest on a CPU. Prints one JSON object; seconds are medians after two warm-up
steps, as those of jcm are.
"""

import argparse
import json
import pathlib
import resource
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"))
from jcm_reference import JCM, PAPER  # noqa: E402


def paper_model() -> JCM:
    torch.manual_seed(1)
    model = JCM(PAPER).float()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.1
        if isinstance(module, torch.nn.MultiheadAttention):
            module.dropout = 0.1
    return model


def measure(body, runs: int) -> dict:
    for _ in range(2):
        body()
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - started)
    median = statistics.median(seconds)
    return {"seconds": median, "spread": (max(seconds) - min(seconds)) / median}


def step(options) -> dict:
    model = paper_model().train()
    pictures = torch.randn(options.micro_batch, 224, 112, 3)
    sequences = [list(range(1, options.sequence_length + 1)) for _ in range(options.micro_batch)]
    identities = torch.arange(options.micro_batch)
    adam = torch.optim.Adam(model.parameters(), lr=1e-4, fused=True)

    def whole():
        adam.zero_grad(set_to_none=True)
        model.losses(model(pictures, sequences), sequences, identities).total.backward()
        adam.step()

    def backbone():
        adam.zero_grad(set_to_none=True)
        output = model.cnn(pictures.permute(0, 3, 1, 2))
        output.backward(output.detach())

    result = measure(whole if options.part == "all" else backbone, options.steps)
    return {"secondsPerStep": result["seconds"], "spread": result["spread"]}


def inference(options) -> dict:
    """Column features, FC0, CTC posteriors and decoder logits of given sequences: what evaluation computes."""
    model = paper_model().eval()
    pictures = torch.randn(options.batch, 224, 112, 3)
    sequences = [list(range(1, options.sequence_length + 1)) for _ in range(options.batch)]

    def features():
        with torch.inference_mode():
            return model(pictures, sequences).ctc_logits.softmax(2)

    result = measure(features, options.steps)
    return {"secondsPerBatch": result["seconds"], "picturesPerSecond": options.batch / result["seconds"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["step", "inference"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--micro-batch", type=int, default=8)
    parser.add_argument("--sequence-length", type=int, default=11)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--part", choices=["all", "cnn"], default="all")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = step(options) if options.what == "step" else inference(options)
    result["peakGiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    result["torch"] = torch.__version__
    print(json.dumps(result))


if __name__ == "__main__":
    main()
