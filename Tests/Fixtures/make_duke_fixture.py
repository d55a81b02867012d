#!/usr/bin/env python3
"""Write duke_small.mat and, uncompressed, duke_small_plain.mat: the form of duke_attribute.mat with seven made-up persons (needs numpy, scipy).

As in the real file the fields' order differs between train and test, two persons' `top` is 0, and some have no colour
or two.
"""
from pathlib import Path

import numpy as np
import scipy.io

UPPER = "black white red purple gray blue green brown".split()
LOWER = "black white red gray blue green brown".split()
NAMED = "backpack bag handbag boots gender hat shoes top".split()

#         id      backpack bag handbag boots gender hat shoes top  upper    lower
TRAIN = [
    ("0001", (2, 1, 1, 1, 1, 1, 1, 1), ["purple"], ["blue"]),
    ("0370", (1, 2, 2, 2, 2, 2, 2, 0), ["black"], ["red"]),
    ("0679", (1, 1, 1, 1, 1, 1, 1, 0), [], ["brown"]),
]
TEST = [
    ("0002", (1, 1, 1, 2, 2, 1, 2, 2), ["white"], ["black"]),
    ("0003", (2, 1, 1, 1, 1, 2, 1, 1), ["brown"], ["gray", "blue"]),
    ("0004", (1, 1, 1, 1, 1, 1, 1, 1), [], []),
    ("7139", (1, 1, 1, 1, 2, 1, 2, 2), ["green"], ["green"]),
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
    content = {"duke_attribute": {"train": part(TRAIN, list), "test": part(TEST, sorted)}}
    for name, compressed in [("duke_small.mat", True), ("duke_small_plain.mat", False)]:
        path = Path(__file__).parent / name
        scipy.io.savemat(path, content, do_compression=compressed)
        # the header's text holds the time of writing
        path.write_bytes(b"MATLAB 5.0 MAT-file, made-up persons".ljust(116) + path.read_bytes()[116:])
