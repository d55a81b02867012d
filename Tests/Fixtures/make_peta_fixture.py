#!/usr/bin/env python3
"""Write peta_small.mat and, uncompressed, peta_small_plain.mat: the form of PETA.mat with 12 made-up pictures of 6 persons (needs numpy, scipy).

As in the real file the fields have a certain order, `partion` is its spelling, and a label is called footwearSneaker.
"""
from pathlib import Path

import numpy as np
import scipy.io

NAMES = ["personalLess30", "hairLong", "personalMale", "footwearSneaker", "upperBodyBlack"]
SELECTED = [1, 3, 4]
#          number person subset own  labels
DATA = [[n + 1, 1 + n // 2, 1 + n // 6, 7 + n // 2] + [n % 2, 1, n // 2 % 2, n == 3, n > 8] for n in range(12)]
PARTITIONS = [
    ([1, 3, 5, 7, 9, 11], [2, 4], [6, 8, 10, 12]),
    ([12, 10, 8, 1], [], [2, 4, 3]),
]


def cells(values):
    array = np.empty((len(values), 1), dtype=object)
    array[:, 0] = values
    return array


def column(values):
    return np.array(values, dtype=np.uint16).reshape(-1, 1)


if __name__ == "__main__":
    parts = [dict(zip(["train", "val", "test"], map(column, lists))) for lists in PARTITIONS]
    content = {
        "peta": {
            "data": np.array(DATA, dtype=np.int32),
            "attribute": cells(NAMES),
            "selected_attribute": column(SELECTED),
            "partion": cells(parts),
        }
    }
    for name, compressed in [("peta_small.mat", True), ("peta_small_plain.mat", False)]:
        path = Path(__file__).parent / name
        scipy.io.savemat(path, content, do_compression=compressed)
        # the header's text holds the time of writing
        path.write_bytes(b"MATLAB 5.0 MAT-file, made-up persons".ljust(116) + path.read_bytes()[116:])
