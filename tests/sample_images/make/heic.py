"""Writes formats/*.heic, and beside each what Pillow decodes it to, as NAME.decoded.png, and
large/*.heic.

Run with pillow-heif 1.8 (libheif 1.23 with x265 4.3 and libde265 1.1) and Pillow 13 installed:
python tests/sample_images/make/heic.py

Grids, rotations and damaged files are made from these by the tests.
"""

import numpy
import pillow_heif
from PIL import Image

from formats import OUT
from modern_formats import decoded, scene, with_veil

pillow_heif.register_heif_opener()

LARGE = OUT.parent / "large"
LARGE_SIZE = (2048, 1024)


def save(name: str, image: Image.Image, **options: object) -> None:
    image.save(OUT / name, quality=80, **options)
    decoded(name)


def save_deep(path, image: Image.Image, **options: object) -> None:
    """Encodes with 10 bits, from samples of 16 bits."""
    samples = numpy.asarray(image).astype("uint16") * 257
    file = pillow_heif.from_bytes(f"{image.mode};16", image.size, samples.tobytes())
    file.save(path, quality=80, **options)


def formats() -> None:
    save("rgb.heic", scene())
    save("422.heic", scene(), chroma="422")
    save("444.heic", scene(), chroma="444")
    save("grey.heic", scene().convert("L"))
    save("alpha.heic", with_veil(scene()))
    save("odd.heic", scene((61, 45)))
    save_deep(OUT / "10-bit.heic", scene())
    decoded("10-bit.heic")
    # A tile of a grid: no cropped edges.
    save("tile.heic", scene((64, 64)))


def large() -> None:
    flat = Image.linear_gradient("L").resize(LARGE_SIZE).convert("RGB")
    for chroma in ["420", "422", "444"]:
        flat.save(LARGE / f"8-{chroma}.heic", quality=50, chroma=chroma)
        save_deep(LARGE / f"10-{chroma}.heic", flat, chroma=chroma)
    flat.convert("L").save(LARGE / "8-400.heic", quality=50)
    alpha = flat.convert("RGBA")
    alpha.putalpha(Image.linear_gradient("L").resize(LARGE_SIZE))
    alpha.save(LARGE / "8-420-alpha.heic", quality=50)
    save_deep(LARGE / "10-444-alpha.heic", alpha, chroma="444")


if __name__ == "__main__":
    formats()
    large()
