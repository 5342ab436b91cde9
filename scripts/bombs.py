#!/usr/bin/env python3
"""What the programs make of hostile input: files that lie about their size, unpack to thousandfold, nest without end, are
no files, change while they are read, or carry names and texts that are meant for a terminal, a page or a shell.

Makes every file itself, runs one command on it and checks that
  - the exit code is the documented one, and there is one line on stderr that names the program, without control characters,
  - standard output is empty unless the command succeeded, and nothing half-written is left,
  - it took no longer than ten seconds (more where the machine is busy) and no more than 1 GiB above what the program takes for an ordinary input,
  - a success is the whole right answer, where a case knows it.
Slices that are taken away or replaced while they are read may be missing from a success: the study was that at some moment.

  scripts/bombs.py                     everything; some ten minutes on two cores, 3 GB below the folder for temporary files
  scripts/bombs.py --quick             the quick ones, for every change
  scripts/bombs.py --only pth,yaml     those whose names hold one of these
"""
import argparse
import importlib.util
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from bombs import dicom_cases, folders, pictures, texts, weights
from bombs.measure import Watch

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("faults", HERE / "faults.py")
faults = importlib.util.module_from_spec(spec)
spec.loader.exec_module(faults)

UNDER_WAY = faults.UNDER_WAY
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]")
PATIENCE = 120


def all_cases():
    return [*dicom_cases.cases(), *pictures.cases(), *weights.cases(), *texts.cases(), *folders.cases()]


class Runner:
    def __init__(self, bin_dir, inputs, work):
        self.bin_dir, self.inputs, self.work = bin_dir, inputs, work
        self.idle = {}

    def words(self, program, words, case, out):
        places = {"{case}": str(case), "{in}": str(self.inputs), "{out}": str(out)}
        done = []
        for word in words:
            for name, place in places.items():
                word = word.replace(name, place)
            done.append(word)
        if done.count("--weights-cls") > 1:  # the later one counts
            at = done.index("--weights-cls")
            del done[at:at + 2]
        return [str(self.bin_dir / program), *done]

    def start(self, words):
        """Exit code, the two outputs, seconds, peak memory in MiB."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begun = time.monotonic()
            process = subprocess.Popen([os.fsencode(word) for word in words], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       start_new_session=True, cwd=self.work, env=dict(os.environ, OMP_NUM_THREADS="2"))
            watch = Watch(process, PATIENCE)
            code, own = watch.wait()
            seconds = time.monotonic() - begun
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read(), seconds, max(own, watch.peak)

    def ordinary(self, program):
        """The memory that a program takes for a sound input."""
        if program not in self.idle:
            out = self.work / "ordinary"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            train = ["--config", str(self.inputs / f"{program[-3:]}.yaml"), "--set", 'data.cache=""', "--set", "run.epochs=1", "--out",
                     str(out / "run")]
            words = {"jcs_diagnose": [str(self.inputs / "study"), "--weights-cls", str(self.inputs / "cls.safetensors"), "--segment",
                                      "never", "-o", str(out / "result")],
                     "jcs_data": ["split", str(self.inputs / "data/train.csv"), "--out", str(out / "split"), "--validation", "0.5"],
                     "jcs_weights": ["inspect", str(self.inputs / "cls.safetensors")],
                     "train_cls": train, "train_seg": train,
                     "eval_cls": ["--weights", str(self.inputs / "cls.safetensors"), "--manifest", str(self.inputs / "data/val.csv")],
                     "eval_seg": ["--weights", str(self.inputs / "seg.safetensors"), "--manifest", str(self.inputs / "data/val.csv")]}
            code, _, err, _, peak = self.start([str(self.bin_dir / program), *words[program]])
            if code != 0:
                sys.exit(f"{program} fails on sound input: {err.decode(errors='replace')}")
            self.idle[program] = peak
        return self.idle[program]

    def run(self, case):
        idle = self.ordinary(case.program)
        place = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=self.work))
        files, out = place / "case", place / "out"
        files.mkdir()
        out.mkdir()
        try:
            case.make(files)
            over = threading.Event()
            changer = threading.Thread(target=case.during, args=(files, over)) if case.during else None
            if changer:
                changer.start()
            try:
                code, stdout, stderr, seconds, peak = self.start(self.words(case.program, case.words, files, out))
            finally:
                over.set()
                if changer:
                    changer.join()
            line = stderr.decode(errors="surrogateescape")
            wrong = self.judge(case, code, stdout, line, seconds, peak - idle, out)
            return {"case": case.name, "program": case.program, "exit": code, "line": line.strip().replace(str(place) + "/", ""),
                    "seconds": round(seconds, 2), "peak_mib": round(peak), "above_idle_mib": round(peak - idle), "wrong": wrong}
        finally:
            subprocess.run(["rm", "-rf", "--", str(place)], check=False)

    def judge(self, case, code, stdout, stderr, seconds, above, out):
        if code < 0:
            return "does not end" if code == -signal.SIGKILL else f"ended by signal {-code}"
        if code not in case.codes:
            return f"exit code {code}, not among {sorted(case.codes)}"
        if found := CONTROLS.search(stderr) or any(0xDC80 <= ord(c) <= 0xDCFF for c in stderr):
            return f"control characters in the line: {found!r}"
        if found := CONTROLS.search(stdout.decode(errors="replace")):
            return f"control characters in the output: {found!r}"
        if seconds > case.seconds * busy():
            return f"took {seconds:.0f} s"
        if above > case.mib:
            return f"took {above:.0f} MiB more than for an ordinary input"
        if code != 0:
            if stdout and "--cohort" not in case.words:  # whose summary says how many failed
                return "standard output of a failure"
            lines = stderr.split("\n")
            if len(lines) != 2 or lines[1] or not lines[0].startswith(f"{case.program}: "):
                if "--cohort" not in case.words or not lines[-2].startswith(f"{case.program}: "):
                    return f"{len(lines) - 1} lines"
            if len(stderr) > 9000:
                return f"a line of {len(stderr)} characters"
        left = [str(path) for path in out.rglob("*") if UNDER_WAY.search(path.name)]
        if left:
            return f"left behind: {left[0]}"
        if code != 0 and "--cohort" not in case.words and not case.program.startswith("train") and any(out.iterdir()):
            return f"left behind: {next(out.iterdir()).name}"
        return case.check(out) if case.check and (code == 0 or "--cohort" in case.words) else None


def write_inputs(bin_dir, folder):
    """Sound studies, data and networks; without LibTorch data alone."""
    if (bin_dir / "train_cls").exists():
        faults.write_inputs(bin_dir, folder)
        return
    folder.mkdir()
    faults.run([bin_dir / "jcs_phantom", "dataset", folder / "data", "--patients", "4", "--slices-per-patient", "4", "--size", "32",
                "--seed", "1"])


def busy():
    """How much slower all is than on a machine that has nothing else to do."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


