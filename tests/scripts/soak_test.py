"""scripts/soak.py with programs that only pretend: what leaks, or answers otherwise later, must not pass."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/soak.py"

PHANTOM = """
place = pathlib.Path(sys.argv[2])
place.mkdir()
for i in range(3): (place / f"slice_{i}.dcm").write_text("x")
(place / "train.csv").write_text("image\\n" + "a.png\\n" * 8)
"""
TRAIN = """
place = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
place.mkdir()
(place / "best.safetensors").write_text("x")
for epoch in range(150 if os.environ.get("FAULT") == "steps" else 1):
    with open(place / "metrics.csv", "a") as table: table.write("epoch\\n" if epoch == 0 else f"{epoch}\\n")
    kept.append(bytearray(os.urandom(1 << 18)))
    time.sleep(0.01)
"""
DIAGNOSE = """
fault = os.environ.get("FAULT", "")
out = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
def one(name, place, bytes_of_mask):
    place.mkdir(parents=True)
    result = {"timing": {}, "total_seconds": time.time(), "source": name, "per_slice": [{"file": "slice_1.dcm"}]}
    (place / "result.json").write_text(json.dumps(result))
    (place / "segmentation.dcm").write_bytes(bytes_of_mask)
if "--cohort" not in sys.argv:
    one("x", out, b"x")
    (out / "volume.nii.gz").write_text("x")
    (out / "pictures").mkdir()
    (out / "pictures" / "a.png").write_text("x")
else:
    for i, line in enumerate(pathlib.Path(sys.argv[1]).read_text().split()):
        time.sleep(0.02)
        if fault == "memory": kept.append(bytearray(os.urandom(1 << 20)))
        if fault == "files": kept.append(open("/dev/null"))
        if fault == "processes" or (fault == "late decoder" and i == 40):
            kept.append(subprocess.Popen(["sleep", "10"], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        if fault == "threads":
            threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
        one(line, out / "studies" / pathlib.Path(line).name, b"other" if fault == "result" and i == 59 else b"same")
"""
HEAD = f"#!{sys.executable}\nimport json, os, pathlib, subprocess, sys, threading, time\nkept = []\n"


class Soak(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="jcs-soak-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "bin").mkdir()
        for name, text in (("jcs_phantom", PHANTOM), ("train_seg", TRAIN), ("train_cls", TRAIN), ("jcs_diagnose", DIAGNOSE)):
            file = self.folder / "bin" / name
            file.write_text(HEAD + text)
            file.chmod(0o755)

    def soak(self, fault="", *words):
        return subprocess.run([sys.executable, SCRIPT, "--build", self.folder, "--studies", "60", "--pause", "0.01", "--json",
                               self.folder / "all.json", *words], capture_output=True, text=True, check=False, env={**os.environ, "FAULT": fault})

    def test_what_keeps_nothing_passes(self):
        done = self.soak()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        figures = json.loads((self.folder / "all.json").read_text())
        self.assertEqual((figures["studies"], figures["different_results"], figures["problems"]), (60, 0, []))
        self.assertEqual(list(figures["at"]), ["10%", "50%", "100%"])

    def test_a_decoder_that_starts_late_is_no_leak(self):
        done = self.soak("late decoder")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_grows_does_not(self):
        for fault, word in (("memory", "memory grows by"), ("files", "files grow from"), ("threads", "threads grow from"),
                            ("processes", "processes grow from")):
            done = self.soak(fault)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn(word, done.stdout)

    def test_nor_does_another_result(self):
        done = self.soak("result")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("1 results differ", done.stdout)

    def test_a_training_that_grows_does_not(self):
        done = self.soak("steps", "--command", "train_seg", "--steps", "300")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("memory grows by", done.stdout)


if __name__ == "__main__":
    unittest.main()
