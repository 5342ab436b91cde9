#!/usr/bin/env python3
"""Whether a result depends on anything but its inputs.

Runs every program once in a plain setting and then again in others: more threads, other languages, time zones and current folders, files
in another order or with capital endings, other file masks, without a home, a terminal or a standard stream. Each time the outputs must be
those of the plain run, byte for byte, and so must the standard output.

What may differ is listed here: how long something took (TIMES, and the digits of a page that tells it), and the names of the places that a
run was given (they are replaced before comparing). Logs of a training (LOGS) hold times throughout and are left out. Weights that were
trained with other numbers of threads differ in their rounding; with the same number they must be the same.

  scripts/independence.py                            every program in every setting; some five minutes on two cores
  scripts/independence.py --settings locale,stream --programs diagnose,eval_seg
"""
import argparse
import collections
import importlib.util
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMES = ("timing", "total_seconds", "seconds", "created", "command", "slices_per_second")
LOGS = re.compile(r"(run\.json|metrics\.csv|events\.out.*|.*\.ckpt|.*\.log)$")
UNDER_WAY = re.compile(r"\.jcs-\w{6}(\.old)?$|\.part$")

spec = importlib.util.spec_from_file_location("soak", HERE / "soak.py")
soak = importlib.util.module_from_spec(spec)
spec.loader.exec_module(soak)

# `change` gives other words; `environment` maps names to values, None takes one away; `closed` streams and `full` ones by number.
Setting = collections.namedtuple("Setting", "name environment change inputs relative umask closed full needs renamed",
                                 defaults=({}, None, "in", False, 0o022, (), (), None, False))
Program = collections.namedtuple("Program", "name words threads says")
Finished = collections.namedtuple("Finished", "code tree out err modes")


def programs(bin_dir):
    """With {in} and {out}; `threads` are words that say how many, `says` that there is something on the standard output."""
    weights = ["--weights-cls", "{in}/cls.safetensors", "--weights-seg", "{in}/seg.safetensors", "--device", "cpu"]
    diagnose = weights + ["--segment", "always", "--content-time", "20260101000000", "-o", "{out}/result", "--json"]
    evaluate = ["--manifest", "{in}/data/val.csv", "--device", "cpu", "--json", "{out}/all.json", "--csv", "{out}/each.csv"]
    threads = ["--threads", "{threads}"]
    return [Program(name, [bin_dir / words[0], *words[1:]], count, says) for name, words, count, says in [
        ("diagnose", ["jcs_diagnose", "{in}/study", *diagnose, "--nifti", "--png"], threads, True),
        ("pictures", ["jcs_diagnose", "{in}/pictures", *diagnose], threads, True),
        ("nifti", ["jcs_diagnose", "{in}/volume.nii.gz", *diagnose, "--nifti"], threads, True),
        ("cohort", ["jcs_diagnose", "{in}/list.csv", *weights, "--cohort", "--content-time", "20260101000000", "-o", "{out}/all"], threads, True),
        ("eval_seg", ["eval_seg", "--weights", "{in}/seg.safetensors", *evaluate, "--save-predictions", "{out}/maps"], threads, True),
        ("eval_cls", ["eval_cls", "--weights", "{in}/cls.safetensors", *evaluate], threads, True),
        ("train_seg", ["train_seg", "--config", "{in}/seg.yaml", "--out", "{out}/run", "--quiet"], ["--set", "run.threads={threads}"], False),
        ("train_cls", ["train_cls", "--config", "{in}/cls.yaml", "--out", "{out}/run", "--quiet"], ["--set", "run.threads={threads}"], False),
        ("split", ["jcs_data", "split", "{in}/data/train.csv", "--out", "{out}/split", "--validation", "0.5"], [], True),
        ("report", ["jcs_data", "report", "{in}/data/train.csv", "--json", "{out}/report.json", "--csv", "{out}/report.csv"], [], True),
        ("phantom", ["jcs_phantom", "study", "{out}/study", "--size", "48", "--slices", "6", "--seed", "3", "--diseased"], [], True),
        ("weights", ["jcs_weights", "inspect", "{in}/seg.safetensors"], [], True)]]


