"""Settings that the experiments compare, by name: those of tables 1a-1d of the paper, and the prior of section 4.1."""

from __future__ import annotations

from dataclasses import dataclass, field

from anchors import RATIOS, SCALES
from loss import ClassLoss, Focal, HardExamples
from network import PRIOR

NO_PRIOR = 0.5  # confidence of every anchor if the bias of the last convolution starts at 0


@dataclass(frozen=True)
class Setting:
    """One column of choices: class loss, confidence of every anchor at the start, anchors, and the optimiser."""

    class_loss: ClassLoss = field(default_factory=Focal)
    prior: float = PRIOR
    scales: tuple = SCALES
    ratios: tuple = RATIOS
    sgd: bool = False


SETTINGS = {
    "focal": Setting(),
    "cross-entropy": Setting(Focal(alpha=None, gamma=0)),
    "cross-entropy, no prior": Setting(Focal(alpha=None, gamma=0), prior=NO_PRIOR),
    "focal, no prior": Setting(prior=NO_PRIOR),
    "gamma 0": Setting(Focal(alpha=0.75, gamma=0)),
    "gamma 0.5": Setting(Focal(alpha=0.5, gamma=0.5)),
    "gamma 1": Setting(Focal(alpha=0.25, gamma=1)),
    "gamma 5": Setting(Focal(alpha=0.25, gamma=5)),
    "ohem 512": Setting(HardExamples()),
    "anchors 1x1": Setting(scales=SCALES[:1], ratios=(1.0,)),
    "anchors 3x1": Setting(ratios=(1.0,)),
    "ohem 512, 1:3": Setting(HardExamples(negatives=3)),
    "ohem 128": Setting(HardExamples(examples=128)),
    "cross-entropy, no prior, sgd": Setting(Focal(alpha=None, gamma=0), prior=NO_PRIOR, sgd=True),
    "cross-entropy, sgd": Setting(Focal(alpha=None, gamma=0), sgd=True),
    "alpha 0.25": Setting(Focal(alpha=0.25, gamma=0)),
    "alpha 0.9": Setting(Focal(alpha=0.9, gamma=0)),
}
