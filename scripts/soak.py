#!/usr/bin/env python3
"""What a program holds on to that runs for long: memory, open files, threads.

`cohort` makes a handful of phantoms (DICOM, pictures, a NIfTI volume; of different sizes), hands them as hundreds of studies to one
process of jcs_diagnose and compares every study's result with that of the first one of its phantom: result.json but for times and
paths, the DICOM files byte for byte. `train_seg` trains hundreds of steps with threads that load ahead. Meanwhile the process and its
children are watched. It ends with 1 where memory, open files or threads grow with the work done, or where results differ.

  scripts/soak.py                                  500 studies; some twenty minutes on two cores
  scripts/soak.py --command train_seg              300 steps
  scripts/soak.py --studies 24 --size 40 --slices 4 --resize 64
"""
import argparse
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIB = 1 << 20
# Differs between two good runs: times, and where the study lies.
OF_THE_RUN = ("timing", "total_seconds", "source")
# Its own and the ends of its pipes that the program holds.
FILES_OF_A_DECODER = 7
Sample = collections.namedtuple("Sample", "seconds done rss own files threads processes")
NETWORKS = {"seg": "network: {encoder: {width: 8, norm: trained, pool_before_last: true}, attention_reduction: 4}\n",
            "cls": "network: {backbone: {layers: [1, 1, 1, 1], planes: 16}, bias: true}\n"}


def must(*words):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{words[0]}: {done.stderr}")


# --- What is watched

def family(pid):
    """The process and those that descend from it."""
    found, unseen = [], [pid]
    while unseen:
        one = unseen.pop()
        found.append(one)
        for task in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            unseen += [int(child) for child in task.read_text().split()]
    return found


def look(pid):
    """Resident bytes, those of its own (shared ones in parts), open files, threads and processes of a family; nothing when it is gone."""
    rss = own = files = threads = processes = 0
    for one in family(pid):
        try:
            status = pathlib.Path(f"/proc/{one}/status").read_text()
            rollup = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
            files += len(os.listdir(f"/proc/{one}/fd"))
            rss += int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024
            threads += int(re.search(r"Threads:\s+(\d+)", status)[1])
            # Pages of files come and go as the system likes.
            own += sum(int(kib) for kib in re.findall(r"Pss_(?:Anon|Shmem):\s+(\d+)", rollup)) * 1024
            processes += 1
        except (OSError, TypeError):
            if one == pid:
                return None
    return rss, own, files, threads, processes


def watched(words, log, done_so_far, pause):
    """Runs a command to its end and gives what was seen of it."""
    samples, started = [], time.monotonic()
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=out, stderr=out)

        def watch():
            while process.returncode is None:
                done = done_so_far()
                try:
                    seen = look(process.pid)
                except OSError:
                    seen = None
                if seen:
                    samples.append(Sample(time.monotonic() - started, done, *seen))
                time.sleep(pause)
        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        watcher.join()
    if code != 0:
        sys.exit(f"{words[0]} ended with {code}: {pathlib.Path(log).read_text(encoding='utf-8')[-1000:]}")
    return samples, time.monotonic() - started


# --- What it tells

def around(samples, total, share, width):
    """What was seen while the work was at a share of the whole, over `width` pieces of work before it; what follows where none was."""
    last = share * total
    return [s for s in samples if last - width <= s.done <= last] or [s for s in samples if s.done >= last][:1] or samples[-1:]


def slope(samples):
    """Bytes a piece of work, by least squares."""
    if len({s.done for s in samples}) < 2:
        return 0.0
    return statistics.linear_regression([s.done for s in samples], [s.own for s in samples]).slope