def settings(build):
    """All of them, by group."""
    host = {"LD_PRELOAD": str(build / "tests" / "libjcs_host_language.so")}
    languages = ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8")
    return {
        "threads": [Setting(f"{n} threads", {"OMP_NUM_THREADS": str(n)}, change=("{threads}", str(n))) for n in (2, 4)],
        "locale": [Setting(f"LC_ALL={name}", {"LC_ALL": name}) for name in languages] +
                  [Setting(f"inside a host that speaks {name}", {"LC_ALL": name, **host}, needs=name) for name in languages[2:]],
        "zone": [Setting(f"TZ={zone}", {"TZ": zone}) for zone in ("UTC", "Pacific/Kiritimati", "America/St_Johns")],
        "folder": [Setting("relative paths", relative=True)],
        "order": [Setting("files made in another order", inputs="shuffled"), Setting("names in another order than slices", inputs="renamed", renamed=True)],
        "case": [Setting("capital endings", inputs="CAPITALS")],
        "umask": [Setting("umask 077", umask=0o077), Setting("umask 0", umask=0)],
        "home": [Setting("no HOME", {"HOME": None}), Setting("a HOME that nobody can write", {"HOME": "/proc"}),
                 Setting("no TERM", {"TERM": None}), Setting("no PATH", {"PATH": None})],
        "stream": [Setting("stdin closed", closed=(0,)), Setting("stderr closed", closed=(2,)), Setting("stderr full", full=(2,)),
                   Setting("all but stdout closed", closed=(0, 2)), Setting("stdout closed", closed=(1,)), Setting("stdout full", full=(1,)),
                   Setting("all closed", closed=(0, 1, 2))]}


# --- Inputs

def write_inputs(bin_dir, folder):
    folder.mkdir()
    soak.must(bin_dir / "jcs_phantom", "study", folder / "study", "--slices", "8", "--size", "64", "--seed", "5", "--diseased")
    soak.must(bin_dir / "jcs_phantom", "dataset", folder / "data", "--patients", "4", "--slices-per-patient", "6", "--size", "48", "--seed", "1",
              "--format", "dicom")
    for kind in soak.NETWORKS:
        soak.config(folder, kind, 48, "epochs: 2, batch_size: 4")
        soak.must(bin_dir / f"train_{kind}", "--config", folder / f"{kind}.yaml", "--out", folder / f"run_{kind}", "--set", "run.threads=1")
        shutil.move(folder / f"run_{kind}" / "best.safetensors", folder / f"{kind}.safetensors")
        # Relative to nothing: the manifests are looked for from the current folder, so the tests' own path is put there.
        shutil.rmtree(folder / f"run_{kind}")
    soak.must(bin_dir / "jcs_diagnose", folder / "study", "--weights-cls", folder / "cls.safetensors", "--segment", "never", "--device", "cpu",
              "--nifti-volume", "--png", "-o", folder / "first")
    shutil.move(folder / "first" / "volume.nii.gz", folder / "volume.nii.gz")
    shutil.move(folder / "first" / "pictures", folder / "pictures")
    shutil.rmtree(folder / "first")
    (folder / "list.csv").write_text(f"name,path\none,{folder}/study\ntwo,{folder}/volume.nii.gz\n", encoding="utf-8")


def copied(folder, kind):
    """The same inputs with files made in another order, slices named in another order, or names that end in capitals."""
    other = folder.with_name(kind)
    chance = random.Random(7)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    chance.shuffle(files)
    slices = [file for file in files if file.parent.name == "study"]
    names = dict(zip(slices, chance.sample([file.name for file in slices], len(slices)))) if kind == "renamed" else {}
    for file in files:
        name = names.get(file, file.name)
        if kind == "CAPITALS":
            stem, _, ending = name.partition(".")
            name = f"{stem}.{ending.upper()}"
        (other / file.parent).mkdir(parents=True, exist_ok=True)
        text = (folder / file).read_bytes()
        if file.suffix in (".csv", ".yaml"):
            text = text.replace(f"{folder}/".encode(), f"{other}/".encode())
            if kind == "CAPITALS":
                text = re.sub(rb"[.](dcm|png|nii[.]gz|csv)\b", lambda ending: ending[0].upper(), text)
        (other / file.parent / name).write_bytes(text)
    return other


