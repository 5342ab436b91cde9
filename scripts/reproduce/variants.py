"""What is trained: each variant by its settings over configs/{cls,seg}_{compact,paper}.yaml."""

from .runs import setting

# The backbone of configs/cls_SCALE.yaml, which a fused segmenter must have too.
BACKBONES = {
    "compact": ("version=v1b", "layers=[1, 1, 1, 1]", "planes=16"),
    "paper": ("version=v1", "layers=[3, 4, 6, 3]", "planes=64"),
}


def segmenter(runner, variant, settings=()):
    a = runner.arguments
    return runner.train("seg", variant, list(settings), a.train, a.validation)


def jcs(runner, efm=True, aff=True):
    name = {(True, True): "jcs", (True, False): "efm", (False, True): "aff", (False, False): "plain"}[(efm, aff)]
    settings = [f"network.efm={str(efm).lower()}", f"network.aff={str(aff).lower()}"]
    return segmenter(runner, name, settings)


def baseline(runner, architecture):
    return segmenter(runner, architecture, [f"network.architecture={architecture}"])


def fused(runner):
    """The segmenter beside whose encoder the features of a trained classifier stand."""
    backbone = [f"network.classifier.{text}" for text in BACKBONES[runner.arguments.scale]]
    weights = setting("fused_classifier.weights", classifier(runner).weights)
    return segmenter(runner, "fused", ["network.fusion=paper", *backbone, weights])


def classifier(runner, variant="standard", settings=()):
    a = runner.arguments
    return runner.train("cls", variant, list(settings), a.cls_train, a.cls_validation)


def classifiers_of_fig9(runner):
    """Without mixup, with it, and with the supervised activation map besides."""
    mixup, supervised = "mixup.alpha=0.5", "map_supervision.weight=100"
    variants = {
        "without mixup": ("plain", ["mixup.alpha=0", "map_supervision.weight=0"]),
        "with mixup": ("mixup", [mixup, "map_supervision.weight=0"]),
        "with mixup and $L_{seg}$": ("lseg", [mixup, supervised, "map_supervision.reading=paper"]),
    }
    return {label: classifier(runner, name, settings) for label, (name, settings) in variants.items()}