def summary(samples, total, width, most_growth, decoders):
    """The figures at a tenth, the half and the end, and what grew. Open files and threads come and go with the work: a leak raises
    their least number within a round above all that the first half had. Memory counts from the time when two rounds were done."""
    at_work = [s for s in samples if s.done < total]  # afterwards it takes leave
    samples = at_work or samples
    rows = {}
    for share in (0.1, 0.5, 1.0):
        seen = around(samples, total, share, width)
        rows[f"{share:.0%}"] = {"rss_mib": statistics.median(s.rss for s in seen) / MIB, "own_mib": statistics.median(s.own for s in seen) / MIB,
                                "files": min(s.files for s in seen), "threads": min(s.threads for s in seen),
                                "processes": min(s.processes for s in seen)}
    steady = [s for s in samples if s.done >= total / 2]
    warm = "10%" if total / 10 >= 2 * width else "50%"
    first, last = rows[warm], rows["100%"]
    half = [s for s in samples if s.done <= total / 2] or samples[:1]
    figures = {"samples": len(samples), "peak_own_mib": max(s.own for s in samples) / MIB, "at": rows,
               "slope_mib_per_100": 100 * slope([s for s in samples if s.done >= total / 10]) / MIB,
               "slope_of_second_half_mib_per_100": 100 * slope(steady) / MIB}
    problems = []
    before = {what: max(getattr(s, what) for s in half) for what in ("files", "threads", "processes")}
    # A decoder starts when all others are at work, which on a busy machine may happen late for the first time.
    late = min(max(0, last["processes"] - before["processes"]), decoders)
    for what, of_a_decoder in (("files", FILES_OF_A_DECODER), ("threads", 1), ("processes", 1)):
        if last[what] > before[what] + late * of_a_decoder:
            problems.append(f"{what} grow from {before[what]} at most before the half to {last[what]} at least at the end")
    if last["own_mib"] - first["own_mib"] > most_growth:
        problems.append(f"memory grows by {last['own_mib'] - first['own_mib']:.1f} MiB from {warm} of the work to its end")
    return figures, problems


def print_table(figures, what, total, seconds):
    print(f"{total} {what} in {seconds:.0f} s, {figures['samples']} looks at the process and its children")
    print(f"{'at':>5} {'RSS MiB':>9} {'own MiB':>9} {'files':>6} {'threads':>8} {'processes':>10}")
    for share, row in figures["at"].items():
        print(f"{share:>5} {row['rss_mib']:9.1f} {row['own_mib']:9.1f} {row['files']:6} {row['threads']:8} {row['processes']:10}")
    print(f"slope per 100 {what}: {figures['slope_mib_per_100']:+.2f} MiB; of the second half alone "
          f"{figures['slope_of_second_half_mib_per_100']:+.2f} MiB; peak {figures['peak_own_mib']:.1f} MiB")


# --- Work

def write_networks(bin_dir, folder, resize):
    """Networks that have seen a few slices: what they say does not matter here, only that they say it again."""
    must(bin_dir / "jcs_phantom", "dataset", folder / "data", "--patients", "4", "--slices-per-patient", "4", "--size", resize, "--seed", "1")
    for kind in NETWORKS:
        config(folder, kind, resize, "epochs: 1, batch_size: 4")
        must(bin_dir / f"train_{kind}", "--config", folder / f"{kind}.yaml", "--out", folder / f"run_{kind}")


def config(folder, kind, resize, run, workers=1):
    (folder / f"{kind}.yaml").write_text(
        f"run: {{{run}, device: cpu, threads: 2}}\ndata: {{train: {folder}/data/train.csv, validation: {folder}/data/val.csv, workers: "
        f"{workers}}}\npreprocessing: {{resize: {resize}, crop: 0}}\n" + NETWORKS[kind])


def phantoms(bin_dir, folder, size, slices):
    """A handful of studies of different kinds and sizes."""
    made = []
    # The first, the pictures (which need decoders) and the volume come before the others.
    for seed, (rows, columns) in enumerate([(1, 1), (1.25, 1), (1, 1.5), (0.75, 0.75), (1.5, 1.5)]):
        made.append(folder / f"dicom{seed}")
        must(bin_dir / "jcs_phantom", "study", made[-1], "--rows", round(rows * size), "--columns", round(columns * size), "--slices",
             slices + 2 * seed, "--seed", 11 + seed, *(["--diseased"] if seed != 3 else []))
    must(bin_dir / "jcs_diagnose", made[0], "--weights-cls", folder / "run_cls" / "best.safetensors", "--segment", "never", "--device", "cpu",
         "--nifti-volume", "--png", "-o", folder / "first")
    return [made[0], folder / "first" / "pictures", folder / "first" / "volume.nii.gz", *made[1:]]


def linked(source, place):
    """Another study of the same files. @returns its path."""
    if source.is_file():
        place = place.with_name(place.name + ".nii.gz")
        os.link(source, place)
        return place
    place.mkdir()
    for file in source.iterdir():
        os.link(file, place / file.name)
    return place


