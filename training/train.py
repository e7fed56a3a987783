"""Trains a detector on your photos. See README.md for the command and what it takes."""

from __future__ import annotations

import argparse
import copy
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from aligned import aligned_loss
from anchors import anchors_for
from data import GENTLE, STRONG, Augmentation, Photos, Sample
from distil import ANNOTATED, distillation_losses
from evaluate import MULTIPLE, SIDE, average_precision, detect
from manifest import existing, positive
from network import join
from separable import MEAN, STD, SeparableRetinaNet
from starts import load_start

BATCH = 16
SPREAD = 0.1  # of the sizes around the side that is served; one size for each batch, until the settling epochs
HEAD_RATE, BACKBONE_RATE = 5e-4, 1.5e-4
WEIGHT_DECAY = 0.05
WARM_UP_STEPS = 100
CLIP_NORM = 5.0
AVERAGE = 0.998  # of the exponential moving average of the weights
SETTLING = 0.25  # share of the epochs, at the end, at the size and nearly the zoom that is served
BOX_WEIGHT = 2.0


def main() -> None:
    options = read_options()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    photos = Photos(options.data, "training", MEAN, STD)
    held_out = Photos(options.data, "held-out", MEAN, STD)
    if not len(photos) or not len(held_out):
        sys.exit(f"Cannot train on {len(photos)} photos with {len(held_out)} held out: at least one of each is needed")
    run = Run(
        start(options, photos.labels), options.epochs * steps_of(photos, options.batch), options.batch, options.side,
        options.bfloat16, options.rate, [network_of(file, photos.labels) for file in options.teacher],
    )  # fmt: skip
    options.out.mkdir(parents=True, exist_ok=True)
    for epoch in range(run.resume(options.out / "last.pt"), options.epochs):
        random.seed(f"{options.seed} {epoch}")
        started = time.time()
        settling = epoch >= options.epochs * (1 - SETTLING)
        losses = run.epoch(photos, (options.side,) if settling else sizes_around(options.side), GENTLE if settling else STRONG)
        entry = {"epoch": epoch + 1, "class": losses[0], "box": losses[1], "seconds": time.time() - started}
        run.save(options.out / "last.pt", epoch + 1, photos.labels)
        if (epoch + 1) % options.measure == 0 or epoch + 1 == options.epochs:
            entry |= average_precision(held_out, detect(run.average, held_out, options.side))
        log(options.out / "log.jsonl", entry)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.json (COCO format) and images/train/")
    parser.add_argument("--out", type=Path, required=True, help="where the checkpoint goes; resumed from if there")
    parser.add_argument("--start", type=existing, help="start from the weights of a model of this folder or of fpnlite-coco (.onnx, beside its manifest), or of a checkpoint (.pt), not from random ones")
    parser.add_argument("--start-labels", type=existing, help="its labels, one per line, without the background (its manifest's)")
    parser.add_argument("--teacher", type=existing, nargs="+", default=[], help="learn what these answer, too: models of this folder (.onnx) or checkpoints (.pt)")
    parser.add_argument("--keep-backbone", action="store_true", help="train pyramid and subnets only")
    parser.add_argument("--epochs", type=positive, default=40)
    parser.add_argument("--side", type=multiple, default=SIDE, help="square that photos are fitted into, pixels (%(default)s)")
    parser.add_argument("--batch", type=positive, default=BATCH)
    parser.add_argument("--rate", type=rate, default=1.0, help="learning rates, as a share of the usual ones")
    parser.add_argument("--measure", type=positive, default=2, help="epochs between two measurements on the held-out tenth")
    parser.add_argument("--threads", type=positive, help="(all cores)")
    parser.add_argument("--bfloat16", action="store_true", help="run the network in bfloat16: 1.5 times as fast on a CPU with AMX, far slower on one without AVX-512")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.keep_backbone and not options.start:
        parser.error("--keep-backbone needs --start: a backbone of random weights finds nothing")
    return options


def multiple(text: str) -> int:
    if positive(text) % MULTIPLE:
        raise argparse.ArgumentTypeError(f"must be a multiple of {MULTIPLE}")
    return int(text)


def rate(text: str) -> float:
    if not 0 < (value := float(text)) < math.inf:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return value


def sizes_around(side: int) -> tuple[int, ...]:
    """Returns the side, a smaller and a larger one: 288, 320 and 352 for 320."""
    return tuple(round(side * factor / MULTIPLE) * MULTIPLE for factor in (1 - SPREAD, 1, 1 + SPREAD))


def start(options: argparse.Namespace, labels: list[str]) -> SeparableRetinaNet:
    model = SeparableRetinaNet(len(labels))
    if options.start:
        unknown = load_start(model, options.start, labels, options.start_labels)
        model.backbone.freeze_early()
        print(f"starts from {options.start.name}; labels that it does not have: {', '.join(unknown) or 'none'}")
    if options.keep_backbone:
        model.backbone.requires_grad_(False)
    return model.to(memory_format=torch.channels_last)


