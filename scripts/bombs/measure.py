"""Time and memory of a process and all below it."""
import os
import signal
import threading
import time

PAUSE = 0.01
MOST_MIB = 6000


def descendants(pid):
    found = [pid]
    for one in found:
        try:
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children", encoding="ascii") as file:
                    found += [int(child) for child in file.read().split()]
        except OSError:
            pass
    return found


def resident(pid):
    """Memory of a process in MiB that is its own: files that are mapped can be dropped."""
    total = 0
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1])
    except OSError:
        pass
    return total / 1024


class Watch:
    """Follows a process until it ends; kills it, and what it started, after `patience` seconds or beyond MOST_MIB.
    `peak`: what all of them together had at most, looked at every hundredth of a second. Memory that processes share counts
    for each."""

    def __init__(self, process, patience):
        self.process, self.patience, self.peak = process, patience, 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()

    def follow(self):
        begun = time.monotonic()
        while not self.over.wait(PAUSE):
            now = sum(resident(pid) for pid in descendants(self.process.pid))
            self.peak = max(self.peak, now)
            if now > MOST_MIB or time.monotonic() - begun > self.patience:
                try:
                    os.killpg(self.process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def wait(self):
        """Exit code (below 0: the signal) and the largest resident memory in MiB of the process or of one that it waited
        for."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.over.set()
        self.thread.join()
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.process.returncode, usage.ru_maxrss / 1024
