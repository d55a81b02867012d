#!/usr/bin/env python3
"""Write imagenet_meta.mat: the form of the developers' kit's meta.mat with four made-up synsets (needs numpy, scipy).

As in the real file `synsets` is a struct array, its ILSVRC2012_IDs are not in the order of the wnids, and the last ones are
inner nodes, which no picture is of.
"""
from pathlib import Path

import numpy as np
import scipy.io

SYNSETS = [  # ILSVRC2012_ID, WNID, words, children
    (1, "n00000003", "third", []),
    (2, "n00000001", "first", []),
    (3, "n00000002", "second", []),
    (4, "n00000009", "all of them", [1, 2, 3]),
]
rows = np.zeros((len(SYNSETS), 1), dtype=[(name, object) for name in (
    "ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height", "num_train_images")])
for row, (number, wnid, words, children) in zip(rows[:, 0], SYNSETS):
    row["ILSVRC2012_ID"], row["WNID"], row["words"], row["gloss"] = float(number), wnid, words, "a gloss"
    row["num_children"], row["children"] = float(len(children)), np.array([children], dtype=float)
    row["wordnet_height"], row["num_train_images"] = float(len(children) > 0), 2.0
path = Path(__file__).parent / "imagenet_meta.mat"
scipy.io.savemat(path, {"synsets": rows}, do_compression=True)
# The header holds the time of writing; the same input is to give the same file.
data = bytearray(path.read_bytes())
data[:116] = b"MATLAB 5.0 MAT-file, made by make_imagenet_fixture.py".ljust(116)
path.write_bytes(bytes(data))