# --- Runs

def plain(path, text, renamed):
    """A file's content without times; with slices renamed, without their names."""
    if path.suffix == ".json" or text.startswith(b'{\n  "schema_version"'):
        def without(value):
            if isinstance(value, dict):
                return {k: without(v) for k, v in value.items() if k not in TIMES and not (renamed and k == "file")}
            return [without(v) for v in value] if isinstance(value, list) else value
        return json.dumps(without(json.loads(text))).encode()
    if path.suffix == ".html" or path.name == "cohort.csv":
        text = re.sub(rb"slice_[0-9]+[.]dcm", b"", text, flags=re.I) if renamed else text
        # Seconds: after a number in a report, in the last column of a cohort's page, among the numbers of its table.
        times = rb"[0-9]+([.][0-9]+)? s\b|data-value=\"[0-9.e-]+\">[0-9.]+</td></tr>" if path.suffix == ".html" else rb"[0-9]+[.][0-9]+"
        return re.sub(times, b"", text)
    return text


class Trials:
    def __init__(self, bin_dir, folder):
        self.bin_dir, self.folder, self.runs = bin_dir, folder, 0

    def run(self, program, setting):
        place = self.folder / f"out{self.runs}"
        self.runs += 1
        place.mkdir()
        inputs = self.folder / setting.inputs
        fills = {"{in}": str(inputs), "{out}": str(place)}
        if setting.relative:
            fills = {"{in}": "../in", "{out}": "."}
        words = [str(word) for word in [*program.words, *program.threads]]
        places = [(str(inputs), "{in}"), (str(place), "{out}"), *((new, old) for old, new in fills.items())]
        for old, new in [*fills.items(), setting.change or ("", ""), ("{threads}", "1")]:
            words = [word.replace(old, new) if old else word for word in words]
        if setting.inputs == "CAPITALS":
            words = [re.sub(r"[.](nii[.]gz|csv|yaml|safetensors)$", lambda end: end[0].upper(), w) if w.startswith(str(inputs)) else w for w in words]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **setting.environment}
        environment = {name: value for name, value in environment.items() if value is not None}
        streams = [tempfile.TemporaryFile() for _ in range(2)]
        with open("/dev/full", "wb") as full:
            given = {1: full if 1 in setting.full else streams[0], 2: full if 2 in setting.full else streams[1]}

            def close():
                for stream in setting.closed:
                    os.close(stream)
            done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=given[1], stderr=given[2], env=environment, cwd=place, umask=setting.umask,
                                  preexec_fn=close, timeout=120, check=False)
        out, err = (stream.seek(0) or stream.read() for stream in streams)
        tree, modes = {}, set()
        for path in sorted(place.rglob("*")):
            name = str(path.relative_to(place))
            modes.add(path.stat().st_mode & 0o777)
            if path.is_file() and not LOGS.search(name):
                tree[name] = self.comparable(path, path.read_bytes(), places, setting)
        shutil.rmtree(place)
        return Finished(done.returncode, tree, self.comparable(pathlib.Path("out"), out, places, setting), err.decode(errors="replace"), modes)

    def comparable(self, path, text, places, setting):
        if path.suffix not in (".dcm", ".gz", ".safetensors", ".png"):
            for value, token in places:
                text = re.sub(rb"(?<![./\w])" + re.escape(f"{value}/".encode()), f"{token}/".encode(), text)
            text = text.replace(f"/{setting.inputs}/".encode(), b"/in/")
            if setting.inputs == "CAPITALS":
                text = re.sub(rb"(?i)[.](nii[.]gz|csv|yaml|safetensors|dcm|png)\b", lambda end: end[0].lower(), text)
        # Weights know the manifest that they were trained with, whose paths are other ones here.
        text = re.sub(rb'manifest_sha256\\?\\?":\\?\\?"[0-9a-f]{64}', b"", text) if path.suffix == ".safetensors" else text
        return plain(path, text, setting.renamed)

    def problem(self, program, setting, expected):
        try:
            got = self.run(program, setting)
        except subprocess.TimeoutExpired:
            return "does not end"
        if setting.change and program.name.startswith("train"):
            # Sums of gradients are split among threads, which rounds them otherwise: so many threads, so they must end again.
            expected = self.run(program, setting)
        if setting.renamed:
            expected = self.run(program, Setting("plain", renamed=True))
        left = [name for name in got.tree if any(UNDER_WAY.search(part) for part in name.split("/"))]
        if left:
            return f"left behind: {left[0]}"
        if program.says and (1 in setting.closed or 1 in setting.full):
            lines = got.err.splitlines()
            if got.code != 5:
                return f"exit code {got.code} though nothing could be said: {got.err.strip()[:200]}"
            if 2 not in setting.closed and (not lines or "standard output" not in lines[-1]):
                return f"says {got.err.strip()[:200]!r}"
        elif got.code != 0:
            return f"exit code {got.code}: {got.err.strip()[:300]}"
        elif got.out != expected.out and 1 not in setting.closed and 1 not in setting.full:
            return f"says something else: {difference(expected.out, got.out)}"
        for name in sorted(set(expected.tree) | set(got.tree)):
            if got.tree.get(name) != expected.tree.get(name):
                return f"{name} differs: {difference(expected.tree.get(name, b''), got.tree.get(name, b''))}"
        if any(mode & setting.umask for mode in got.modes):
            return f"modes {[oct(mode) for mode in got.modes]} are wider than the mask"
        return None


