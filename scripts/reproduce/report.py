"""A result as files: NAME.md to read, NAME.csv to reckon with, NAME.png and NAME.pdf to look at."""

import csv
import io
import os
from dataclasses import dataclass, field

from . import paper
from .problem import OUTPUT, Problem


@dataclass
class Cell:
    """A figure with its interval beside the paper's; None: there is none."""

    value: float = None
    low: float = None
    high: float = None
    paper: float = None

    def text(self, digits=1):
        ours = number(self.value, digits)
        if self.value is not None and self.low is not None:
            ours += f" ({number(self.low, digits)} to {number(self.high, digits)})"
        if self.paper is None:
            return ours
        published = f"paper {number(self.paper, digits)}"
        return published if self.value is None else f"{ours}, {published}"


def number(value, digits):
    """Whole numbers stay whole; a dash where there is none."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


def percent(figure, published=None):
    """A Cell of a figure as the evaluation programs write it, shares as percent."""

    def scaled(value):
        return None if value is None else 100 * value

    value = figure.get("value", figure.get("mean"))
    low, high = figure.get("interval") or (None, None)
    return Cell(scaled(value), scaled(low), scaled(high), published)


@dataclass
class Report:
    name: str
    title: str
    unit: str
    rows: list = field(default_factory=list)  # (label, {column: Cell})
    notes: list = field(default_factory=list)  # sentences
    data: list = field(default_factory=list)  # what was learnt from and measured on
    budget: list = field(default_factory=list)  # a line for each training
    comparisons: list = field(default_factory=list)  # (label, {figure: as eval_seg --compare has it})
    first_column: str = "variant"
    intervals: str = "the 95 % interval"  # what stands in brackets; empty: nothing does
    digits: int = 1

    def columns(self):
        names = []
        for _, cells in self.rows:
            names += [name for name in cells if name not in names]
        return names

    def markdown(self):
        brackets = f"; in brackets {self.intervals}" if self.intervals else ""
        beside = any(cell.paper is not None for _, cells in self.rows for cell in cells.values())
        brackets += "; the paper's beside it" if beside else ""
        lines = [f"# {self.title}", "", f"Ours in {self.unit}{brackets}.", ""]
        names = self.columns()
        lines += [f"| {self.first_column} | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
        for label, cells in self.rows:
            texts = [cells[name].text(self.digits) if name in cells else "" for name in names]
            lines.append(f"| {plain(label)} | " + " | ".join(texts) + " |")
        if self.comparisons:
            lines += ["", "## Paired comparison on the same pictures", "", "Bold: the 95 % interval leaves 0 out.", ""]
            lines += ["| variants | figure | difference, points | p | pictures |", "|---|---|---|---|---|"]
            for label, figures in self.comparisons:
                for name, one in figures.items():
                    p_value = "–" if one["p_value"] is None else f"{one['p_value']:.3g}"
                    lines.append(f"| {plain(label)} | {name} | {difference(one)} | {p_value} | {one['pairs']} |")
        lines += ["", "## What this is made of", ""]
        lines += [f"- {line}" for line in self.data + [f"trained: {line}" for line in self.budget]]
        lines += ["", *[note + "\n" for note in self.notes], paper.PRIVATE_DATA, ""]
        return "\n".join(lines)

    def csv(self):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self.first_column, "figure", "value", "low", "high", "paper"])
        for label, cells in self.rows:
            for name, cell in cells.items():
                numbers = (cell.value, cell.low, cell.high, cell.paper)
                writer.writerow([plain(label), name] + ["" if n is None else f"{n:.6g}" for n in numbers])
        return text.getvalue()

    def write(self, folder, figure):
        """Writes all four files. @raises Problem when one of them cannot be written."""
        write_file(folder / f"{self.name}.md", lambda file: file.write_text(self.markdown(), encoding="utf-8"))
        write_file(folder / f"{self.name}.csv", lambda file: file.write_text(self.csv(), encoding="utf-8"))
        for ending in ("png", "pdf"):
            write_file(folder / f"{self.name}.{ending}", lambda file: figure.savefig(file, dpi=150))


def plain(label):
    """A label without what only matplotlib understands."""
    return str(label).replace("$L_{seg}$", "L_seg").replace("\n", " ")


def difference(one):
    """The difference of a paired comparison in points, bold where its interval leaves 0 out."""
    if one["difference"] is None:
        return "–"
    text = f"{100 * one['difference']:+.1f}"
    if one["interval"] is None:
        return f"{text} (no interval)"
    low, high = one["interval"]
    text += f" ({100 * low:+.1f} to {100 * high:+.1f})"
    return f"**{text}**" if low > 0 or high < 0 else text


def write_file(file, write):
    """Whole or not at all."""
    temporary = file.with_name(f".{os.getpid()}.{file.name}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Problem(f"{file}: cannot be written ({error.strerror})", OUTPUT) from error
