#!/usr/bin/env python3
"""What the programs make of calls of the system that fail.

Runs small commands again and again, each time with another call failing (tests/faults/failing_calls.cpp): every open,
read, write, flush, rename, mapping, close, folder and large allocation that the command makes on its files, with the
errors that such calls have, once or from then on, interrupted, or done by half. After each run it checks that
  - the exit code is one of the documented ones and fits the file that the call was for,
  - a failure is one line on stderr that names the program,
  - an older output is whole and unchanged or replaced by the whole new one, and nothing else lies beside it,
  - success means the very output of an undisturbed run; a training that failed goes on to the very same weights.

  scripts/faults.py                         every call of every command; about an hour on two cores
  scripts/faults.py --quick                 calls picked from the quick commands, for every change
  scripts/faults.py --commands study,convert --kinds write,fsync

Needs a build with tests (scripts/test.sh), for its tests/libjcs_failing_calls.so.
"""
import argparse
import collections
import concurrent.futures
import errno
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# kind, error, how; `alloc` fails with bad_alloc or a null pointer.
FAULTS = [("open", "EACCES", "once"), ("open", "EINTR", "once"), ("read", "EIO", "once"), ("read", "EINTR", "once"),
          ("read", "EIO", "short"), ("write", "ENOSPC", "once"), ("write", "ENOSPC", "always"), ("write", "EINTR", "once"),
          ("write", "EIO", "short"), ("fsync", "EIO", "once"), ("fsync", "EINTR", "once"), ("rename", "EIO", "once"),
          ("rename", "EINVAL", "once"), ("mmap", "ENOMEM", "once"), ("close", "EIO", "once"), ("mkdir", "ENOSPC", "once"),
          ("truncate", "EIO", "once"), ("alloc", "ENOMEM", "once"), ("alloc", "ENOMEM", "always")]
UNDER_WAY = re.compile(r"\.jcs-\w{6}(\.old)?$|\.lock$|\.part$")


def run(words, **more):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, **more)


def plain(path):
    """A file's content without what differs between two good runs."""
    content = path.read_bytes()
    if path.suffix == ".json":
        def without_times(value):
            if isinstance(value, dict):
                return {k: without_times(v) for k, v in value.items() if k not in ("timing", "command", "created") and not k.endswith("seconds")}
            return [without_times(v) for v in value] if isinstance(value, list) else value
        try:
            return json.dumps(without_times(json.loads(content))).encode()
        except ValueError:
            return content
    if path.name == "cohort.csv":
        return re.sub(rb"[0-9]+[.][0-9]+", b"0", content)
    if path.suffix == ".html":  # says how long it took
        return re.sub(rb"[0-9][0-9.]*", b"0", content)
    if path.name == "run.json" or path.name.startswith("events.out") or path.name == "metrics.csv":
        return b""
    return content