def network_of(file: Path, labels: list[str]) -> SeparableRetinaNet:
    """Returns a network with the weights of a model or of a checkpoint, which do not change."""
    network = SeparableRetinaNet(len(labels))
    load_start(network, file, labels, None)
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)


def steps_of(photos: Photos, batch: int) -> int:
    return max(1, len(photos) // batch)


def log(file: Path, entry: dict) -> None:
    with file.open("a") as lines:
        lines.write(json.dumps(entry) + "\n")
    print(" ".join(f"{key} {value:.4g}" for key, value in entry.items()), flush=True)


class Run:
    """One training run: optimiser, schedule and averaged weights."""

    rates = BACKBONE_RATE, HEAD_RATE

    def __init__(
        self, model: SeparableRetinaNet, steps: int, batch: int, side: int, bfloat16: bool = False, rate: float = 1.0,
        teachers: Sequence[SeparableRetinaNet] = (),
    ):  # fmt: skip
        self.model, self.steps, self.step, self.batch, self.side = model, steps, 0, batch, side
        self.bfloat16, self.teachers = bfloat16, teachers
        self.average = copy.deepcopy(model).requires_grad_(False)
        learnt = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        groups = [
            {"params": [p for name, p in learnt if name.startswith("backbone.") == inside], "peak": rate * peak}
            for inside, peak in zip((True, False), self.rates)
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY)

    def epoch(self, photos: Photos, sizes: tuple[int, ...], how: Augmentation) -> tuple[float, float]:
        """Runs every photo once; returns the mean class and box loss."""
        order = random.sample(range(len(photos)), len(photos))
        count, sums = steps_of(photos, self.batch), [0.0, 0.0]
        self.model.train()
        for number in range(count):
            size, indices = random.choice(sizes), order[number * self.batch : (number + 1) * self.batch]
            losses = self.train_on([photos.augmented(index, size, how) for index in indices])
            sums = [total + loss.item() for total, loss in zip(sums, losses)]
            if number % 20 == 0:
                print(f"  step {self.step}: {losses[0]:.4f} {losses[1]:.4f}", flush=True)
        return sums[0] / count, sums[1] / count

    def train_on(self, samples: list[Sample]) -> tuple[Tensor, Tensor]:
        images = torch.stack([s[0] for s in samples]).contiguous(memory_format=torch.channels_last)
        losses = self.losses(images, [(boxes, classes) for _, boxes, classes in samples])
        self.set_rates()
        self.optimizer.zero_grad(set_to_none=True)
        (losses[0] + BOX_WEIGHT * losses[1]).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        self.optimizer.step()
        self.step += 1
        self.follow()
        return losses[0].detach(), losses[1].detach()

    def losses(self, images: Tensor, objects: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        """Returns the class and the box loss of images with these boxes and classes."""
        logits, deltas = self.outputs(self.model, images)
        anchors = anchors_for([tuple(level.shape[2:]) for level in logits])
        found = self.rows(logits, deltas)
        losses = aligned_loss(*found, anchors, objects)
        if not self.teachers:
            return losses
        of_teachers = distillation_losses(found, self.answers(images), anchors)
        return ANNOTATED * losses[0] + of_teachers[0], ANNOTATED * losses[1] + of_teachers[1]

    @torch.no_grad()
    def answers(self, images: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Returns the logits and deltas of each teacher, a row for each anchor."""
        return [self.rows(*self.outputs(teacher, images)) for teacher in self.teachers]

    def outputs(self, model: nn.Module, images: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            return model(images)

    def rows(self, logits: list[Tensor], deltas: list[Tensor]) -> tuple[Tensor, Tensor]:
        """Joins the outputs of all levels to a row for each anchor."""
        return join(logits, self.model.classes).float(), join(deltas, 4).float()

    def set_rates(self) -> None:
        """Linear warm-up, then a cosine to nothing."""
        warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, self.step / self.steps)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * warm * cosine

    def follow(self) -> None:
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters()):
                mean.lerp_(now, 1 - keep)
            for mine, now in zip(self.average.buffers(), self.model.buffers()):
                mine.copy_(now)

    def save(self, file: Path, epochs_done: int, labels: list[str]) -> None:
        """Writes beside the file first, so that a stopped run never leaves half a checkpoint."""
        state = {
            "model": self.model.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "epochs": epochs_done, "labels": labels,
            "side": self.side,
        }  # fmt: skip
        torch.save(state, file.with_suffix(".part"))
        file.with_suffix(".part").replace(file)

    def resume(self, file: Path) -> int:
        if not file.exists():
            return 0
        state = torch.load(file)
        if state["side"] != self.side:
            sys.exit(f"Cannot resume {file} at {self.side} px: it was trained at {state['side']} px")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        return state["epochs"]


if __name__ == "__main__":
    main()
