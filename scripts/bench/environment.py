"""A Python environment of pinned engines beside the cached LibTorch, which is PyTorch's own wheel."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from .problem import OUTPUT, Problem

SCRIPTS = Path(__file__).resolve().parents[1]
REQUIREMENTS = SCRIPTS / "bench_requirements.txt"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jcs"


def libtorch() -> Path:
    """Where setup.sh unpacked LibTorch; the script alone knows the version."""
    lines = (SCRIPTS / "setup.sh").read_text(encoding="utf-8").splitlines()
    version = next(line.split("=", 1)[1] for line in lines if line.startswith("torch_version="))
    folder = CACHE / f"libtorch-{version}"
    if not (folder / "torch/lib/libtorch_cpu.so").exists():
        raise Problem(f"LibTorch {version} is not in the cache (run scripts/setup.sh)")
    return folder


def enter() -> None:
    """Goes on in the environment, which is made where it is missing; a changed list of packages makes another."""
    folder = CACHE / "bench" / f"venv-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]}"
    if Path(sys.prefix).resolve() == folder.resolve():
        return
    torch, python, complete = libtorch(), folder / "bin/python", folder / "complete"
    if not complete.exists():  # written last: an interrupted installation is begun anew
        print(f"installing {REQUIREMENTS.name} into the cache", file=sys.stderr)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for words in (
            # The same Python as setup.sh took, which the wheel's modules are built for.
            ["/usr/bin/python3", "-m", "venv", "--clear", str(folder)],
            [*pip, "--only-binary", ":all:", "--require-hashes", "--requirement", str(REQUIREMENTS)],
        ):
            if subprocess.run(words, check=False).returncode != 0:
                raise Problem(f"{REQUIREMENTS.name}: cannot be installed", OUTPUT)
        complete.touch()
    paths = [str(torch), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    os.execve(python, [str(python), *sys.argv], environment)
