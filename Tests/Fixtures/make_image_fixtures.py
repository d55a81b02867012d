"""Writes the pictures that ImagesTests reads, and what Pillow makes of them.

    python Tests/Fixtures/make_image_fixtures.py        (needs pillow and numpy)

Every input X.ext has its RGB pixels beside it as X.ext.rgb.png; every resize its result as
resize_HxW_to_HxW.png. The tests need none of this: the files are committed.
"""
from pathlib import Path

import numpy as np
from PIL import Image

OUT = Path(__file__).resolve().parent.parent / "ImagesTests" / "Fixtures"


def scene(height, width, seed=1):
    """A smooth picture with edges and a little noise."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    red = 127 + 120 * np.sin(x / 5 + y / 9)
    green = 255 * ((x // 6 + y // 7) % 2)
    blue = 255 * x / width
    noise = np.random.default_rng(seed).normal(0, 6, (height, width, 3))
    return Image.fromarray(np.clip(np.stack([red, green, blue], 2) + noise, 0, 255).astype(np.uint8))


def keep(picture, name, **options):
    """Writes `picture` as `name`, reads it back, and keeps what Pillow saw."""
    picture.save(OUT / name, **options)
    Image.open(OUT / name).convert("RGB").save(OUT / f"{name}.rgb.png")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    colour = scene(40, 27)
    keep(colour, "colour_420.jpg", quality=90, subsampling=2)
    keep(colour, "colour_444.jpg", quality=90, subsampling=0)
    keep(colour, "progressive.jpg", quality=90, progressive=True)
    keep(colour.convert("L"), "grey.jpg", quality=90)
    keep(colour.convert("CMYK"), "cmyk.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6
    keep(colour, "rotated.jpg", quality=90, exif=exif)

    keep(colour, "colour.png")
    keep(colour.convert("L"), "grey.png")
    keep(colour.convert("1"), "bits.png")
    keep(colour.quantize(16), "palette.png")
    alpha = colour.copy()
    alpha.putalpha(Image.fromarray(np.arange(40 * 27, dtype=np.uint8).reshape(40, 27)))
    keep(alpha, "alpha.png")
    deep = (np.arange(40 * 27, dtype=np.uint16).reshape(40, 27) * 60)
    Image.fromarray(deep).save(OUT / "deep.png")
    high = (deep >> 8).astype(np.uint8)
    Image.fromarray(np.stack([high] * 3, 2)).save(OUT / "deep.png.rgb.png")

    keep(colour, "colour.bmp")
    keep(colour.convert("L"), "grey.bmp")
    keep(colour.quantize(200), "palette.bmp")
    keep(colour.convert("1"), "bits.bmp")
    keep(alpha, "alpha.bmp")

    for (height, width), (new_height, new_width) in [
        ((40, 27), (56, 28)), ((40, 27), (20, 9)), ((40, 27), (40, 13)), ((40, 27), (11, 27)),
        ((40, 27), (1, 1)), ((1, 1), (5, 3)), ((128, 64), (224, 112)), ((61, 90), (224, 112)),
        ((300, 211), (32, 16)), ((40, 27), (40, 27)),
    ]:
        old = scene(height, width, seed=height)
        name = f"resize_{height}x{width}_to_{new_height}x{new_width}.png"
        old.save(OUT / f"scene_{height}x{width}.png")
        old.resize((new_width, new_height), Image.BILINEAR).save(OUT / name)


if __name__ == "__main__":
    main()
