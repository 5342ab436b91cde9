#!/usr/bin/env python3
"""What is left when a program is killed, and how fast it ends when it is asked to.

Starts small commands and kills them with SIGKILL at random moments (seeded), again and again, then lets them finish. What
they leave must be bit by bit what an undisturbed run leaves (apart from timings), an older result must be there until the
new one takes its place, and nothing of the killed runs may stay beside it.

With --terminate the signal is SIGTERM, as schedulers send it before they kill: the program must end by itself, with exit
code 130 (or as if nothing had been, when it was done), and the time that takes is measured.

  scripts/kill_test.py                          240 kills, some ten minutes on two cores
  scripts/kill_test.py --kills 4 --commands convert,train_seg
  scripts/kill_test.py --terminate --kills 20
"""
import argparse
import importlib.util
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("faults", HERE / "faults.py")
faults = importlib.util.module_from_spec(spec)
spec.loader.exec_module(faults)

ALL = "train_seg,train_cls,diagnose,cohort,convert,study,split"


def start(trial, place):
    words = [str(word).replace("{in}", str(trial.inputs)).replace("{out}", str(place)) for word in trial.command.words]
    if "--config" in words:
        words += ["--set", f"data.cache={place}/cache"]
    if trial.command.name == "split":
        words.append("--overwrite")
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=dict(os.environ, OMP_NUM_THREADS="1"))


def whole(trial, place):
    """Whether each output of a command that replaces is the older or the new one; after a kill of course beside leftovers."""
    now = {name: content for name, content in faults.tree(place).items() if not name.startswith(".")}
    for top in {name.split("/")[0] for name in set(trial.before)}:
        def part(tree):
            return {k: v for k, v in tree.items() if k.split("/")[0] == top}
        if part(now) not in (part(trial.before), part(trial.expected)):
            return f"{top} is neither the older output nor the new one"
    return None


def killed(trial, place, chance, seconds):
    """One kill; what is wrong then, and whether the program was still running."""
    process = start(trial, place)
    try:
        process.communicate(timeout=chance.uniform(0.0, 1.05) * seconds)
        running = False
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        running = True
    return (whole(trial, place) if trial.command.older else None), running


def terminated(trial, place, chance, seconds, times):
    process = start(trial, place)
    try:
        process.communicate(timeout=0.02 + chance.uniform(0.0, 1.0) * seconds)
        return None, False
    except subprocess.TimeoutExpired:
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
    try:
        _, said = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "did not end within a minute", True
    times.append(time.monotonic() - asked)
    if process.returncode == -signal.SIGTERM:
        return None, True  # before the program could say what it does with signals
    if process.returncode not in (0, 130):
        return f"exit code {process.returncode}: {said.strip()[:300]}", True
    if process.returncode == 130:
        ours = [line for line in said.splitlines() if line.startswith(pathlib.Path(trial.command.words[0]).name + ": ")]
        if len(ours) != 1:
            return f"no one line: {said.strip()[:300]!r}", True
        left = [n for n in faults.tree(place) if any(faults.UNDER_WAY.search(p) for p in n.split("/"))]
        if left:
            return f"left behind: {left[0]}", True
    return None, True


def finished(trial, place):
    process = start(trial, place)
    _, said = process.communicate(timeout=300)
    if process.returncode != 0:
        return f"does not go on: exit code {process.returncode}, {said.strip()[:300]}"
    now = faults.tree(place)
    left = [name for name in now if any(faults.UNDER_WAY.search(part.rstrip("/")) for part in name.split("/"))]
    if left:
        return f"leftovers stay: {left[0]}"
    return trial.difference(now, trial.expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "release", help="folder of the build")
    parser.add_argument("--kills", type=int, default=240, help="in all, shared among the commands")
    parser.add_argument("--rounds", type=int, default=5, help="kills before a run is left to finish")
    parser.add_argument("--commands", default=ALL, help="names, parted by commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--terminate", action="store_true", help="SIGTERM instead, with the time until the end")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    names = arguments.commands.split(",")
    bin_dir, library = (arguments.build / "bin").resolve(), (arguments.build / "tests" / "libjcs_failing_calls.so").resolve()
    known = faults.commands(bin_dir)
    faults.refuse_unknown(parser, "--commands", names, [command.name for command in known])
    chosen = [command for command in known if command.name in names]
    problems, total, struck = 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="jcs-kills-") as folder:
        folder = pathlib.Path(folder).resolve()
        faults.write_inputs(bin_dir, folder / "in")
        for command in chosen:
            trial = faults.Trial(command, folder / "in", folder / command.name, library)
            begun = time.monotonic()
            trial.start(trial.place("timed"))
            seconds = time.monotonic() - begun
            kills, hits, times, wrong = -(-arguments.kills // len(chosen)), 0, [], 0
            done = 0
            while done < kills:
                place = trial.place("place")
                for _ in range(min(arguments.rounds, kills - done)):
                    problem, running = (terminated(trial, place, chance, seconds, times) if arguments.terminate
                                        else killed(trial, place, chance, seconds))
                    done, hits = done + 1, hits + (1 if running else 0)
                    if problem:
                        wrong += 1
                        print(f"{command.name}: after {done}: {problem}", flush=True)
                problem = finished(trial, place)
                if problem:
                    wrong += 1
                    print(f"{command.name}: {problem}", flush=True)
            line = f"{command.name}: {hits} of {done} signals met it running ({seconds:.1f} s undisturbed), {wrong} problems"
            if times:
                times.sort()
                line += (f"; ended after {statistics.median(times):.2f} s (median), "
                         f"{times[int(0.95 * (len(times) - 1))]:.2f} s (95 %), {times[-1]:.2f} s (longest)")
            print(line, flush=True)
            problems, total, struck = problems + wrong, total + done, struck + hits
            shutil.rmtree(folder / command.name)
    print(f"{total} signals, {struck} to a running program, {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
