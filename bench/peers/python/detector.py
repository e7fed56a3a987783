"""RetinaNet detector of the Python peers: Pillow decodes, onnxruntime runs, numpy does the rest.

It is what a careful Python programmer would write. The JPEG decoder scales (`draft`), no step loops
over pixels or anchors, and boxes are decoded only for the pairs above the threshold.
"""

import io
import json
import math
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


class Detector:
    """Detector of the model that a manifest describes."""

    def __init__(self, manifest_path: str, threads: int):
        manifest = json.loads(Path(manifest_path).read_text())
        self.labels = manifest["labels"]
        self.side = manifest["resize"]["width"]
        self.multiple = manifest["pad"]["of"]
        mean, std = np.float32(manifest["input"]["mean"]), np.float32(manifest["input"]["std"])
        self.gain = (1 / (manifest["input"]["divisor"] * std)).astype(np.float32)
        self.bias = (-mean / std).astype(np.float32)
        self.levels = manifest["anchors"]["levels"]
        self.ratios = manifest["anchors"]["ratios"]
        self.outputs = manifest["outputs"]["scores"] + manifest["outputs"]["deltas"]
        self.clamp = manifest["boxes"]["clamp"]
        self.threshold = manifest["postprocess"]["score"]
        self.iou = manifest["postprocess"]["nms"]["iou"]
        self.limit = manifest["postprocess"]["limit"]
        self.per_level = manifest["postprocess"]["candidates"]["perLevel"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        graph = Path(manifest_path).parent / manifest["graph"]["file"]
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(str(graph), options, providers=providers)

    def detect(self, image_bytes: bytes) -> list[dict]:
        """Returns the detections in an encoded image, best first."""
        tensor, source, scaled = self._tensor(image_bytes)
        heads = self.session.run(self.outputs, {"image": tensor})
        boxes, scores, classes = self._candidates(heads, scaled)
        kept = nms_per_class(boxes, scores, classes, self.iou)[: self.limit]
        boxes[:, 0::2] *= source[0] / scaled[0]
        boxes[:, 1::2] *= source[1] / scaled[1]
        return [
            {
                "label": self.labels[classes[i]],
                "score": float(scores[i]),
                "box": [float(side) for side in boxes[i]],
            }
            for i in kept
        ]

    def _tensor(self, image_bytes: bytes):
        """Returns the padded tensor, the size of the upright image and its size in the tensor."""
        image = Image.open(io.BytesIO(image_bytes))
        width, height = upright_size(image)
        ratio = min(self.side / width, self.side / height)
        scaled = math.floor(width * ratio + 0.5), math.floor(height * ratio + 0.5)
        image.draft("RGB", scaled if image.size == (width, height) else scaled[::-1])
        image = ImageOps.exif_transpose(image).convert("RGB")
        image = image.resize(scaled, Image.Resampling.BILINEAR)
        pixels = np.asarray(image, dtype=np.float32) * self.gain + self.bias
        padded_width = math.ceil(scaled[0] / self.multiple) * self.multiple
        padded_height = math.ceil(scaled[1] / self.multiple) * self.multiple
        tensor = np.zeros((1, 3, padded_height, padded_width), np.float32)
        tensor[0, :, : scaled[1], : scaled[0]] = pixels.transpose(2, 0, 1)
        return tensor, (width, height), scaled

    def _candidates(self, heads, scaled):
        """Returns boxes, scores and class ids of the pairs above the threshold, best first."""
        cut = math.log(self.threshold / (1 - self.threshold))
        count = len(self.levels)
        parts = [
            self._candidates_of_level(level, heads[i][0], heads[count + i][0], cut)
            for i, level in enumerate(self.levels)
        ]
        boxes, logits, classes = (np.concatenate(column) for column in zip(*parts))
        boxes = boxes.clip(0, [scaled[0], scaled[1], scaled[0], scaled[1]])
        order = np.argsort(-logits, kind="stable")
        return boxes[order], 1 / (1 + np.exp(-logits[order])), classes[order]

    def _candidates_of_level(self, level, logits, deltas, cut):
        height, width = logits.shape[1:]
        class_count = len(self.labels)
        logits = logits.reshape(-1, class_count, height, width)
        deltas = deltas.reshape(-1, 4, height, width)
        anchor, label, row, column = np.nonzero(logits > cut)
        found = logits[anchor, label, row, column]
        if len(found) > self.per_level:
            best = np.argsort(-found, kind="stable")[: self.per_level]
            anchor, label, row, column, found = (
                index[best] for index in (anchor, label, row, column, found)
            )
        shapes = np.array(
            [(s / math.sqrt(r), s * math.sqrt(r)) for r in self.ratios for s in level["sizes"]]
        )
        size = shapes[anchor]
        centre = (np.stack([column, row], 1) + 0.5) * level["stride"]
        delta = deltas[anchor, :, row, column]
        centre = centre + delta[:, :2] * size
        size = size * np.exp(np.minimum(delta[:, 2:], self.clamp))
        return np.concatenate([centre - size / 2, centre + size / 2], 1), found, label


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Returns width and height after the EXIF orientation is applied."""
    width, height = image.size
    return (height, width) if image.getexif().get(0x0112, 1) >= 5 else (width, height)


def nms_per_class(boxes, scores, classes, limit: float) -> list[int]:
    """Returns the indices that NMS keeps, best first. The boxes are ordered by score."""
    # Moved apart by class, boxes of two classes never overlap.
    moved = boxes + (classes * (boxes.max(initial=0) + 1))[:, None]
    areas = (moved[:, 2] - moved[:, 0]) * (moved[:, 3] - moved[:, 1])
    left = np.arange(len(scores))
    kept = []
    while len(left) > 0:
        best, left = left[0], left[1:]
        kept.append(int(best))
        corner = np.maximum(moved[best, :2], moved[left, :2])
        opposite = np.minimum(moved[best, 2:], moved[left, 2:])
        overlap = np.prod(np.clip(opposite - corner, 0, None), axis=1)
        left = left[overlap <= limit * (areas[best] + areas[left] - overlap)]
    return kept
