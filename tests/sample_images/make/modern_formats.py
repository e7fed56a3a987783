"""Writes formats/: WebP, AVIF, BMP and some JPEG, and beside each what Pillow decodes it to, as
NAME.decoded.png.

Run with Pillow 13 (libwebp 1.6, libavif 1.4, libjpeg-turbo 3.2) and avifenc of libavif 0.11 installed:
python tests/sample_images/make/modern_formats.py

The images are those of formats.py, under smooth shades, so that a decoder that mixes up planes, depths or
ranges shows. Neither encoder is the decoder under test.
"""

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops, ImageSequence

from formats import HEIGHT, OUT, QUARTERS, TURNED, WIDTH, quarters

GRID = (128, 64)
# Too large for the memory of a small image. It has one colour, so the file has few bytes.
LARGE = (4096, 4096)


def scene(size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """Draws the quarters, darker towards the lower right."""
    shade = Image.linear_gradient("L").rotate(45).resize(size).point(lambda level: 128 + level // 2)
    return ImageChops.multiply(quarters().resize(size), Image.merge("RGB", [shade] * 3))


def with_veil(image: Image.Image) -> Image.Image:
    """Adds alpha that changes from left to right."""
    image = image.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").rotate(90).resize(image.size))
    return image


def decoded(name: str) -> None:
    """Writes the first frame as Pillow decodes it: stored pixels, orientation not applied."""
    with Image.open(OUT / name) as image:
        first = next(ImageSequence.Iterator(image))
        mode = "RGBA" if first.has_transparency_data else "RGB"
        first.convert(mode).save(OUT / f"{name}.decoded.png", optimize=True)


def save(name: str, image: Image.Image, **options: object) -> None:
    image.save(OUT / name, **options)
    decoded(name)


def avifenc(name: str, images: list[Image.Image], *options: str) -> None:
    """Encodes with the reference program, which has more options than Pillow."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for index, image in enumerate(images):
            paths.append(str(Path(folder) / f"{index}.png"))
            image.save(paths[-1])
        subprocess.run(["avifenc", "--speed", "6", *options, *paths, OUT / name], check=True, capture_output=True)
    decoded(name)


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def webp() -> None:
    save("lossy.webp", scene(), quality=80)
    save("lossless.webp", scene(), lossless=True)
    save("lossy-alpha.webp", with_veil(scene()), quality=80)
    save("lossless-alpha.webp", with_veil(scene()), lossless=True, exact=True)
    frames = [with_veil(scene()), scene().rotate(180).convert("RGBA")]
    save("animated.webp", frames[0], save_all=True, append_images=frames[1:], duration=100, quality=80)
    for value, turn in TURNED.items():
        quarters().transpose(turn).save(OUT / f"orientation-{value}.webp", lossless=True, exif=orientation(value))


def avif() -> None:
    save("rgb.avif", scene(), quality=80)
    save("alpha.avif", with_veil(scene()), quality=80)
    frames = [scene(), scene().rotate(180)]
    save("animated.avif", frames[0], save_all=True, append_images=frames[1:], duration=100, quality=80)
    for value, turn in TURNED.items():
        quarters().transpose(turn).save(
            OUT / f"orientation-{value}.avif", quality=90, subsampling="4:4:4", exif=orientation(value)
        )
    fine = ["--min", "5", "--max", "15"]
    avifenc("grey.avif", [scene().convert("L")], "--yuv", "400", *fine)
    avifenc("444.avif", [scene()], "--yuv", "444", *fine)
    avifenc("10-bit.avif", [scene()], "--depth", "10", "--yuv", "420", *fine)
    avifenc("12-bit.avif", [scene()], "--depth", "12", "--yuv", "444", *fine)
    avifenc("12-bit-alpha.avif", [with_veil(scene())], "--depth", "12", "--yuv", "422", *fine)
    wide = scene(GRID)
    tiles = [wide.crop((x, 0, x + 64, 64)) for x in (0, 64)]
    avifenc("grid.avif", tiles, "--grid", "2x1", *fine)
    Image.new("RGB", LARGE, QUARTERS[0, 0]).save(OUT / "large-flat.avif", quality=50, speed=10)
    avifenc("grid-alpha.avif", [with_veil(tile) for tile in tiles], "--grid", "2x1", *fine)


def large() -> None:
    """Writes large/: flat images, so that pixels outweigh the rest of a decoder's memory."""
    size = (2048, 1024)
    folder = OUT.parent / "large"
    opaque = Image.new("RGB", size, (200, 40, 60))
    veiled = Image.new("RGBA", size, (200, 40, 60, 128))
    kinds = ["8-400", "8-420", "8-422", "8-444", "10-420", "12-422", "10-444"]
    kinds += [f"{kind}-alpha" for kind in ("8-420", "8-444", "10-420", "12-444")]
    kinds += ["8-420-grain", "10-444-grain"]
    with tempfile.TemporaryDirectory() as temporary:
        for kind in kinds:
            depth, planes, *extra = kind.split("-")
            source = Path(temporary) / "flat.png"
            (veiled if extra == ["alpha"] else opaque).save(source)
            grain = ["-a", "film-grain-test=1"] if extra == ["grain"] else []
            fast = ["--speed", "9", "--min", "20", "--max", "40", *grain]
            command = ["avifenc", *fast, "--depth", depth, "--yuv", planes, source, folder / f"{kind}.avif"]
            subprocess.run(command, check=True, capture_output=True)
    opaque.save(folder / "lossy.webp")
    opaque.save(folder / "lossless.webp", lossless=True)
    veiled.save(folder / "lossy-alpha.webp")
    veiled.save(folder / "lossless-alpha.webp", lossless=True)
    first = Image.new("RGBA", size)
    first.paste(veiled.crop((0, 0, size[0] - 2, size[1] - 2)), (2, 2))
    options = {"save_all": True, "append_images": [veiled], "duration": 100, "quality": 80}
    first.save(folder / "animated-part.webp", **options)


def bmp() -> None:
    save("rgb.bmp", scene())
    save("one-bit.bmp", scene().convert("1"))
    save("palette.bmp", scene().quantize(50))
    save("grey.bmp", scene().convert("L"))
    with_veil(scene()).save(OUT / "alpha.bmp")


def jpeg() -> None:
    """Sizes that no MCU divides, so that edges show."""
    odd = scene((61, 45))
    save("420.jpg", odd, quality=90, subsampling="4:2:0")
    save("422.jpg", odd, quality=90, subsampling="4:2:2")
    save("444.jpg", odd, quality=90, subsampling="4:4:4")
    save("scans.jpg", odd, quality=90, subsampling="4:2:0", progressive=True)
    save("restarts.jpg", odd, quality=90, subsampling="4:2:0", restart_marker_blocks=2)
    save("inks.jpg", odd.convert("CMYK"), quality=90)


def main() -> None:
    jpeg()
    webp()
    avif()
    large()
    bmp()


if __name__ == "__main__":
    main()