def tree(folder):
    """All files below a folder with their content, and its empty folders."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file():
            found[name] = plain(path)
        elif path.is_dir() and not any(path.iterdir()):
            found[name + "/"] = b""
    return found


class Command:
    """`words` with {in} and {out}; `before` makes the older output that the command is to replace."""

    def __init__(self, name, words, quick=False, older=None, resumes=False, result=None):
        self.name, self.words, self.quick, self.older, self.resumes, self.result = name, words, quick, older, resumes, result


def commands(bin_dir):
    diagnose = [bin_dir / "jcs_diagnose", "{in}/study", "--weights-cls", "{in}/cls.safetensors", "--weights-seg",
                "{in}/seg.safetensors", "--threads", "1", "--device", "cpu", "--segment", "always", "--content-time",
                "20260101000000", "-o", "{out}/result", "--quiet"]
    train = ["--config", "{in}/%s.yaml", "--out", "{out}/run", "--quiet"]
    return [
        Command("study", [bin_dir / "jcs_phantom", "study", "{out}/study", "--slices", "4", "--size", "32", "--seed", "3",
                          "--diseased", "--masks", "{out}/masks", "--overwrite", "--quiet"], quick=True, older=("--seed", "4")),
        Command("dataset", [bin_dir / "jcs_phantom", "dataset", "{out}/data", "--patients", "4", "--slices-per-patient", "4",
                            "--size", "32", "--seed", "3", "--overwrite", "--quiet"], older=("--seed", "4")),
        Command("split", [bin_dir / "jcs_data", "split", "{in}/data/train.csv", "--out", "{out}/split", "--validation",
                          "0.5", "--quiet"], quick=True),
        Command("report", [bin_dir / "jcs_data", "report", "{in}/data/train.csv", "--json", "{out}/report.json", "--csv",
                           "{out}/report.csv", "--quiet"], quick=True),
        Command("inspect", [bin_dir / "jcs_weights", "inspect", "{in}/seg.safetensors", "--json"], quick=True),
        Command("convert", [bin_dir / "jcs_weights", "convert", "{in}/seg.safetensors", "{out}/seg.safetensors", "--overwrite"],
                quick=True),
        Command("diagnose", diagnose + ["--overwrite", "--nifti"], older=("--threshold", "1")),
        Command("nifti", [word if word != "{in}/study" else "{in}/volume.nii.gz" for word in diagnose]),
        Command("cohort", [word if word != "{in}/study" else "{in}/studies" for word in diagnose] + ["--cohort"],
                resumes=True),
        Command("train_seg", [bin_dir / "train_seg"] + [word % "seg" if "%" in word else word for word in train],
                resumes=True, result="run/final.safetensors"),
        Command("train_cls", [bin_dir / "train_cls"] + [word % "cls" if "%" in word else word for word in train],
                resumes=True, result="run/final.safetensors"),
        Command("eval_seg", [bin_dir / "eval_seg", "--weights", "{in}/seg.safetensors", "--manifest", "{in}/data/val.csv",
                             "--json", "{out}/seg.json", "--csv", "{out}/seg.csv", "--quiet"]),
    ]


def write_inputs(bin_dir, folder):
    def must(*words):
        done = run(words)
        if done.returncode != 0:
            sys.exit(f"{words[0]}: {done.stderr}")
    folder.mkdir()
    phantom = bin_dir / "jcs_phantom"
    must(phantom, "study", folder / "study", "--slices", "6", "--size", "64", "--seed", "5", "--diseased")
    for seed in "67":
        must(phantom, "study", folder / "studies" / f"p{seed}", "--slices", "4", "--size", "48", "--seed", seed)
    must(phantom, "dataset", folder / "data", "--patients", "4", "--slices-per-patient", "4", "--size", "32", "--seed", "1",
         "--format", "dicom")
    networks = {"seg": "network: {encoder: {width: 8, norm: trained, pool_before_last: true}, attention_reduction: 4}\n",
                "cls": "network: {backbone: {layers: [1, 1, 1, 1], planes: 16}, bias: true}\n"}
    for kind, network in networks.items():
        (folder / f"{kind}.yaml").write_text(
            "run: {epochs: 2, batch_size: 4, device: cpu, threads: 1, checkpoint_every: 1}\n"
            f"data: {{train: {folder}/data/train.csv, validation: {folder}/data/val.csv, workers: 1, "
            f"cache: CACHE}}\npreprocessing: {{resize: 32, crop: 0}}\n" + network)
        must(bin_dir / f"train_{kind}", "--config", folder / f"{kind}.yaml", "--set", 'data.cache=""', "--out", folder / f"run_{kind}",
             "--set", "run.epochs=1")
        shutil.copy(folder / f"run_{kind}" / "best.safetensors", folder / f"{kind}.safetensors")
    must(bin_dir / "jcs_diagnose", folder / "study", "--weights-cls", folder / "cls.safetensors", "--segment", "never",
         "--nifti-volume", "-o", folder / "result")
    shutil.copy(folder / "result" / "volume.nii.gz", folder / "volume.nii.gz")


class Trial:
    def __init__(self, command, inputs, work, library):
        self.command, self.inputs, self.work, self.library = command, inputs, work, library
        self.older = work / "older"
        self.older.mkdir(parents=True)
        if command.older:
            done = self.start(self.older, extra=command.older)
            assert done.returncode == 0, done.stderr
        clean = self.place("clean")
        done = self.start(clean)
        assert done.returncode == 0, f"{command.name}: {done.stderr}"
        self.expected, self.stdout = tree(clean), self.said(done, clean)
        again = self.place("again")
        done = self.start(again)
        difference = self.difference(tree(again), self.expected)
        assert difference is None, f"{command.name}: two undisturbed runs differ: {difference}"
        self.before = tree(self.older)

    def said(self, done, place):
        return done.stdout.replace(str(place), "OUT")

    def place(self, name):
        place = self.work / name
        if place.exists():
            shutil.rmtree(place)
        shutil.copytree(self.older, place)
        return place

    def start(self, place, environment=None, extra=(), timeout=120):
        words = [str(word).replace("{in}", str(self.inputs)).replace("{out}", str(place)) for word in self.command.words]
        if "--config" in words:
            words += ["--set", f"data.cache={place}/cache"]
        if extra and extra[0] in words:
            words[words.index(extra[0]) + 1] = extra[1]
        else:
            words += extra
        return run(words, env=dict(os.environ, OMP_NUM_THREADS="1", **(environment or {})), timeout=timeout)

    def faulty(self, name, kind, at, error, how):
        place = self.place(name)
        trace = self.work / f"{name}.trace"
        trace.unlink(missing_ok=True)
        environment = {"LD_PRELOAD": str(self.library), "JCS_FAULT_KIND": kind, "JCS_FAULT_AT": str(at),
                       "JCS_FAULT_ERRNO": str(getattr(errno, error)), "JCS_FAULT_HOW": how,
                       "JCS_FAULT_BELOW": f"{self.inputs}:{place}", "JCS_FAULT_TRACE": str(trace)}
        try:
            done = self.start(place, environment)
        except subprocess.TimeoutExpired:
            return "hangs", None, ""
        struck = trace.read_text().splitlines()[0].split(" ", 2)[2] if trace.exists() else ""
        problem = self.judge(place, kind, error, how, done, struck)
        code = done.returncode
        if problem:
            problem += f" [exit {code}; at {struck}; stderr: {done.stderr.strip()[:400]!r}]"
        shutil.rmtree(place)
        return problem, code, struck

    def judge(self, place, kind, error, how, done, struck):
        code = done.returncode
        if code < 0:
            return f"ended by signal {-code}"
        if code != 0:
            allowed = {1, 2, 3, 4, 5} if kind == "alloc" else {2, 3, 4, 5}
            if struck.startswith(str(self.inputs)) and kind != "alloc":
                name = pathlib.Path(struck).name
                allowed = {2} if name.endswith(".yaml") else {4} if name.endswith(".safetensors") else {3}
                if self.command.name in ("train_seg", "train_cls") and name.endswith(".csv"):
                    allowed = {3}
            elif struck.startswith(str(place)):
                # A checkpoint is weights, an image of the older output is input where it is looked at.
                allowed = {5, 4} if struck.endswith((".ckpt", ".safetensors")) else {5}
            if code not in allowed:
                return f"exit code not among {sorted(allowed)}"
            lines = [line for line in done.stderr.splitlines() if line.startswith(pathlib.Path(self.command.words[0]).name + ": ")]
            if len(lines) != 1 or not done.stderr.endswith(lines[0] + "\n"):
                return f"{len(lines)} lines that name the program"
            if not self.command.resumes and len(done.stderr.splitlines()) != 1:
                return "not one line"
        if error == "EINTR" and how == "once" and code == 0 and done.stderr:
            pass
        left = [name for name in tree(place) if any(UNDER_WAY.search(part.rstrip("/")) for part in name.split("/"))]
        if left:
            return f"left behind: {left[0]}"
        now = tree(place)
        if code == 0:
            if self.said(done, place) != self.stdout:
                return "success with another standard output"
            return self.difference(now, self.expected)
        if self.command.resumes:
            again = self.start(place)
            if again.returncode != 0:
                return f"does not go on: {again.stderr.strip()[:300]}"
            return self.difference(tree(place), self.expected)
        # Each output stands for itself: whole and new, or as it was.
        tops = {name.split("/")[0] for name in set(now) | set(self.expected) | set(self.before)}
        for top in tops:
            def part(whole):
                return {k: v for k, v in whole.items() if k.split("/")[0] == top}
            if part(now) not in (part(self.before), part(self.expected)):
                if all(now.get(k) in (None, self.before.get(k), self.expected.get(k)) for k in part(now)) and top == "split":
                    continue  # a folder of single files, each of them whole
                return f"{top} is neither the older output nor the whole new one"
        return None

    def difference(self, now, expected):
        names = [self.command.result] if self.command.result else sorted(set(now) | set(expected))
        for name in names:
            if not name.startswith("run/cache") and not name.startswith("cache") and now.get(name) != expected.get(name):
                return f"{name} is not what an undisturbed run leaves"
        return None

    def counts(self):
        place, file = self.place("counting"), self.work / "counts"
        file.unlink(missing_ok=True)
        self.start(place, {"LD_PRELOAD": str(self.library), "JCS_FAULT_BELOW": f"{self.inputs}:{place}",
                           "JCS_FAULT_COUNTS": str(file)})
        return {line.split()[0]: int(line.split()[1]) for line in file.read_text().splitlines()}


def picked(count, most, how):
    """Which calls fail: all, or as many as `most`, spread evenly; a disk that stays full, fewer."""
    most = min(most, 12) if how == "always" else most
    if count <= most:
        return range(1, count + 1)
    return sorted({1 + round(i * (count - 1) / max(most - 1, 1)) for i in range(most)})


def refuse_unknown(parser, option, names, known):
    """Ends the program where a list names what there is not."""
    for name in names:
        if name not in known:
            parser.error(f"{option}: '{name}' is none of {', '.join(known)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="folder of the build")
    parser.add_argument("--quick", action="store_true", help="the quick commands, a few calls of each kind")
    parser.add_argument("--commands", default="", help="names, parted by commas")
    parser.add_argument("--kinds", default="", help="kinds of calls, parted by commas")
    parser.add_argument("--most", type=int, default=0, help="so many calls of a kind, spread over the run; 0: every one")
    parser.add_argument("--jobs", type=int, default=2, help="runs at once")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the counts")
    arguments = parser.parse_args()
    most = arguments.most or (2 if arguments.quick else 10 ** 9)
    library = arguments.build / "tests" / "libjcs_failing_calls.so"
    bin_dir = arguments.build / "bin"
    wanted, kinds = arguments.commands.split(",") if arguments.commands else [], arguments.kinds.split(",") if arguments.kinds else []
    all_commands = commands(bin_dir.resolve())
    refuse_unknown(parser, "--commands", wanted, [c.name for c in all_commands])
    refuse_unknown(parser, "--kinds", kinds, list(dict.fromkeys(kind for kind, _, _ in FAULTS)))
    if not library.is_file():
        parser.error(f"{library} is not there: it comes with a build with tests (scripts/test.sh)")
    chosen = [c for c in all_commands if (c.name in wanted if wanted else c.quick or not arguments.quick)]
    started, failures, table = time.monotonic(), 0, collections.Counter()
    with tempfile.TemporaryDirectory(prefix="jcs-faults-") as folder:
        folder = pathlib.Path(folder).resolve()
        write_inputs(bin_dir.resolve(), folder / "in")
        for command in chosen:
            trial = Trial(command, folder / "in", folder / command.name, library.resolve())
            counts = trial.counts()
            work = [(kind, at, error, how) for kind, error, how in FAULTS if not kinds or kind in kinds
                    for at in picked(counts[kind], most, how)]
            names = iter(range(10 ** 9))
            begun = time.monotonic()

            def one(job):
                name = f"place{next(names)}"
                return job, trial.faulty(name, *job)
            with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
                for (kind, at, error, how), (problem, code, _) in pool.map(one, work):
                    label = f"{kind} {error if how != 'short' else ''}".strip() + ("" if how == "once" else f" {how}")
                    table[command.name, label, "injected"] += 1
                    table[command.name, label, "failed cleanly" if code else "went on"] += 0 if problem else 1
                    if problem:
                        failures += 1
                        print(f"{command.name}: {label}, call {at} of {counts[kind]}: {problem}", flush=True)
            shutil.rmtree(folder / command.name)
            total = sum(v for (c, _, what), v in table.items() if c == command.name and what == "injected")
            print(f"{command.name}: {total} faults injected in {time.monotonic() - begun:.0f} s", flush=True)
    rows = collections.defaultdict(dict)
    for (name, label, what), count in sorted(table.items()):
        rows[f"{name}: {label}"][what] = count
    for label, row in rows.items():
        print(f"{label:40} " + ", ".join(f"{v} {k}" for k, v in row.items()))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2))
    injected = sum(v for (_, _, what), v in table.items() if what == "injected")
    print(f"{injected} faults injected, {injected - failures} ended rightly, {failures} did not, in {time.monotonic() - started:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
