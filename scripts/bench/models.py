"""The networks of src/models as PyTorch modules, under the same names, for engines that read ONNX.

Only what is measured is here: the JCS segmenter without the classifier's features, and Res2Net v1b.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

VGG_CONVOLUTIONS = (2, 2, 3, 3, 3)
EXPANSION = 4

BACKBONE = {"version": "v1b", "layers": [3, 4, 23, 3], "planes": 64, "base_width": 26, "scale": 4, "norm": "frozen"}
SEGMENTER = {
    "architecture": "jcs",
    "encoder": {"width": 64, "batch_norm": True, "norm": "frozen", "pool_before_last": False},
    "efm": True,
    "aff": True,
    "attention_reduction": 0,
    "reduce_highest": True,
    "fusion": "none",
}
COMPACT_BACKBONE = BACKBONE | {"layers": [1, 1, 1, 1], "planes": 16, "norm": "trained"}
COMPACT_ENCODER = {"width": 8, "batch_norm": True, "norm": "trained", "pool_before_last": True}

# What the model card calls the architecture: release() and compact() of ClassifierOptions and SegmenterOptions.
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "release_segmenter": SEGMENTER,
    "compact_segmenter": SEGMENTER | {"encoder": COMPACT_ENCODER, "attention_reduction": 4},
    "release_classifier": {"backbone": BACKBONE, "classes": 2, "bias": False},
    "compact_classifier": {"backbone": COMPACT_BACKBONE, "classes": 2, "bias": True},
}


class Norm(nn.Module):
    """Batch norm; a frozen one has no epsilon, which PyTorch's own module refuses, and does not count batches."""

    def __init__(self, channels: int, kind: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        if kind != "frozen":
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        self.eps = 0.0 if kind == "frozen" else 1e-5

    def forward(self, x: Tensor) -> Tensor:
        statistics = (self.running_mean, self.running_var)
        return torch.batch_norm(x, self.weight, self.bias, *statistics, self.training, 1.0, self.eps, True)


class ConvBlock(nn.Module):
    """Convolution with bias, batch norm where a kind is named, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, norm_kind: str = "") -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.bn = Norm(outputs, norm_kind) if norm_kind else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class SqueezeExcitation(nn.Module):
    """Scales channels by what their means say; reduction 0 leaves one hidden unit."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        hidden = max(1, channels // reduction) if reduction else 1
        self.linear1 = nn.Linear(channels, hidden)
        self.linear2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        scale = torch.sigmoid(self.linear2(F.relu(self.linear1(x.mean((2, 3))))))
        return x * scale[:, :, None, None]


class Gam(nn.Module):
    """Grouped atrous module, the block of the enhanced features."""

    def __init__(self, channels: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        wide = 2 * channels
        group = wide // len(dilations)
        self.expand_conv = ConvBlock(channels, wide, 1)
        self.reduce_conv = ConvBlock(wide, channels, 1)
        self.end_conv = ConvBlock(channels, channels)
        self.se_block = SqueezeExcitation(wide, 4)
        self.dilation_convs = nn.ModuleList(nn.Conv2d(group, group, 3, padding=d, dilation=d) for d in dilations)

    def forward(self, x: Tensor) -> Tensor:
        groups = self.expand_conv(x).chunk(len(self.dilation_convs), 1)
        joined = torch.cat([conv(part) for conv, part in zip(self.dilation_convs, groups, strict=True)], 1)
        return self.end_conv(self.reduce_conv(self.se_block(F.relu(joined))))


class Aff(nn.Module):
    """Attentive feature fusion of one stage of the decoder."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        both = channels + channels // 2
        self.se1 = SqueezeExcitation(channels, reduction)
        self.conv1 = ConvBlock(channels, channels)
        self.se2 = SqueezeExcitation(both, reduction)
        self.reduce_conv = ConvBlock(both, channels, 1)
        self.conv2 = ConvBlock(channels, channels)

    def forward(self, lateral: Tensor, top: Tensor) -> Tensor:
        fused = self.conv1(self.se1(torch.cat([lateral, top], 1)))
        return self.conv2(self.reduce_conv(self.se2(torch.cat([fused, top], 1))))


def resized_like(x: Tensor, like: Tensor) -> Tensor:
    """Bilinear, corners not aligned; sizes are constants of the exported graph."""
    size = [int(n) for n in like.shape[2:]]
    return x if [int(n) for n in x.shape[2:]] == size else F.interpolate(x, size, mode="bilinear", align_corners=False)


class Vgg(nn.Module):
    """The thirteen convolutions of VGG-16; gives the maps behind its five blocks."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        self.pool_before_last = options["pool_before_last"]
        self.channels = [options["width"] * n for n in (1, 2, 4, 8, 8)]
        inputs = 3
        for block, count in enumerate(VGG_CONVOLUTIONS, 1):
            for i in range(1, count + 1):
                setattr(self, f"conv{block}_{i}", ConvBlock(inputs, self.channels[block - 1], 3, options["norm"]))
                inputs = self.channels[block - 1]

    def forward(self, x: Tensor) -> list[Tensor]:
        maps: list[Tensor] = []
        for block, count in enumerate(VGG_CONVOLUTIONS, 1):
            if maps and (block < len(VGG_CONVOLUTIONS) or self.pool_before_last):
                x = F.max_pool2d(x, 2, 2)
            for i in range(1, count + 1):
                x = getattr(self, f"conv{block}_{i}")(x)
            maps.append(x)
        return maps


class Decoder(nn.Module):
    """From coarse to fine; gives the finest map alone, which is all that a prediction needs."""

    def __init__(self, channels: list[int], reduction: int) -> None:
        super().__init__()
        stages = list(zip(channels, channels[1:]))
        last = channels[-1]
        self.inners_a = nn.ModuleList([*(ConvBlock(c, c // 2, 1) for c, _ in stages), ConvBlock(last, last, 1)])
        self.inners_b = nn.ModuleList(ConvBlock(above, c // 2, 1) for c, above in stages)
        self.fuse = nn.ModuleList([*(Aff(c, reduction) for c, _ in stages), ConvBlock(last, last)])

    def forward(self, maps: list[Tensor]) -> Tensor:
        above = self.fuse[-1](self.inners_a[-1](maps[-1]))
        for i in reversed(range(len(maps) - 1)):
            lateral = self.inners_a[i](maps[i])
            above = self.fuse[i](lateral, resized_like(self.inners_b[i](above), lateral))
        return above


class Segmenter(nn.Module):
    """[N, 3, h, w] to the probability of opacity, [N, 1, h, w]."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        self.vgg16 = Vgg(options["encoder"])
        channels = [*self.vgg16.channels, self.vgg16.channels[-1]]
        self.gpd = Gam(channels[-1], (1, 3, 6, 9))
        self.gpd1 = Gam(channels[-1], (1, 2, 3, 4))
        self.fpn = Decoder(channels, options["attention_reduction"])
        for i, count in enumerate(channels[:-1], 1):  # cls2 ... cls5 are in the file, a prediction has no use for them
            setattr(self, f"cls{i}", nn.Conv2d(count, 1, 1))

    def logits(self, x: Tensor) -> Tensor:
        maps = self.vgg16(x)
        maps[-1] = self.gpd(maps[-1])
        maps.append(self.gpd1(F.max_pool2d(maps[-1], 2, 2)))
        return resized_like(self.cls1(self.fpn(maps)), x)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(x))


class Res2NetBlock(nn.Module):
    """A bottleneck in parts, each seeing the one before; the first of a stage strides and has independent parts."""

    def __init__(self, inputs: int, planes: int, stride: int, first: bool, options: dict[str, Any]) -> None:
        super().__init__()
        width = planes * options["base_width"] // 64
        scale, kind, outputs = options["scale"], options["norm"], planes * EXPANSION
        self.first, self.stride = first, stride
        self.conv1 = nn.Conv2d(inputs, width * scale, 1, bias=False)
        self.bn1 = Norm(width * scale, kind)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, stride, 1, bias=False) for _ in range(scale - 1))
        self.bns = nn.ModuleList(Norm(width, kind) for _ in range(scale - 1))
        self.conv3 = nn.Conv2d(width * scale, outputs, 1, bias=False)
        self.bn3 = Norm(outputs, kind)
        self.downsample = nn.Identity()
        if stride != 1 or inputs != outputs:
            pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
            self.downsample = nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=False), Norm(outputs, kind))

    def forward(self, x: Tensor) -> Tensor:
        parts = F.relu(self.bn1(self.conv1(x))).chunk(len(self.convs) + 1, 1)
        outputs: list[Tensor] = []
        for i, (conv, bn) in enumerate(zip(self.convs, self.bns, strict=True)):
            part = parts[i] if i == 0 or self.first else outputs[-1] + parts[i]
            outputs.append(F.relu(bn(conv(part))))
        outputs.append(F.avg_pool2d(parts[-1], 3, self.stride, 1) if self.first else parts[-1])
        return F.relu(self.bn3(self.conv3(torch.cat(outputs, 1))) + self.downsample(x))


class Classifier(nn.Module):
    """Res2Net v1b, global mean and a linear layer: [N, 3, h, w] to logits [N, classes]."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()
        backbone = options["backbone"]
        planes, kind = backbone["planes"], backbone["norm"]
        half = planes // 2
        self.conv1 = nn.Sequential(
            *(nn.Conv2d(3, half, 3, 2, 1, bias=False), Norm(half, kind), nn.ReLU()),
            *(nn.Conv2d(half, half, 3, 1, 1, bias=False), Norm(half, kind), nn.ReLU()),
            nn.Conv2d(half, planes, 3, 1, 1, bias=False),
        )
        self.bn1 = Norm(planes, kind)
        inputs = planes
        for stage, count in enumerate(backbone["layers"]):
            width = planes << stage
            blocks = []
            for i in range(count):
                blocks.append(Res2NetBlock(inputs, width, 2 if i == 0 and stage > 0 else 1, i == 0, backbone))
                inputs = width * EXPANSION
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, options["classes"], bias=options["bias"])

    def logits(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
        return self.fc(x.mean((2, 3)))

    def forward(self, x: Tensor) -> Tensor:
        return self.logits(x)


def build(name: str) -> nn.Module:
    """The network of this name in ARCHITECTURES."""
    options = ARCHITECTURES[name]
    return Segmenter(options) if name.endswith("segmenter") else Classifier(options)


@torch.no_grad()
def initialise(network: nn.Module, x: Tensor) -> None:
    """Random weights under which features and answers have ordinary sizes on `x`.

    With untouched batch norms, a hundred layers would answer in numbers that no difference can be judged by.
    """
    torch.manual_seed(1)
    norms = [layer for layer in network.modules() if isinstance(layer, Norm)]
    saved = [layer.eps for layer in norms]
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
            if layer.bias is not None:
                layer.bias.zero_()
    for layer in norms:
        layer.eps = 1e-5
    network.train()(x)
    for layer, eps in zip(norms, saved, strict=True):
        layer.running_var.clamp_(min=1e-3)  # of a channel that is always zero
        layer.eps = eps
    last = network.cls1 if isinstance(network, Segmenter) else network.fc
    spread = network.eval().logits(x).std()
    last.weight *= 2.0 / spread


def save(network: nn.Module, name: str, file: Path) -> None:
    """Writes the weights with the model card that jcs reads; slices are taken at their own size."""
    card = {
        "format": "pt",
        "jcs_format_version": "1",
        "task": "segmentation" if isinstance(network, Segmenter) else "classification",
        "architecture": json.dumps(ARCHITECTURES[name]),
        "preprocessing": json.dumps({"resize": 0, "crop": 0}),
        "thresholds": "{}",
        "provenance": "{}",
    }
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, file, card)


def load(name: str, file: Path) -> nn.Module:
    """The network with the file's weights; a name that either side lacks is an error."""
    network = build(name)
    network.load_state_dict(load_file(file))
    return network.eval()