HEADER = f"{'case':66} {'program':13} {'exit':>4} {'s':>6} {'MiB':>6}  verdict  line"


def line_of(row):
    verdict = "right" if not row["wrong"] else "WRONG"
    line = row["line"].encode("ascii", "backslashreplace").decode().replace("\n", "\\n")
    return (f"{row['case'][:66]:66} {row['program']:13} {row['exit']:4} {row['seconds']:6.1f} {row['above_idle_mib']:6}  {verdict:7}  "
            f"{row['wrong'] + ' | ' if row['wrong'] else ''}{line[:160]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "release", help="folder of the build")
    parser.add_argument("--quick", action="store_true", help="the quick ones")
    parser.add_argument("--only", default="", help="parts of names, parted by commas")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the table")
    arguments = parser.parse_args()
    wanted = [part for part in arguments.only.split(",") if part]
    chosen = [case for case in all_cases() if case.quick or not arguments.quick]
    chosen = [case for case in chosen if not wanted or any(part in case.name for part in wanted)]
    if not chosen:
        parser.error("no case has such a name")
    begun, rows = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="jcs-bombs-", ignore_cleanup_errors=True) as folder:
        work = pathlib.Path(folder).resolve()
        bin_dir = (arguments.build / "bin").resolve()
        absent = {case.program for case in chosen if not (bin_dir / case.program).exists()}
        if absent:
            print(f"left out, as they are not built: {', '.join(sorted(absent))}", file=sys.stderr)
            chosen = [case for case in chosen if case.program not in absent]
        write_inputs(bin_dir, work / "in")
        runner = Runner(bin_dir, work / "in", work)
        print(HEADER)
        for case in chosen:
            rows.append(runner.run(case))
            print(line_of(rows[-1]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"idle_mib": {name: round(peak) for name, peak in runner.idle.items()}, "cases": rows}, indent=2))
    wrong = sum(1 for row in rows if row["wrong"])
    print(f"{len(rows)} cases, {len(rows) - wrong} ended rightly, {wrong} did not, in {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
