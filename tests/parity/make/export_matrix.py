"""Exports small random torchvision RetinaNets in many ways, with torchvision's boxes for each.

    python3 tests/parity/make/export_matrix.py DIR [NAME ...]

Wants torch, torchvision, onnx and onnxscript. For each name of EXPORTS, or for those that are named, it writes into DIR

    NAME.onnx        the graph, and NAME.onnx.data if the weights lie outside
    NAME.WxH.json    torchvision's detections, best first; boxes are xyxy in source pixels
    WxH.png          the picture

tests/parity/export_table.ts describes every graph of such a folder, and prints the table of docs/bring-your-own.md.
"""

import io
import json
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.ops import Conv2dNormActivation
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool, LastLevelP6P7

from golden import draw, encode_json, encode_png, standardise, to_tensor

PAPER = [[size, int(size * 2 ** (1 / 3)), int(size * 2 ** (2 / 3))] for size in (32, 64, 128, 256, 512)]
THREE = [0.5, 1.0, 2.0]
P2P6 = [[16, 20, 25], [32, 40, 50], [64, 80, 101], [128, 161, 203], [256, 322, 406]]

# Properties that differ from: joined heads, logits, P3 to P7, nine anchors, three classes, any size, named outputs.
EXPORTS = {
    "joined_legacy": {},
    "joined_dynamo": {"exporter": "dynamo"},
    "joined_legacy_unnamed": {"named": False},
    "joined_dynamo_unnamed": {"exporter": "dynamo", "named": False},
    "joined_legacy_fixed": {"size": (448, 320)},
    "joined_dynamo_fixed": {"exporter": "dynamo", "size": (448, 320)},
    "joined_dynamo_external": {"exporter": "dynamo", "external": True},
    "joined_legacy_bare": {"named": False, "bare": True},
    "joined_legacy_k1": {"classes": 1},
    "joined_legacy_k91": {"classes": 91},
    "joined_sigmoid_legacy": {"sigmoid": True},
    "joined_sigmoid_dynamo": {"exporter": "dynamo", "sigmoid": True},
    "joined_sigmoid_k91": {"sigmoid": True, "classes": 91},
    "joined_k4_unnamed": {"classes": 4, "named": False, "size": (448, 320)},
    "joined_k4_dynamo_unnamed": {"classes": 4, "named": False, "exporter": "dynamo"},
    "joined_k4_sigmoid_unnamed": {"classes": 4, "named": False, "sigmoid": True},
    "joined_k4_bare": {"classes": 4, "named": False, "bare": True},
    "levels_legacy": {"form": "levels"},
    "levels_legacy_unnamed": {"form": "levels", "named": False},
    "levels_dynamo": {"form": "levels", "exporter": "dynamo"},
    "levels_legacy_bare": {"form": "levels", "bare": True, "named": False},
    "levels_legacy_fixed": {"form": "levels", "size": (448, 320)},
    "levels_sigmoid": {"form": "levels", "sigmoid": True},
    "levels_k4_unnamed": {"form": "levels", "classes": 4, "named": False},
    "ratios_own": {"ratios": [1 / 3, 1.0, 3.0]},
    "sizes_own": {"sizes": [[size, size * 1.25, size * 1.6] for size in (24, 48, 96, 192, 384)]},
    "anchors_2": {"sizes": [[32], [64], [128], [256], [512]], "ratios": [1.0, 2.0], "classes": 2},
    "anchors_15": {"ratios": [1 / 3, 0.5, 1.0, 2.0, 3.0]},
    "p2p6_legacy": {"levels": "p2p6", "sizes": P2P6},
    "p2p6_dynamo": {"levels": "p2p6", "sizes": P2P6, "exporter": "dynamo"},
    "p2p6_fixed": {"levels": "p2p6", "sizes": P2P6, "size": (448, 320)},
    "p2p6_fixed_512": {"levels": "p2p6", "sizes": P2P6, "size": (512, 512)},
    "p2p6_levels": {"levels": "p2p6", "sizes": P2P6, "form": "levels"},
    "p3p5_legacy": {"levels": "p3p5", "sizes": PAPER[:3]},
    "p3p4_legacy": {"levels": "p3p4", "sizes": PAPER[:2]},
    "p3p4_levels": {"levels": "p3p4", "sizes": PAPER[:2], "form": "levels"},
    "with_anchors": {"form": "anchors"},
    "decoded_fixed": {"form": "decoded", "size": (448, 320)},
    "decoded_dynamic": {"form": "decoded"},
    "whole_legacy": {"form": "whole"},
    "whole_legacy_static": {"form": "whole", "size": (500, 333)},
    "whole_batched": {"form": "whole_batched"},
}

