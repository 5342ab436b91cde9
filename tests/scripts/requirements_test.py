"""What scripts/ install from the package index is pinned by version and sha256, and other files are refused in one line."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
LISTS = sorted(SCRIPTS.glob("*requirements.txt"))


def entries(file: Path) -> list[str]:
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


class Lists(unittest.TestCase):
    def test_every_package_has_a_version_and_a_sum(self):
        self.assertGreaterEqual(len(LISTS), 3)
        for file in LISTS:
            for entry in entries(file):
                with self.subTest(file=file.name, entry=entry.split()[0]):
                    self.assertRegex(entry, r"^[a-z0-9.-]+==[^ ]+( ; python_version [^-]+)?( +--hash=sha256:[0-9a-f]{64})+$")

    def test_all_places_name_the_same_libtorch(self):
        listed = re.search(r"^torch==(\S+)", (SCRIPTS / "libtorch_requirements.txt").read_text(encoding="utf-8"), re.M)
        setup = re.search(r"^torch_version=(\S+)", (SCRIPTS / "setup.sh").read_text(encoding="utf-8"), re.M)
        cmake = re.search(r'JCS_LIBTORCH_PINNED "(\S+)"', (ROOT / "cmake/LibTorch.cmake").read_text(encoding="utf-8"))
        readme = re.search(r"/libtorch-(\S+)", (ROOT / "README.md").read_text(encoding="utf-8"))
        self.assertEqual(listed[1], setup[1])
        self.assertEqual(listed[1], cmake[1])
        self.assertEqual(listed[1], readme[1])


class Refusals(unittest.TestCase):
    def install(self, pip_says: str):
        """setup.sh's installation, with a pip that only pretends."""
        with tempfile.TemporaryDirectory() as folder:
            pip = Path(folder) / "pip"
            pip.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{pip_says}\nEND\nexit 1\n", encoding="utf-8")
            pip.chmod(0o755)
            words = ["bash", "-c", 'source "$1/setup.sh"; install_wheels "$2/pip" "$2/to" "$2/log"; echo went on', "-"]
            return subprocess.run([*words, str(SCRIPTS), folder], capture_output=True, text=True, check=False)

    def test_a_file_of_another_sum_is_named_in_one_line(self):
        result = self.install(
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package\n"
            "    torch==2.11.0 from https://index/torch.whl:\n        Expected sha256 aa\n             Got        bb\n"
        )
        self.assertEqual(result.returncode, 5)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertIn("torch==2.11.0: what was downloaded has not the sha256", result.stderr)

    def test_other_failures_show_what_pip_said(self):
        result = self.install("ERROR: no route to host")
        self.assertEqual(result.returncode, 5)
        self.assertIn("no route to host", result.stderr)
        self.assertIn("nothing was installed", result.stderr)


if __name__ == "__main__":
    unittest.main()
