"""Labels of a twin of Market-1501 as a CSV manifest, with one attribute more that is in no picture: a coin a person.

    ./launch.sh synthesize data/control/twin --seed 7 --train-identities 1000 --test-identities 400
    python docs/benchmarks/noise_attribute.py data/control/twin data/control/people.csv
    ./launch.sh prepare data/control/people.csv --output data/control/prepared.h5 --recipe recipes/demo.yaml
    ./launch.sh study docs/benchmarks/control_study.yaml --folder checkpoints/control

A study that is worth its name claims nothing for it. Needs scipy. Distractors and junk are left out.
"""

import argparse
import csv
import random
import re
from pathlib import Path

import scipy.io

BINARY = {
    "gender": ("gender", "male", "female"), "hair": ("hair", "short", "long"), "up": ("sleeve", "long", "short"),
    "down": ("lowerLength", "long", "short"), "clothes": ("lowerType", "dress", "pants"), "hat": ("hat", "no", "yes"),
    "backpack": ("backpack", "no", "yes"), "bag": ("bag", "no", "yes"), "handbag": ("handbag", "no", "yes"),
}  # fmt: skip
AGES = ("young", "teen", "adult", "old")
COLOURS = {
    "upperColour": ("up", "black white red purple gray blue green yellow"),
    "lowerColour": ("down", "black white pink gray blue green brown yellow purple"),
}


def people(twin: Path) -> dict[str, dict[str, str]]:
    """Each person's attributes by name; a colour that nobody named is empty."""
    labels = scipy.io.loadmat(twin / "market_attribute.mat", squeeze_me=True, struct_as_record=False)
    result = {}
    for half in (labels["market_attribute"].train, labels["market_attribute"].test):
        for place, person in enumerate(half.image_index):
            def code(field: str) -> int:
                return int(getattr(half, field)[place])

            row = {name: (one, two)[code(field) - 1] for field, (name, one, two) in BINARY.items()}
            row["age"] = AGES[code("age") - 1]
            for name, (prefix, colours) in COLOURS.items():
                row[name] = next((c for c in colours.split() if code(prefix + c) == 2), "")
            row["noise"] = random.Random(f"noise of {person}").choice(("no", "yes"))
            result[str(person)] = row
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("twin", type=Path)
    parser.add_argument("manifest", type=Path)
    options = parser.parse_args()
    rows = people(options.twin)
    with options.manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "split", "identity", "camera", *next(iter(rows.values()))])
        for folder, split in (("bounding_box_train", "train"), ("query", "query"), ("bounding_box_test", "gallery")):
            for picture in sorted((options.twin / folder).glob("*.jpg")):
                person, camera = re.match(r"(-?\d+)_c(\d)", picture.name).groups()
                if person in rows:
                    writer.writerow([picture.resolve(), split, person, camera, *rows[person].values()])


if __name__ == "__main__":
    main()
