"""Checks `fpnlite.py`: the network up to P4 and its subnets there, read back as float, against the int8 graph.

Pass photos with an object that is about 80 px large at 256 px.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

import fpnlite
from separable import SeparableRetinaNet, layers, separable

SIDE, P3_ROWS, P4_ROWS = 256, 32 * 32 * fpnlite.ANCHORS, 16 * 16 * fpnlite.ANCHORS
SEEN = 0.1  # score of a row whose deltas count
LEAST_CORRELATION = 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("graph", type=Path, help="the int8 graph (.onnx)")
    parser.add_argument("photos", type=Path, nargs="+")
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(str(options.graph), providers=["CPUExecutionProvider"])
    network = p4_network(options.graph)
    pairs = [rows(session, network, photo) for photo in options.photos]
    for number, name in enumerate(("scores", "deltas")):
        found, expected = (np.concatenate([pair[number][side] for pair in pairs]) for side in (0, 1))
        correlation = float(np.corrcoef(found.ravel(), expected.ravel())[0, 1])
        print(f"{name} of P4, {len(found)} rows: correlation {correlation:.4f}")
        if not correlation >= LEAST_CORRELATION:
            sys.exit(f"a correlation is below {LEAST_CORRELATION}")


def rows(session: onnxruntime.InferenceSession, network, photo: Path):
    """Found and expected scores of the classes, and deltas where the graph sees an object."""
    pixels = np.asarray(Image.open(photo).convert("RGB").resize((SIDE, SIDE), Image.BILINEAR))
    scores, deltas, _ = session.run(None, {session.get_inputs()[0].name: pixels[None]})
    expected = [part[0, P3_ROWS : P3_ROWS + P4_ROWS] for part in (scores, deltas)]
    found = network(torch.from_numpy(pixels / 127.5 - 1).float().permute(2, 0, 1)[None])
    seen = expected[0][:, 1:].max(axis=1) > SEEN
    return (found[0][:, 1:], expected[0][:, 1:]), (found[1][seen], expected[1][seen])


def p4_network(graph: Path):
    """The network up to P4 with that level's own subnets, as they are in the graph."""
    convs, model = fpnlite.read(graph), SeparableRetinaNet(classes=1).eval()
    fpnlite.load_features(model, convs)
    tower = layers(128, len(fpnlite.P4_LAYERS))
    ends = [separable(128, fpnlite.ANCHORS * columns, active=False) for columns in (fpnlite.CLASSES, 4)]
    for layer, positions in zip((*tower, *ends), (*fpnlite.P4_LAYERS, fpnlite.P4_CLASSES, fpnlite.P4_BOXES)):
        fpnlite.put_all(layer, convs, positions)

    @torch.no_grad()
    def run(image: torch.Tensor) -> list[np.ndarray]:
        p4 = tower(model.pyramid(model.backbone(image))[1])
        logits, deltas = (end(p4)[0].permute(1, 2, 0).reshape(P4_ROWS, -1) for end in ends)
        return [logits.softmax(dim=1).numpy(), deltas.numpy()]

    return run


if __name__ == "__main__":
    main()
