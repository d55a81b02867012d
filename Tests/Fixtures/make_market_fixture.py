#!/usr/bin/env python3
"""Write market_small.mat and, uncompressed, market_small_plain.mat: the form of market_attribute.mat with seven made-up persons (needs numpy, scipy).

As in the real file the fields' order differs between train and test, and some persons have no colour, two colours, or
a code outside of its range.
"""
from pathlib import Path

import numpy as np
import scipy.io

UPPER = "black white red purple gray blue green yellow".split()
LOWER = "black white pink gray blue green brown yellow purple".split()
NAMED = "gender hair up down clothes hat backpack bag handbag age".split()

#         id      gender hair up down clothes hat backpack bag handbag age  upper    lower
TRAIN = [
    ("0002", (1, 1, 1, 1, 2, 1, 2, 1, 1, 3), ["red"], ["blue"]),
    ("0007", (2, 2, 2, 2, 1, 2, 1, 2, 2, 1), [], ["pink"]),
    ("0011", (1, 2, 2, 1, 2, 1, 1, 1, 1, 4), ["yellow"], []),
    ("1500", (2, 1, 1, 2, 1, 1, 1, 1, 1, 0), ["black"], ["brown", "gray"]),
]
TEST = [
    ("0001", (1, 1, 2, 2, 2, 1, 2, 1, 1, 2), ["white"], ["black"]),
    ("0003", (2, 2, 1, 1, 2, 2, 2, 2, 2, 3), ["purple"], ["purple"]),
    ("1501", (2, 2, 2, 2, 2, 1, 1, 1, 1, 1), [], []),
]


def part(people, order):
    columns = {name: [codes[i] for _, codes, _, _ in people] for i, name in enumerate(NAMED)}
    columns |= {"up" + c: [1 + (c in upper) for _, _, upper, _ in people] for c in UPPER}
    columns |= {"down" + c: [1 + (c in lower) for _, _, _, lower in people] for c in LOWER}
    fields = {name: np.array([columns[name]], dtype=np.uint8) for name in order(list(columns))}
    index = np.empty((1, len(people)), dtype=object)
    index[0, :] = [person[0] for person in people]
    return fields | {"image_index": index}


if __name__ == "__main__":
    content = {"market_attribute": {"test": part(TEST, reversed), "train": part(TRAIN, sorted)}}
    for name, compressed in [("market_small.mat", True), ("market_small_plain.mat", False)]:
        path = Path(__file__).parent / name
        scipy.io.savemat(path, content, do_compression=compressed)
        # the header's text holds the time of writing
        path.write_bytes(b"MATLAB 5.0 MAT-file, made-up persons".ljust(116) + path.read_bytes()[116:])
