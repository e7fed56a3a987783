"""Makes a small random data set with results and has pycocotools measure them.

Run from the root of the repository, with numpy and pycocotools 2.0.11 installed:

    python tests/eval/make/random_coco.py tests/eval/goldens/random_coco.json

The seed is fixed, so the same file comes out again. What it holds on purpose: crowds, many equal
scores, areas on the limits of the ranges, overlaps equal to a threshold, an image without results,
one without truth, categories without truth, without results and with nothing but a crowd, results
of an unknown category, and more than 100 results of one category in one image.
"""

import contextlib
import io
import json
import random
import sys

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FIGURES = [
    "ap", "ap50", "ap75", "apSmall", "apMedium", "apLarge",
    "ar1", "ar10", "ar100", "arSmall", "arMedium", "arLarge",
]
ANNOTATION = ["id", "image_id", "category_id", "x", "y", "width", "height", "area", "iscrowd"]
RESULT = ["image_id", "category_id", "x", "y", "width", "height", "score"]

# Not rising, so that an evaluator has to sort them.
CATEGORIES = {7: "common", 3: "frequent", 12: "rare", 1: "unseen", 9: "unfound", 5: "crowded"}
UNKNOWN_CATEGORY = 99
WITHOUT_RESULTS, WITHOUT_TRUTH, FLOODED = 4, 8, 31


def random_box(rng):
    """A box in a 640 x 480 image, equally often small, medium and large."""
    low, high = rng.choice([(8, 32), (32, 96), (96, 300)])
    width, height = rng.uniform(low, high), rng.uniform(low, high)
    x, y = rng.uniform(0, 640 - width), rng.uniform(0, 480 - height)
    return [round(value, 1) for value in (x, y, width, height)]


def random_area(rng, box):
    """Less than the box, as an outline has; now and then on a limit of the area ranges."""
    if rng.random() < 0.1:
        return rng.choice([32**2, 96**2])
    return round(box[2] * box[3] * rng.uniform(0.5, 1), 1)


def make_annotations(rng, image_ids):
    annotations = []

    def add(image_id, category_id, box, iscrowd=0):
        annotations.append({
            "id": len(annotations) + 1, "image_id": image_id, "category_id": category_id,
            "bbox": box, "area": random_area(rng, box), "iscrowd": iscrowd,
        })

    for image_id in image_ids:
        if image_id == WITHOUT_TRUTH:
            continue
        for _ in range(rng.randint(1, 7)):
            category_id = rng.choice([7, 3, 3, 3, 7, 12, 9])
            add(image_id, category_id, random_box(rng), int(rng.random() < 0.12))
        if rng.random() < 0.2:
            add(image_id, 5, random_box(rng), 1)
    rng.shuffle(annotations)
    return annotations


def shaken(rng, box, amount):
    """The box moved and scaled by about `amount` of its sides."""
    x, y, width, height = box
    x, y = x + rng.gauss(0, amount) * width, y + rng.gauss(0, amount) * height
    width *= rng.uniform(1 - amount, 1 + amount)
    height *= rng.uniform(1 - amount, 1 + amount)
    return [round(value, 1) for value in (x, y, width, height)]


def shifted_to_a_threshold(rng, box):
    """The upper part of the box, whose IoU is a threshold or next to it in the last bit."""
    return [box[0], box[1], box[2], box[3] * rng.choice([0.5, 0.55, 0.75, 0.9, 0.95])]


def find(rng, box):
    """A box such as a detector might give for this truth."""
    kind = rng.random()
    if kind < 0.1:
        return list(box)
    if kind < 0.2:
        return shifted_to_a_threshold(rng, box)
    return shaken(rng, box, rng.choice([0.03, 0.08, 0.2]))


def make_results(rng, image_ids, annotations):
    results = []

    def add(image_id, category_id, box, score):
        results.append(
            {"image_id": image_id, "category_id": category_id, "bbox": box, "score": score}
        )

    for truth in annotations:
        if truth["image_id"] == WITHOUT_RESULTS or truth["category_id"] == 9:
            continue
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
            category_id = truth["category_id"] if rng.random() < 0.95 else 3
            score = round(rng.randint(2, 20) / 20, 2)
            add(truth["image_id"], category_id, find(rng, truth["bbox"]), score)
    for image_id in image_ids:
        if image_id == WITHOUT_RESULTS:
            continue
        for _ in range(rng.randint(0, 4)):
            category_id = rng.choice([7, 3, 12, 1, UNKNOWN_CATEGORY])
            add(image_id, category_id, random_box(rng), round(rng.randint(1, 14) / 20, 2))
    # One object is found after the best 10 and within the best 100, one after these.
    for score in range(115):
        add(FLOODED, 3, random_box(rng), round(0.3 + score / 1000, 3))
    found = [truth for truth in annotations if truth["image_id"] == FLOODED
             and truth["category_id"] == 3 and not truth["iscrowd"]]
    for truth, score in zip(found, [0.37, 0.3005], strict=True):
        add(FLOODED, 3, list(truth["bbox"]), score)
    rng.shuffle(results)
    return results


def measure(dataset, results, image_ids=None):
    """The twelve figures, and label, AP and AP50 of each category, by rising category id."""
    truth = COCO()
    truth.dataset = json.loads(json.dumps(dataset))
    truth.createIndex()
    found = truth.loadRes(json.loads(json.dumps(results)))
    evaluation = COCOeval(truth, found, "bbox")
    if image_ids is not None:
        evaluation.params.imgIds = image_ids
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    per_category = []
    for row, category_id in enumerate(sorted(CATEGORIES)):
        precision = evaluation.eval["precision"][:, :, row, 0, 2]
        means = [float(part.mean()) for part in (precision, precision[0])]
        per_category.append([CATEGORIES[category_id], *means])
    return dict(zip(FIGURES, map(float, evaluation.stats))), per_category


def row_of(entry, columns):
    flat = {**entry, **dict(zip(("x", "y", "width", "height"), entry["bbox"]))}
    return [flat[column] for column in columns]


def write(path, golden):
    """JSON with one row per line, as `deno fmt` leaves it."""
    parts = []
    for key, value in golden.items():
        if isinstance(value, dict):
            rows = [f"    {json.dumps(name)}: {json.dumps(number)}" for name, number in value.items()]
            parts.append(f'  "{key}": {{\n' + ",\n".join(rows) + "\n  }")
        else:
            rows = [f"    {json.dumps(row)}" for row in value]
            parts.append(f'  "{key}": [\n' + ",\n".join(rows) + "\n  ]")
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


def main(path):
    rng = random.Random(20170807)
    image_ids = list(range(1, 41))
    rng.shuffle(image_ids)
    annotations = make_annotations(rng, image_ids)
    results = make_results(rng, image_ids, annotations)
    dataset = {
        "images": [{"id": image_id} for image_id in image_ids],
        "categories": [{"id": key, "name": name} for key, name in CATEGORIES.items()],
        "annotations": annotations,
    }
    subset = image_ids[:20]
    with contextlib.redirect_stdout(io.StringIO()):
        figures, per_category = measure(dataset, results)
        subset_figures, _ = measure(dataset, results, subset)
    write(path, {
        "imageIds": image_ids,
        "categories": list(map(list, CATEGORIES.items())),
        "annotationColumns": ANNOTATION,
        "annotations": [row_of(entry, ANNOTATION) for entry in annotations],
        "resultColumns": RESULT,
        "results": [row_of(entry, RESULT) for entry in results],
        "figures": figures,
        "perCategory": per_category,
        "subset": subset,
        "subsetFigures": subset_figures,
    })


if __name__ == "__main__":
    main(sys.argv[1])
