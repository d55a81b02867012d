"""Writes every fixture beside this script: `python Tests/Fixtures/make_fixtures.py` (needs torch, h5py)."""

from pathlib import Path

import torch

import image_layer_fixtures
import loss_fixtures
import model_fixtures
import sequence_layer_fixtures

if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)  # one order of summation: the same bits every time
    for fixtures in [image_layer_fixtures, sequence_layer_fixtures, loss_fixtures, model_fixtures]:
        fixtures.make_all(Path(__file__).resolve().parent)