def plain(folder):
    """A result without times and paths."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    for name in OF_THE_RUN:
        result.pop(name)
    for one in result["per_slice"]:
        one["file"] = pathlib.Path(one["file"] or "").name if not str(one["file"]).endswith(".nii.gz") else ""
    found = {"result.json": json.dumps(result)}
    found.update({file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in (".dcm", ".gz")})
    return found


def soak_cohort(bin_dir, folder, arguments):
    write_networks(bin_dir, folder, arguments.resize)
    kinds = phantoms(bin_dir, folder, arguments.size, arguments.slices)
    (folder / "studies").mkdir()
    order = [i % len(kinds) for i in range(arguments.studies - 1)] + [0]  # the first and the last are the same
    places = [linked(kinds[kind], folder / "studies" / f"s{i:05}") for i, kind in enumerate(order)]
    (folder / "list.txt").write_text("".join(f"{place}\n" for place in places))
    results = folder / "out" / "studies"

    def done():
        try:
            return sum(1 for name in os.listdir(results) if not name.startswith("."))
        except OSError:
            return 0
    words = [bin_dir / "jcs_diagnose", folder / "list.txt", "--cohort", "--weights-cls", folder / "run_cls" / "best.safetensors", "--weights-seg",
             folder / "run_seg" / "best.safetensors", "--device", "cpu", "--threads", arguments.threads, "--segment", "always", "--nifti-opacity",
             "--content-time", "20260101000000", "-o", folder / "out", "--quiet"]
    samples, seconds = watched(words, folder / "log", done, arguments.pause)
    figures, problems = summary(samples, arguments.studies, len(kinds), arguments.most_growth, arguments.threads)
    got = sorted(path for path in results.iterdir() if not path.name.startswith("."))
    if len(got) != len(order):
        problems.append(f"{len(got)} results of {len(order)} studies")
    else:
        first, different = {}, 0
        for kind, path in zip(order, got):
            now = plain(path)
            different += first.setdefault(kind, now) != now
        figures["different_results"] = different
        if different:
            problems.append(f"{different} results differ from the first one of their phantom")
    return figures, problems, "studies", arguments.studies, seconds


def soak_training(bin_dir, folder, arguments):
    must(bin_dir / "jcs_phantom", "dataset", folder / "data", "--patients", "8", "--slices-per-patient", "6", "--size", arguments.size)
    batch, slices = 4, sum(1 for _ in open(folder / "data" / "train.csv", encoding="utf-8")) - 1
    epochs = -(-arguments.steps // -(-slices // batch))
    config(folder, "seg", arguments.resize, f"epochs: {epochs}, batch_size: {batch}", workers=2)
    table = folder / "run" / "metrics.csv"

    def done():
        try:
            return max(0, table.read_bytes().count(b"\n") - 1)
        except OSError:
            return 0
    samples, seconds = watched([bin_dir / "train_seg", "--config", folder / "seg.yaml", "--out", folder / "run", "--quiet"], folder / "log", done,
                               arguments.pause)
    figures, problems = summary(samples, epochs, max(1, epochs // 20), arguments.most_growth, 0)
    figures["steps"] = epochs * -(-slices // batch)
    return figures, problems, "epochs", epochs, seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="folder of the build")
    parser.add_argument("--command", choices=("cohort", "train_seg"), default="cohort")
    parser.add_argument("--studies", type=int, default=500)
    parser.add_argument("--steps", type=int, default=300, help="of train_seg, rounded up to whole epochs")
    parser.add_argument("--size", type=int, default=128, help="rows and columns of the first phantom; others have less or more")
    parser.add_argument("--slices", type=int, default=24)
    parser.add_argument("--resize", type=int, default=128, help="what the networks see")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two looks")
    parser.add_argument("--most-growth", type=float, default=16, help="MiB that the end may hold more than a tenth of the work")
    parser.add_argument("--json", type=pathlib.Path, help="a file for the figures")
    arguments = parser.parse_args()
    soak = soak_cohort if arguments.command == "cohort" else soak_training
    with tempfile.TemporaryDirectory(prefix="jcs-soak-") as folder:
        figures, problems, what, total, seconds = soak((arguments.build / "bin").resolve(), pathlib.Path(folder).resolve(), arguments)
    print_table(figures, what, total, seconds)
    if arguments.json:
        arguments.json.write_text(json.dumps({"command": arguments.command, what: total, "seconds": seconds, **figures, "problems": problems},
                                             indent=2), encoding="utf-8")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