def difference(one, other):
    """Where two texts part, for people."""
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"{len(one)} and {len(other)} bytes, from byte {at}: {one[max(0, at - 30):at + 30]!r} and {other[max(0, at - 30):at + 30]!r}"


def has_locale(name):
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.lower().split()
    return name.lower().replace("-", "") in [one.replace("-", "") for one in known]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "release", help="folder of the build")
    parser.add_argument("--settings", default="", help="groups, parted by commas")
    parser.add_argument("--programs", default="", help="names, parted by commas")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    groups = settings(build)
    chosen = arguments.settings.split(",") if arguments.settings else list(groups)
    known = {one.name: one for one in programs(build / "bin")}
    names = arguments.programs.split(",") if arguments.programs else list(known)
    for name, all_names in [(name, known) for name in names] + [(name, groups) for name in chosen]:
        if name not in all_names:
            parser.error(f"'{name}' is none of {', '.join(all_names)}")
    wanted = [known[name] for name in known if name in names]
    problems = runs = 0
    with tempfile.TemporaryDirectory(prefix="jcs-independence-") as folder:
        folder = pathlib.Path(folder).resolve()
        write_inputs(build / "bin", folder / "in")
        for kind in {setting.inputs for group in chosen for setting in groups[group]} - {"in"}:
            copied(folder / "in", kind)
        trials = Trials(build / "bin", folder)
        for program in wanted:
            expected = trials.run(program, Setting("plain"))
            if expected.code != 0:
                sys.exit(f"{program.name}: {expected.err}")
            for setting in [Setting("plain, again")] + [one for group in chosen for one in groups[group]]:
                if setting.needs and not has_locale(setting.needs):
                    print(f"{program.name}, {setting.name}: left out, this machine has no such locale", flush=True)
                    continue
                runs += 1
                problem = trials.problem(program, setting, expected)
                if problem:
                    problems += 1
                    print(f"{program.name}, {setting.name}: {problem}", flush=True)
    print(f"{len(wanted)} programs, {runs} runs in other settings, {problems} with another result")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
