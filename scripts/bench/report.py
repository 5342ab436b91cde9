"""Rounds of candidates, and the table that they end up in."""

import os
import platform
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
LIMITS = ("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "MKL_ENABLE_INSTRUCTIONS")


@dataclass
class Row:
    """What one candidate took, every round."""

    part: str
    measured: str
    candidate: str
    baseline: str
    values: list[float] = field(default_factory=list)
    unit: str = "s"
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)


def say(line: str) -> None:
    """Progress, which is no part of the table."""
    print(line, file=sys.stderr, flush=True)


def interleave(candidates: dict[str, Callable[[], float]], rounds: int, title: str) -> dict[str, list[float]]:
    """Values of every candidate. A B C A B C: a burst of other work on the machine hits all of them alike."""
    values: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(1, rounds + 1):
        for name, measure in candidates.items():
            values[name].append(measure())
            say(f"{title}: round {number} of {rounds}, {name}: {values[name][-1]:.4g}")
    return values


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def processor() -> dict[str, object]:
    """Model name, cores, and which of INSTRUCTIONS the processor has."""
    model, flags = platform.machine(), set[str]()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            model = value.strip()
        elif key.strip() == "flags":
            flags = set(value.split())
    return {
        "model": model,
        "cores": cores(),
        "instructions": {name: name in flags for name in INSTRUCTIONS},
        "limits": {name: os.environ[name] for name in LIMITS if name in os.environ},
    }


def computes_in_bf16() -> bool:
    """Whether the processor has instructions for bf16 and no setting takes them away."""
    found = processor()
    limited = any("bf16" not in value.lower() and "amx" not in value.lower() for value in found["limits"].values())
    return not limited and (found["instructions"]["avx512_bf16"] or found["instructions"]["amx_bf16"])


def has_amx() -> bool:
    """Whether jcs may use the processor's matrix unit."""
    found = processor()
    limit = found["limits"].get("ATEN_CPU_CAPABILITY", "avx512")
    return found["instructions"]["amx_bf16"] and found["instructions"]["avx512_bf16"] and limit == "avx512"


def head(rounds: int) -> str:
    """What the figures were taken on."""
    found = processor()
    present = ", ".join(f"{name} {'yes' if has else 'no'}" for name, has in found["instructions"].items())
    lines = [
        f"{found['model']}, {found['cores']} cores; {present}.",
        f"Candidates take turns; medians of {rounds}; load average {os.getloadavg()[0]:.1f} at the end.",
        '"Of baseline" is the ratio of medians: below 1 is less time or less memory than the baseline.',
    ]
    if found["limits"]:
        lines.append(
            f"Limited by {', '.join(f'{k}={v}' for k, v in found['limits'].items())}: binds LibTorch, jcs and "
            "OpenVINO; ONNX Runtime takes what the processor has."
        )
    return "\n".join(lines)


def number(value: float) -> str:
    """Three digits that say something."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}"


def table(rows: list[Row]) -> str:
    """The rows as Markdown, each with its ratio to the baseline of the same part and measurement."""
    medians = {(row.part, row.measured, row.candidate): row.median for row in rows if row.values}
    lines = [
        "| part | measured | candidate | median | least – most | of baseline | baseline | note |",
        "|---|---|---|--:|--:|--:|---|---|",
    ]
    for row in rows:
        median = spread = ratio = "–"
        if row.values:
            median = f"{number(row.median)} {row.unit}"
            spread = f"{number(min(row.values))} – {number(max(row.values))}"
            base = medians.get((row.part, row.measured, row.baseline))
            ratio = f"{row.median / base:.2f}" if base else "–"
        cells = (row.part, row.measured, row.candidate, median, spread, ratio, row.baseline, row.note)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def raw(rows: list[Row], rounds: int) -> dict[str, object]:
    """Everything for --json."""
    return {"processor": processor(), "rounds": rounds, "rows": [asdict(row) for row in rows]}
