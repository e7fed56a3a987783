"""Writes src/draw/font/glyphs.json: the outlines of the letters that captions are drawn with.

python glyphs.py DejaVuSansCondensed-Bold.ttf glyphs.json

Each value is the advance width, then the outline as in an SVG path with M, L and Q. Coordinates
are in 1/512 em, y upwards. Needs fontTools 4.
"""

import json
import sys

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

UNITS = 512
RANGES = [
    (0x20, 0x7F),  # ASCII
    (0xA1, 0x180),  # Latin-1, Latin Extended-A
    (0x218, 0x21C),  # Romanian
    (0x384, 0x3CF),  # Greek
    (0x400, 0x460),  # Cyrillic
]
SINGLE = [0x1E9E, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x20AC, 0xFFFD]


class PathPen(BasePen):
    def __init__(self, glyphs, scale):
        super().__init__(glyphs)
        self.scale = scale
        self.path = ""

    def _point(self, point):
        return f"{round(point[0] * self.scale)} {round(point[1] * self.scale)}"

    def _moveTo(self, point):
        self.path += "M" + self._point(point)

    def _lineTo(self, point):
        self.path += "L" + self._point(point)

    def _qCurveToOne(self, control, point):
        self.path += f"Q{self._point(control)} {self._point(point)}"


def main(font_path, json_path):
    font = TTFont(font_path)
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    scale = UNITS / font["head"].unitsPerEm
    outlines = {}
    for code in [*(c for first, end in RANGES for c in range(first, end)), *SINGLE]:
        if code == 0xAD or code not in names:
            continue
        glyph, pen = glyphs[names[code]], PathPen(glyphs, scale)
        glyph.draw(pen)
        outlines[chr(code)] = f"{round(glyph.width * scale)}{pen.path}"
    with open(json_path, "w", encoding="utf-8") as file:
        json.dump(outlines, file, ensure_ascii=False, indent=2)
        file.write("\n")


main(*sys.argv[1:])
