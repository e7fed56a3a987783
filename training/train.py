"""Trains everyday8. See README.md for the command and what it takes."""

from __future__ import annotations

import argparse
import copy
import math
import random
import time
from pathlib import Path

import torch
from torch import Tensor

from anchors import anchors_for
from data import GENTLE_ZOOM, ZOOM, Pictures
from loss import retinanet_loss
from network import RetinaNet, join

SERVED_SIZE = 320
BATCH = 16
HEAD_RATE, BACKBONE_RATE = 1e-3, 2e-4
SETTLING_SHARE = 0.4  # of these rates, to begin with
WEIGHT_DECAY = 0.05
WARM_UP_STEPS = 150
CLIP_NORM = 5.0
AVERAGE = 0.998  # of the exponential moving average of the weights
BOX_WEIGHT = 1.0


def main() -> None:
    options = read_options()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    pictures = Pictures(options.data, "without" if options.holdout else "none")
    model = RetinaNet(classes=len(pictures.labels))
    model.backbone.load(options.backbone)
    model.backbone.freeze_early()
    if options.settle:
        model.load_state_dict(torch.load(options.settle)["average"])
    model = model.to(memory_format=torch.channels_last)
    run = Run(model, options.epochs * (len(pictures) // BATCH), SETTLING_SHARE if options.settle else 1)
    options.out.mkdir(parents=True, exist_ok=True)
    first = run.resume(options.out / "last.pt")
    for epoch in range(first, options.epochs):
        started = time.time()
        size = SERVED_SIZE if options.settle else size_of(epoch, options.epochs)
        losses = run.epoch(pictures, size, GENTLE_ZOOM if options.settle else ZOOM)
        run.save(options.out / "last.pt", epoch + 1, pictures.labels)
        print(f"epoch {epoch + 1}: class {losses[0]:.4f} box {losses[1]:.4f} in {time.time() - started:.0f} s", flush=True)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.json and images/")
    parser.add_argument("--backbone", type=Path, required=True, help="MobileNetV2 weights (.npz)")
    parser.add_argument("--out", type=Path, required=True, help="where the checkpoint goes; resumed from if there")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--settle", type=Path, help="start from this checkpoint's averaged weights, with gentler zoom")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--holdout", action="store_true", help="keep a tenth out, for choosing settings")
    return parser.parse_args()


def size_of(epoch: int, epochs: int) -> int:
    """Smaller pictures first: the last third alone runs at the size that is served."""
    return 256 if epoch < epochs // 3 else 288 if epoch < 2 * epochs // 3 else SERVED_SIZE


class Run:
    """One training run: optimiser, schedule and averaged weights."""

    def __init__(self, model: RetinaNet, steps: int, share: float):
        self.model, self.steps, self.step = model, steps, 0
        self.average = copy.deepcopy(model).requires_grad_(False)
        backbone = [p for p in model.backbone.parameters() if p.requires_grad]
        heads = [p for name, p in model.named_parameters() if not name.startswith("backbone.")]
        groups = [
            {"params": backbone, "peak": share * BACKBONE_RATE},
            {"params": heads, "peak": share * HEAD_RATE},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=HEAD_RATE, weight_decay=WEIGHT_DECAY)

    def epoch(self, pictures: Pictures, size: int, zoom: tuple[float, float]) -> tuple[float, float]:
        """Runs every picture once; returns the mean class and box loss."""
        order = random.sample(range(len(pictures)), len(pictures))
        batches = [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]
        sums = [0.0, 0.0]
        for number, batch in enumerate(batches):
            losses = self.train_on([pictures.augmented(index, size, zoom) for index in batch])
            sums = [total + loss.item() for total, loss in zip(sums, losses)]
            if number % 20 == 0:
                print(f"  step {self.step}: {losses[0]:.4f} {losses[1]:.4f}", flush=True)
        return sums[0] / len(batches), sums[1] / len(batches)

    def train_on(self, samples: list[tuple[Tensor, Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        images = torch.stack([s[0] for s in samples]).contiguous(memory_format=torch.channels_last)
        logits, deltas = self.model(images)
        anchors = anchors_for([tuple(level.shape[2:]) for level in logits])
        objects = [(boxes, classes) for _, boxes, classes in samples]
        losses = retinanet_loss(join(logits, self.model.classes), join(deltas, 4), anchors, objects)
        self.set_rates()
        self.optimizer.zero_grad(set_to_none=True)
        (losses[0] + BOX_WEIGHT * losses[1]).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        self.optimizer.step()
        self.step += 1
        self.follow()
        return losses[0].detach(), losses[1].detach()

    def set_rates(self) -> None:
        """Linear warm-up, then a cosine to nothing."""
        warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        cosine = 0.5 * (1 + math.cos(math.pi * self.step / self.steps))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * warm * cosine

    def follow(self) -> None:
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters()):
                mean.lerp_(now, 1 - keep)

    def save(self, file: Path, epochs_done: int, labels: list[str]) -> None:
        """Writes beside the file first, so that a stopped run never leaves half a checkpoint."""
        state = {
            "model": self.model.state_dict(), "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(), "step": self.step, "epochs": epochs_done, "labels": labels,
        }  # fmt: skip
        torch.save(state, file.with_suffix(".part"))
        file.with_suffix(".part").replace(file)

    def resume(self, file: Path) -> int:
        if not file.exists():
            return 0
        state = torch.load(file)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        return state["epochs"]


if __name__ == "__main__":
    main()
