"""Calls the programs: training that resumes, evaluation that is not repeated, Ctrl-C that leaves all resumable."""

import csv
import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from . import manifests
from .problem import INPUT, INTERRUPTED, OUTPUT, USAGE, Problem

ROOT = Path(__file__).resolve().parents[2]


def setting(key, value):
    """KEY=VALUE for --set; paths are quoted as YAML has them."""
    return f"{key}={json.dumps(str(value)) if isinstance(value, Path) else value}"


def read_json(file):
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"{file}: no figures ({error})", INPUT) from error


class Trained:
    """A run's folder."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.weights = folder / "best.safetensors"

    def budget(self):
        """What the training cost, from metrics.csv."""
        try:
            with open(self.folder / "metrics.csv", newline="", encoding="utf-8") as lines:
                rows = list(csv.DictReader(lines))
            seconds = sum(float(row["seconds"]) for row in rows)
            return (
                f"`{self.folder.name}`: {manifests.counted(int(float(rows[-1]['epoch'])), 'epoch')}, "
                f"{int(float(rows[-1]['iterations']))} batches, {seconds / 60:.1f} min"
            )
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise Problem(f"{self.folder / 'metrics.csv'}: no figures of a run ({error})", INPUT) from error


class Runner:
    def __init__(self, arguments):
        self.arguments = arguments
        self.out = arguments.out
        self.dry_run = arguments.dry_run
        self.trained = {}
        self.divided = set()

    # Programs

    def program(self, name):
        file = self.arguments.bin / name
        if not self.dry_run and not file.exists():
            raise Problem(f"{file}: the program is not there; build it, or name its folder with --bin", USAGE)
        return str(file)

    def call(self, words):
        """Runs a program to its end. Ctrl-C reaches it too; it is given the time to leave a state to go on from."""
        print(("" if self.dry_run else "$ ") + shlex.join(words), flush=True)
        if self.dry_run:
            return
        stopped = []
        try:
            process = subprocess.Popen(words)
        except OSError as error:
            raise Problem(f"{words[0]}: cannot be started ({error.strerror})", USAGE) from error

        def on_signal(number, _):
            stopped.append(number)
            if number == signal.SIGTERM:  # unlike Ctrl-C, it is sent to this process alone
                process.terminate()

        before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            code = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if stopped or code == INTERRUPTED:
            raise Problem("interrupted; the same command goes on from here", INTERRUPTED)
        if code != 0:
            how = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
            raise Problem(f"{Path(words[0]).name} {how}", max(code, 1))

    def make(self, words, result, sources):
        """Runs a program that writes `result`, unless that is there and newer than what it is made of."""
        newest = max((source.stat().st_mtime for source in sources if source.exists()), default=0)
        if result.exists() and result.stat().st_mtime >= newest:
            print(f"there already: {result}", file=sys.stderr)
        else:
            self.call(words)
        return result

    # Training

    def split(self, train, validation):
        """Manifests to learn from and to choose the best weights by; the test set has no say in that."""
        if validation:
            return train, validation
        folder = self.out / "data" / f"{train.stem}-{manifests.digest(train, self.arguments.seed)}"
        words = [self.program("jcs_data"), "split", str(train), "--out", str(folder), "--validation", "0.2"]
        words += ["--seed", str(self.arguments.seed), "--quiet"]
        there = (folder / "train.csv").exists() and (folder / "val.csv").exists()
        if not there and folder not in self.divided:
            self.call(words + ["--overwrite"])
        self.divided.add(folder)
        return folder / "train.csv", folder / "val.csv"

    def train(self, kind, variant, settings, train, validation):
        """Trains `train_KIND` in a folder named after all that the result depends on, or goes on there."""
        a = self.arguments
        config = ROOT / "configs" / f"{kind}_{a.scale}.yaml"
        if not config.exists():
            raise Problem(f"{config}: the configuration is not there", USAGE)
        settings = [setting("run.seed", a.seed), *settings]
        if a.epochs:
            settings += [setting("run.epochs", a.epochs), setting("run.iterations", 0)]
        other = "cls:" if kind == "seg" else "seg:"
        settings += [text.removeprefix(f"{kind}:") for text in a.set if not text.startswith(other)]
        parts = [config, *settings, train] + ([validation] if validation else [])
        folder = self.out / "runs" / a.scale / f"{kind}-{variant}-{manifests.digest(*parts)}"
        run = Trained(f"{kind}-{variant}", folder)
        if folder in self.trained:
            return self.trained[folder]
        first, second = self.split(train, validation)
        words = [self.program(f"train_{kind}"), "--config", str(config), "--out", str(folder)]
        for text in [setting("data.train", first), setting("data.validation", second), *settings]:
            words += ["--set", text]
        self.call(words)
        self.trained[folder] = run
        return run

    # Evaluation

    def evaluate(self, kind, run, manifest, more=()):
        """The figures of a run on a manifest, as eval_KIND writes them; None in a dry run."""
        folder = self.results() / f"{run.folder.name}-{manifests.digest(manifest, *more)}"
        result = folder.with_suffix(".json")
        words = [self.program(f"eval_{kind}"), "--run", str(run.folder), "--manifest", str(manifest)]
        words += ["--json", str(result), "--csv", str(folder.with_suffix(".csv")), *more]
        words += ["--allow-overlap"] if self.arguments.allow_overlap else []
        self.make(words, result, [run.weights, manifest])
        return None if self.dry_run else read_json(result)

    def results(self):
        """The folder of all measurements, made where it is missing."""
        folder = self.out / "results"
        try:
            if not self.dry_run:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"{folder}: cannot be created ({error.strerror})", OUTPUT) from error
        return folder

    def result_of(self, run, manifest):
        return self.results() / f"{run.folder.name}-{manifests.digest(manifest)}.json"

    def compare(self, first, second, manifest):
        """The paired comparison of two segmenters on the same pictures."""
        a, b = self.result_of(first, manifest), self.result_of(second, manifest)
        result = self.results() / f"{first.folder.name}-against-{second.folder.name}-{manifests.digest(manifest)}.json"
        self.make([self.program("eval_seg"), "--compare", str(a), str(b), "--json", str(result)], result, [a, b])
        return None if self.dry_run else read_json(result)["figures"]
