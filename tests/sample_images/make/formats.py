"""Writes formats/: one small image in every kind of file that the codec supports.

Run with Pillow 12 installed: python tests/sample_images/make/formats.py

The image has four quarters, upright: red, green / blue, grey. A decoder that mixes up channels,
rows, inks or orientations moves a quarter. Files named orientation-N hold the image turned so
that EXIF orientation N brings it upright again.
"""

from pathlib import Path

from PIL import Image

OUT = Path(__file__).parent.parent / "formats"
WIDTH, HEIGHT = 64, 48
QUARTERS = {(0, 0): (220, 40, 30), (1, 0): (40, 180, 60), (0, 1): (30, 60, 200), (1, 1): (128, 128, 128)}
# Transposition that each EXIF orientation undoes (Exif 2.32, tag 0x0112).
TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters() -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT))
    for (x, y), colour in QUARTERS.items():
        image.paste(colour, (x * WIDTH // 2, y * HEIGHT // 2, (x + 1) * WIDTH // 2, (y + 1) * HEIGHT // 2))
    return image


def with_hole(image: Image.Image) -> Image.Image:
    """Makes the grey quarter transparent green."""
    image = image.convert("RGBA")
    image.paste((0, 255, 0, 0), (WIDTH // 2, HEIGHT // 2, WIDTH, HEIGHT))
    return image


def sixteen_bit(image: Image.Image) -> Image.Image:
    """Converts to grey levels of 16 bits: level * 257."""
    return image.convert("L").convert("I").point(lambda level: level * 257).convert("I;16")


def main() -> None:
    OUT.mkdir(exist_ok=True)
    rgb = quarters()
    save = lambda name, image, **options: image.save(OUT / name, **options)  # noqa: E731
    save("rgb.jpg", rgb, quality=95, subsampling=0)
    save("subsampled.jpg", rgb, quality=90, subsampling=2)
    save("progressive.jpg", rgb, quality=95, progressive=True)
    save("grey.jpg", rgb.convert("L"), quality=95)
    save("cmyk.jpg", rgb.convert("CMYK"), quality=95)
    for orientation, turn in TURNED.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"orientation-{orientation}.jpg", rgb.transpose(turn), quality=95, subsampling=0, exif=exif)
    save("rgb.png", rgb)
    save("grey.png", rgb.convert("L"))
    save("one-bit.png", rgb.convert("L").point(lambda level: 255 * (level > 100)).convert("1"))
    save("sixteen-bit.png", sixteen_bit(rgb))
    save("palette.png", rgb.quantize(8))
    save("alpha.png", with_hole(rgb))
    save("grey-alpha.png", with_hole(rgb).convert("LA"))
    save("palette-alpha.png", with_hole(rgb).quantize(8))
    save("rgb.gif", rgb.quantize(8))
    frames = [rgb.quantize(8), rgb.rotate(180).quantize(8)]
    save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)


if __name__ == "__main__":
    main()
