"""Writes one fixture: an HDF5 file of groups, plain contiguous data sets and attributes."""

from pathlib import Path

import h5py
import numpy as np
import torch


def array(tensor) -> np.ndarray:
    return tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else np.asarray(tensor)


class FixtureFile:
    """A fixture being written; `case` adds one group with its data sets and attributes."""

    def __init__(self, folder: Path, name: str, description: str):
        self.path = folder / name
        self.file = h5py.File(self.path, "w")
        self.file.attrs["description"] = description
        self.file.attrs["generator"] = "Tests/Fixtures/make_fixtures.py"
        self.file.attrs["torch"] = str(torch.__version__)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        print(f"{self.path.name:28} {self.path.stat().st_size / 1024:8.1f} KiB")

    def case(self, name: str, data: dict, attributes: dict | None = None):
        """Data sets by path ("parameters/weight"); integers become int64, the rest keeps its type."""
        group = self.file.create_group(name)
        for path, tensor in data.items():
            values = np.ascontiguousarray(array(tensor))
            if values.dtype.kind in "iu":
                values = values.astype(np.int64)
            group.create_dataset(path, data=values)
        for key, number in (attributes or {}).items():
            group.attrs[key] = number
