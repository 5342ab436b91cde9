"""What a case is: files, a command, and what may come of it."""
import dataclasses
import pathlib
from collections.abc import Callable

USAGE, INPUT, WEIGHTS, OUTPUT = 2, 3, 4, 5


@dataclasses.dataclass
class Case:
    """`make` gets a folder and writes the files into it. In `words`, {case} is that folder, {in} the sound inputs, {out} an
    empty place for results. `codes`: the exit codes that are right; 0 among them where a whole right answer is possible.
    `check` gets the place of results after a success and says what is wrong with them. `during` gets the folder and an
    event; it changes files until the event is set. `seconds` and `mib`: what the command may take at most."""
    name: str
    program: str
    words: list
    codes: set
    make: Callable[[pathlib.Path], None]
    quick: bool = False
    check: Callable | None = None
    during: Callable | None = None
    seconds: float = 10
    mib: float = 1024


def diagnose(name, make, codes=frozenset({INPUT}), study="{case}/study", more=(), **rest):
    """A diagnosis that classifies alone."""
    words = [study, "--weights-cls", "{in}/cls.safetensors", "--segment", "never", "-o", "{out}/result", "--quiet", *more]
    return Case(name, "jcs_diagnose", words, set(codes), make, **rest)


def list_series(name, make, codes=frozenset({INPUT}), **rest):
    """What a folder holds: every header is read, no network is needed."""
    return Case(name, "jcs_diagnose", ["{case}/study", "--list-series"], set(codes), make, **rest)


def report(name, make, image, mask, codes=frozenset({0, INPUT}), **rest):
    """The figures of a data set of one slice; needs no network, so that builds without LibTorch meet the readers too. A
    figure that needs no pixels of the image may be right whatever they are."""
    def made(folder):
        make(folder)
        (folder / "all.csv").write_text(f"image,mask,label,patient\n{image},{mask},1,p\n")
    return Case(name, "jcs_data", ["report", "{case}/all.csv", "--json", "{out}/report.json", "--quiet"], set(codes), made, **rest)


def inspect(name, make, file, **rest):
    return Case(name, "jcs_weights", ["inspect", "{case}/" + file], {WEIGHTS}, make, **rest)


def convert(name, make, file, **rest):
    return Case(name, "jcs_weights", ["convert", "{case}/" + file, "{out}/new.safetensors"], {WEIGHTS}, make, **rest)
