#!/usr/bin/env python3
"""Writes the versions and sha256 sums of everything that a list of Python packages pulls in.

    scripts/lock_requirements.py scripts/libtorch_requirements.txt ...

A list begins with comments; the one that starts with "# asked for:" names what is wanted, version and all. The rest of the
file is replaced by what pip picks for it on x86_64 Linux with each Python below, so that pip --require-hashes installs these
very files and no others. Packages are not downloaded: the sums are the index's own.
Exit codes: 0 done, 2 usage, 3 a list that asks for nothing or that pip cannot satisfy.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PYTHONS = ("3.11", "3.12", "3.13")
# Debian 12 has glibc 2.36; a wheel for an older one works there too.
PLATFORMS = ["linux_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64"]
PLATFORMS += [f"manylinux_2_{minor}_x86_64" for minor in range(5, 37)]
ASKED = "# asked for:"


def fail(code: int, line: str) -> None:
    print(f"lock_requirements: {line}", file=sys.stderr)
    sys.exit(code)


def picked(pip: list[str], wanted: list[str], python: str) -> list[dict]:
    """What pip would install for one version of Python."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = [*pip, "install", "--dry-run", "--ignore-installed", "--quiet", "--only-binary", ":all:"]
        words += ["--target", folder, "--python-version", python, "--report", str(report)]
        words += [word for platform in PLATFORMS for word in ("--platform", platform)]
        if subprocess.run([*words, *wanted], check=False).returncode != 0:
            fail(3, f"pip finds nothing for Python {python}: {' '.join(wanted)}")
        return json.loads(report.read_text(encoding="utf-8"))["install"]


def lock(pip: list[str], file: Path) -> None:
    head = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    wanted = [word for line in head if line.startswith(ASKED) for word in line[len(ASKED) :].split()]
    if not wanted:
        fail(3, f"{file}: no line '{ASKED} NAME==VERSION ...'")
    sums: dict[str, dict[str, set[str]]] = {}
    pythons: dict[tuple[str, str], list[str]] = {}
    for python in PYTHONS:
        for package in picked(pip, wanted, python):
            name = package["metadata"]["name"].lower().replace("_", "-")
            version = package["metadata"]["version"]
            digest = package["download_info"]["archive_info"]["hashes"]["sha256"]
            sums.setdefault(name, {}).setdefault(version, set()).add(digest)
            pythons.setdefault((name, version), []).append(python)
    lines = []
    for name in sorted(sums):
        for version in sorted(sums[name]):
            where = pythons[name, version]
            marker = "" if len(where) == len(PYTHONS) else " ; " + " or ".join(f'python_version == "{p}"' for p in where)
            digests = [f"    --hash=sha256:{digest}" for digest in sorted(sums[name][version])]
            lines += " \\\n".join([f"{name}=={version}{marker}", *digests]).splitlines()
    file.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")


def main() -> None:
    files = [Path(word) for word in sys.argv[1:]]
    if not files or any(word.startswith("-") for word in sys.argv[1:]):
        print(__doc__)
        sys.exit(0 if {"-h", "--help"} & set(sys.argv[1:]) else 2)
    with tempfile.TemporaryDirectory() as folder:
        # Debian's pip would download every package to read what it needs; a newer one asks the index.
        venv.create(folder, with_pip=True)
        pip = [os.path.join(folder, "bin/python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "pip==26.3"], check=True)
        for file in files:
            lock(pip, file)


if __name__ == "__main__":
    main()
