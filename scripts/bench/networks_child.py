"""What networks.py does, to be called by processes that do not load the engines themselves."""

from pathlib import Path

from .programs import Programs
from .report import Row

# Names of networks_benchmark; the precision follows those of prepared networks.
BENCHMARKS = {
    "release_segmenter": "segmenter/release_512",
    "compact_segmenter": "segmenter/compact_512",
    "release_classifier": "classifier/release_16_slices",
    "compact_classifier": "classifier/compact_16_slices",
}
MEASURED = {
    "release_segmenter": "release segmenter, 1 slice of 512 x 512",
    "compact_segmenter": "compact segmenter, 1 slice of 512 x 512",
    "release_classifier": "Res2Net-101 classifier, 16 slices of 224 x 224",
    "compact_classifier": "compact classifier, 16 slices of 224 x 224",
}


def measure(programs: Programs, names: list[str], rounds: int) -> list[Row]:
    """Rows of these networks."""
    from . import networks

    return networks.measure(programs, names, rounds)


def compact_weights(programs: Programs) -> tuple[Path, Path]:
    """Random compact networks, classifier and segmenter."""
    from . import networks

    return networks.compact_weights(programs)
