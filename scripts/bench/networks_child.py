"""What networks.py does, to be called by processes that do not load the engines themselves."""

from pathlib import Path

from .programs import Programs
from .report import Row


def measure(programs: Programs, names: list[str], rounds: int) -> list[Row]:
    """Rows of these networks."""
    from . import networks

    return networks.measure(programs, names, rounds)


def compact_weights(programs: Programs) -> tuple[Path, Path]:
    """Random compact networks, classifier and segmenter."""
    from . import networks

    return networks.compact_weights(programs)