PICTURES = [(500, 333), (427, 640)]


def main() -> None:
    folder, *names = sys.argv[1:]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or EXPORTS:
        try:
            make(folder, name, **EXPORTS[name])
            print(name, "written", flush=True)
        except Exception as error:  # one exporter's failure must not end the matrix
            print(name, "FAILED:", repr(error)[:300], flush=True)


def make(folder: Path, name: str, **options) -> None:
    torch.manual_seed(0)
    model = build(**{key: options[key] for key in ("levels", "classes", "sizes", "ratios") if key in options})
    size, form = options.get("size"), options.get("form", "joined")
    if size:
        model.transform.min_size, model.transform.max_size = (min(size),), max(size)
    export(folder / f"{name}.onnx", model, **options)
    pictures = PICTURES if size is None or form == "whole" else [(size[0] * 3 // 2, size[1] * 3 // 2)]
    for number, (width, height) in enumerate(pictures):
        picture = draw(width, height, shapes=30, seed=number)
        (folder / f"{width}x{height}.png").write_bytes(encode_png(picture))
        with torch.no_grad():
            found = model([to_tensor(picture)])[0]
        columns = (found[key].tolist() for key in ("labels", "scores", "boxes"))
        rows = [{"label": label, "score": score, "box": box} for label, score, box in zip(*columns)]
        golden = {"image": f"{width}x{height}.png", "framework": f"torchvision {torchvision.__version__}"}
        (folder / f"{name}.{width}x{height}.json").write_bytes(encode_json({**golden, "detections": rows}))


def build(levels="p3p7", classes=3, sizes=None, ratios=None, channels=12) -> RetinaNet:
    """torchvision's RetinaNet, with its defaults where nothing else is named."""
    widths = [3, 8, 8, channels, channels, channels]
    body = OrderedDict()
    for i in range(1, 6):
        body[f"c{i}"] = Conv2dNormActivation(widths[i - 1], widths[i], stride=2, norm_layer=None)
    first, top = {
        "p3p7": (3, LastLevelP6P7(channels, channels)),
        "p2p6": (2, LastLevelMaxPool()),
        "p3p5": (3, None),
        "p3p4": (3, None),
    }[levels]
    last = 4 if levels == "p3p4" else 5
    taken = {f"c{i}": str(i) for i in range(first, last + 1)}
    if levels == "p3p4":
        del body["c5"]
    fed = [widths[i] for i in range(first, last + 1)]
    backbone = BackboneWithFPN(nn.Sequential(body), taken, fed, channels, extra_blocks=top)
    if top is None:
        backbone.fpn.extra_blocks = None
    sizes = tuple(tuple(each) for each in sizes or PAPER)
    anchors = AnchorGenerator(sizes, (tuple(ratios or THREE),) * len(sizes))
    model = RetinaNet(backbone, classes, anchor_generator=anchors).eval()
    set_weights(model, classes, channels, levels)
    return model


@torch.no_grad()
def set_weights(model: RetinaNet, classes: int, channels: int, levels: str) -> None:
    random = np.random.RandomState(6)
    convs = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    for conv in convs:
        smooth = random.standard_normal((*conv.weight.shape[:2], 1, 1))
        conv.weight.copy_(torch.from_numpy(smooth + 2 * random.standard_normal(conv.weight.shape)))
        conv.weight /= conv.weight[0].numel() ** 0.5
        if conv.bias is None:
            conv.bias = nn.Parameter(torch.zeros(conv.out_channels))
        conv.bias.zero_()
    hooks = [conv.register_forward_hook(standardise()) for conv in convs]
    model([to_tensor(draw(640, 480, shapes=60, seed=0))])
    for hook in hooks:
        hook.remove()
    logits, deltas = model.head.classification_head.cls_logits, model.head.regression_head.bbox_reg
    # Many classes have extreme logits: their sigmoids would be as near as float32 numbers below 1 are, so that another
    # sigmoid would turn their order round.
    # So have pyramids with P2, or with P3 and P4 only.
    gain, mean = (1.3, 5.5) if classes < 20 and levels in ("p3p7", "p3p5") else (0.6, 4.5)
    logits.weight *= gain
    logits.bias.mul_(gain).sub_(mean)
    deltas.weight *= 0.1
    deltas.bias *= 0.1


class Heads(nn.Module):
    """The model between its transform and its post-processing, in one of several forms."""

    def __init__(self, model: RetinaNet, form: str, sigmoid: bool):
        super().__init__()
        self.model, self.form, self.sigmoid = model, form, sigmoid

    def forward(self, images: Tensor):
        model = self.model
        features = list(model.backbone(images).values())
        last = torch.sigmoid if self.sigmoid else (lambda values: values)
        if self.form == "levels":
            return tuple(last(x) for x in self.of_levels(features, "logits")) + tuple(self.of_levels(features, "deltas"))
        heads = model.head(features)
        logits, deltas = heads["cls_logits"], heads["bbox_regression"]
        if self.form == "joined":
            return last(logits), deltas
        size = torchvision.models.detection.image_list.ImageList(images, [(images.shape[2], images.shape[3])])
        anchors = model.anchor_generator(size, features)[0]
        if self.form == "anchors":
            return last(logits), deltas, anchors
        return torch.sigmoid(logits), model.box_coder.decode_single(deltas[0], anchors)[None]

    def of_levels(self, features: list, kind: str) -> list:
        head = self.model.head.classification_head if kind == "logits" else self.model.head.regression_head
        final = head.cls_logits if kind == "logits" else head.bbox_reg
        return [final(head.conv(feature)) for feature in features]


class Whole(nn.Module):
    def __init__(self, model: RetinaNet, batched: bool):
        super().__init__()
        self.model, self.batched = model, batched

    def forward(self, image: Tensor):
        found = self.model([image[0] if self.batched else image])[0]
        return found["boxes"], found["scores"], found["labels"]


def export(file, model, form="joined", exporter="legacy", named=True, size=None, sigmoid=False, external=False, bare=False, **_):
    whole = form.startswith("whole")
    module = Whole(model, form == "whole_batched") if whole else Heads(model, form, sigmoid)
    width, height = size or (384, 320)
    module.eval()  # else the tracer puts the model back into training mode
    image = torch.rand(1, 3, height, width)
    if form in ("whole", "whole_legacy"):
        image = image[0]
    names = names_of(form, model) if named else None
    inputs = ["images"] if named else None
    axes = [2, 3] if image.ndim == 4 else [1, 2]
    settings: dict = {"input_names": inputs, "output_names": names}
    if exporter == "legacy":
        settings |= {"opset_version": 17, "dynamo": False}
        if size is None:
            with torch.no_grad():
                outputs = module(image)
            given = names or [str(i) for i in range(len(outputs))]
            settings |= {"input_names": ["images"], "output_names": given}
            settings["dynamic_axes"] = {"images": {axes[0]: "h", axes[1]: "w"}}
            for name, output in zip(given, outputs):
                if form == "levels":
                    settings["dynamic_axes"][name] = {2: f"{name}h", 3: f"{name}w"}
                elif whole:
                    settings["dynamic_axes"][name] = {0: "m"}
                elif output.ndim == 2:
                    settings["dynamic_axes"][name] = {0: "r"}
                else:
                    settings["dynamic_axes"][name] = {1: "r"}
    else:
        settings |= {"dynamo": True, "external_data": external, "verbose": False}
        if size is None:
            dims = {axes[0]: torch.export.Dim("h", min=64, max=4096), axes[1]: torch.export.Dim("w", min=64, max=4096)}
            settings["dynamic_shapes"] = ({axis: torch.export.Dim.DYNAMIC for axis in dims},)
    torch.onnx.export(module, (image,), str(file), **settings)
    if bare:
        strip(file)


def names_of(form: str, model: RetinaNet) -> list:
    if form == "levels":
        count = len(model.anchor_generator.sizes)
        return [f"c{i}" for i in range(count)] + [f"r{i}" for i in range(count)]
    return {
        "joined": ["cls_logits", "bbox_regression"],
        "anchors": ["cls_logits", "bbox_regression", "anchors"],
        "decoded": ["scores", "boxes"],
    }.get(form, ["boxes", "scores", "labels"])


def strip(file: Path) -> None:
    """Takes every name that tells the framework out of a graph, as some optimisers do."""
    model = onnx.load(file)
    model.producer_name = model.producer_version = ""
    new: dict = {}
    kept = {value.name for value in [*model.graph.input, *model.graph.output]}
    for values in [[t.name for t in model.graph.initializer], *[node.output for node in model.graph.node]]:
        for name in values:
            if name and name not in kept:
                new[name] = f"v{len(new)}"
    for tensor in model.graph.initializer:
        tensor.name = new.get(tensor.name, tensor.name)
    for node in model.graph.node:
        node.name = ""
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                raise ValueError("a graph with branches cannot be stripped")
    del model.graph.value_info[:]
    onnx.save(model, file)


if __name__ == "__main__":
    main()
