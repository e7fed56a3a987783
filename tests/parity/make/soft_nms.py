"""Writes tests/parity/soft_nms/*.json with the authors' own code.

    git clone https://github.com/bharatsingh430/soft-nms
    # build lib/nms/cpu_nms.pyx with Cython and NumPy, and put the module on PYTHONPATH
    python tests/parity/make/soft_nms.py

Sources: Bodla et al., "Soft-NMS: improving object detection with one line of code", 2017;
lib/nms/cpu_nms.pyx, function cpu_soft_nms. Its boxes end at their last pixel.
"""

import json
from pathlib import Path

import numpy as np
from cpu_nms import cpu_soft_nms

FOLDER = Path(__file__).resolve().parents[1] / "soft_nms"
METHODS = {"linear": 1, "gaussian": 2}


def boxes_around(random: np.random.RandomState, objects: int, each: int, least: float) -> np.ndarray:
    """Boxes of some objects, moved and scaled a little, with scores above the threshold."""
    rows = []
    for _ in range(objects):
        x, y, width, height = random.uniform(0, 300), random.uniform(0, 200), *random.uniform(20, 120, 2)
        for _ in range(each):
            dx, dy, dw, dh = random.normal(0, 0.15, 4)
            left, top = x + dx * width, y + dy * height
            rows.append([left, top, left + width * np.exp(dw), top + height * np.exp(dh), random.uniform(least, 1)])
    return np.array(rows, np.float32)


def write(name: str, decay: str, objects: int, each: int, seed: int, **options: float) -> None:
    given = boxes_around(np.random.RandomState(seed), objects, each, options["threshold"])
    given = given[np.argsort(-given[:, 4], kind="stable")]
    left = given.copy()
    kept = cpu_soft_nms(left, method=METHODS[decay], **options)
    golden = {
        "decay": decay,
        **options,
        "boxes": given[:, :4].astype(float).tolist(),
        "scores": given[:, 4].astype(float).tolist(),
        "kept": left[kept].astype(float).tolist(),
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    write("linear", "linear", 6, 8, 1, sigma=0.5, Nt=0.3, threshold=0.05)
    write("linear-high", "linear", 3, 12, 2, sigma=0.5, Nt=0.5, threshold=0.15)
    write("gaussian", "gaussian", 6, 8, 3, sigma=0.5, Nt=0.3, threshold=0.05)
    write("gaussian-narrow", "gaussian", 3, 12, 4, sigma=0.1, Nt=0.3, threshold=0.01)
