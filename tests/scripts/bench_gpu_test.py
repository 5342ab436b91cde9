"""scripts/bench_gpu.sh with programs and a card that only pretend: its table, its failures, its exit codes."""

import gzip
import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/bench_gpu.sh"

NETWORKS = r"""#!/bin/sh
printf 'network\tway\tnumbers\tbatch\tslices_per_second\tgflop_per_slice\tnote\n'
printf 'release segmenter 512\tprepared\tbf16\t16\t1000\t486\t\n'
printf 'release segmenter 512\tprepared\tfp32\t32\t0\t486\t%s\n' "$NOTE"
"""
PROFILE = r"""#!/bin/sh
printf '  9.0 ms together, fp32\n\n  5.0 ms  55.6 %%  convolution 3x3\n\n  2.5 ms  27.8 %%  convolution a 8->8 3x3 at 4x4\n'
"""
PHANTOM = '#!/bin/sh\nmkdir -p "$2"\n'
DIAGNOSE = r"""#!/bin/sh
[ -z "$FAILS" ] || { echo "jcs_diagnose: $FAILS" >&2; exit 4; }
while [ $# -gt 0 ]; do [ "$1" = -o ] && { mkdir -p "$2"; cp "$MASKS/$(basename "$2").gz" "$2/opacity.nii.gz"; }; shift; done
cat "$MASKS/result.json"
"""


def nifti(mask: bytes) -> bytes:
    """The least of a NIfTI-1 file of one byte a voxel."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<h", header, 72, 8)
    struct.pack_into("<f", header, 108, 352.0)
    return gzip.compress(bytes(header) + mask)


class BenchGpu(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="jcs-bench-gpu-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "build/bin").mkdir(parents=True)
        programs = {"device_benchmark": NETWORKS, "network_profile": PROFILE}
        programs |= {"jcs_phantom": PHANTOM, "jcs_diagnose": DIAGNOSE}
        for name, text in programs.items():
            self.program(self.folder / "build/bin" / name, text)
        (self.folder / "result-fp32.gz").write_bytes(nifti(bytes([1, 1, 1, 0])))
        (self.folder / "result-bf16.gz").write_bytes(nifti(bytes([1, 1, 0, 0])))
        result = {"slices": 300, "timing": {"read": 0.25, "segment": 0.5}, "total_seconds": 0.75}
        (self.folder / "result.json").write_text(json.dumps(result))

    def program(self, file, text):
        file.write_text(text)
        file.chmod(0o755)

    def card(self, name):
        (self.folder / "smi").mkdir(exist_ok=True)
        self.program(self.folder / "smi/nvidia-smi", f"#!/bin/sh\necho '{name}'\n")

    def run_script(self, *words, **environment):
        path = f"{self.folder / 'smi'}:{os.environ['PATH']}"
        words = (str(SCRIPT), "--build", str(self.folder / "build"), *words)
        environment = {**os.environ, "PATH": path, "MASKS": str(self.folder), "NOTE": "", **environment}
        return subprocess.run(words, capture_output=True, text=True, env=environment)

    def test_one_table_with_the_cards_name_and_shares_of_its_peak(self):
        self.card("NVIDIA H100 80GB HBM3")
        done = self.run_script()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("NVIDIA H100 80GB HBM3; peak fp32 66.9, bf16 989 TFLOP/s"))
        self.assertIn("| bf16 | 16 | 1000.0 slices/s, 486.0 TFLOP/s | 49 % |", done.stdout)
        self.assertIn("| profile | convolution a 8->8 3x3 at 4x4 | fp32 | 1 | 2.5 ms  27.8 % |", done.stdout)
        self.assertIn("| study | segment | bf16 | | 0.500 s | | 300 slices |", done.stdout)
        self.assertIn("| Dice 0.80000 | | 3 and 2 of 4 voxels |", done.stdout)
        lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
        self.assertEqual({line.count("|") for line in lines}, {8})

    def test_a_peak_can_be_named(self):
        self.card("Some Card")
        done = self.run_script()
        self.assertIn("| 1000.0 slices/s, 486.0 TFLOP/s | – |", done.stdout)
        done = self.run_script("--peak-bf16", "972")
        self.assertIn("| 1000.0 slices/s, 486.0 TFLOP/s | 50 % |", done.stdout)

    def test_a_part_that_fails_says_so_and_the_others_run(self):
        self.card("NVIDIA H200")
        done = self.run_script(FAILS="the weights are | bad")
        self.assertEqual(done.returncode, 1)
        self.assertIn("failed: jcs_diagnose: the weights are   bad |", done.stdout)
        self.assertIn("| outlines | | | | | | failed: there are no two results to compare |", done.stdout)
        self.assertIn("49 %", done.stdout)

    def test_a_measurement_that_fails_says_so(self):
        self.card("NVIDIA H200")
        done = self.run_script(NOTE="failed: no memory")
        self.assertEqual(done.returncode, 1)
        self.assertIn("| fp32 | 32 | – | – | failed: no memory |", done.stdout)

    def test_without_a_gpu_one_line(self):
        self.card("")
        self.program(self.folder / "smi/nvidia-smi", "#!/bin/sh\necho 'No devices were found'\nexit 6\n")
        done = self.run_script()
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_wrong_words_are_refused(self):
        for words in (["--what"], ["--device", "tpu"], ["--slices", "0"], ["--peak-fp32", "fast"], ["--slices"]):
            done = self.run_script(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
        self.assertIn("--peak-bf16", self.run_script("--help").stdout)


if __name__ == "__main__":
    unittest.main()
