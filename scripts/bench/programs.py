"""Runs the programs of jcs, each with its time and its peak memory."""

import json
import os
import shlex
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .problem import Problem

QUIETLY = ("--device", "cpu", "--json", "--quiet")


@dataclass
class Finished:
    """What a program printed, took and held at most."""

    output: str
    seconds: float
    peak_mb: float


class Programs:
    """The folder of built programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, name: str, *words: str | Path) -> Finished:
        """Runs a program to its end; one that fails ends the measurement with its own line."""
        command = [str(self.folder / name), *map(str, words)]
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            start = time.perf_counter()
            try:
                process = subprocess.Popen(command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL)
            except OSError as error:
                raise Problem(f"{command[0]}: cannot be started ({error.strerror}; --bin names its folder)") from error
            # wait4 tells this child's own peak; getrusage would tell the largest of all children so far.
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            if process.returncode != 0:
                lines = errors.read().strip().splitlines() or ["no word"]
                raise Problem(f"{shlex.join(command)} failed: {lines[-1]}", abs(process.returncode))
            return Finished(output.read(), seconds, usage.ru_maxrss / 1024)

    def diagnose(self, study: Path, *words: str | Path) -> tuple[dict[str, Any], Finished]:
        """result.json of a study, and the run; what jcs_diagnose writes is thrown away."""
        with tempfile.TemporaryDirectory(prefix="jcs-bench-") as folder:
            done = self.run("jcs_diagnose", study, *words, *QUIETLY, "-o", Path(folder) / "result")
        return json.loads(done.output), done
