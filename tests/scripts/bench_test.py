"""scripts/bench.py with programs that only pretend, and without its engines: command line, table, what is left of a failure."""

import contextlib
import importlib.util
import io
import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))
SPEC = importlib.util.spec_from_file_location("bench_script", SCRIPTS / "bench.py")
script = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(script)

RESULT = {"slices": 12, "positive_slices": 3, "timing": {"read": 0.25, "segment": 0.5}, "total_seconds": 0.75}


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="jcs-bench-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "result.json").write_text(json.dumps(RESULT))
        self.program("jcs_diagnose", f"cat {self.folder}/result.json")
        self.program("jcs_phantom", "exit 0")

    def program(self, name, line):
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)

    def run_script(self, *words):
        """Exit code, standard output and standard error."""
        output, errors = io.StringIO(), io.StringIO()
        code = 0
        with (
            mock.patch.object(sys, "argv", ["bench.py", *map(str, words), "--bin", str(self.folder)]),
            mock.patch.object(script.environment, "enter", lambda: None),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
        ):
            try:
                script.main()
            except SystemExit as stopped:
                code = stopped.code
        return code, output.getvalue(), errors.getvalue()

    def weights(self):
        return "--weights-cls", "cls.safetensors", "--weights-seg", "seg.safetensors"

    def test_unknown_parts_and_missing_studies_are_refused_in_one_line(self):
        for words, said in (
            (("--only", "reeding"), "'reeding' is none of"),
            (("--only", "reading"), "reading needs --study"),
            (("--only", "growth", "--slices", "50,0"), "no whole number above 0"),
        ):
            code, output, errors = self.run_script(*words)
            self.assertEqual((code, output), (2, ""))
            self.assertIn(said, errors.splitlines()[-1])

    def test_a_study_gives_a_row_for_each_stage_and_place(self):
        numbers = self.folder / "numbers.json"
        words = ("--only", "study", "--study", self.folder, "--repetitions", "2", "--json", numbers)
        code, output, _ = self.run_script(*words, *self.weights())
        self.assertEqual(code, 0)
        for place in ("all", "lung", "suspicious"):
            row = next(line for line in output.splitlines() if f"diagnosis: segment | {place} |" in line)
            self.assertIn("| 0.500 s | 0.500 – 0.500 | 1.00 |", row)
        self.assertIn("3 of 12 slices positive", output)
        self.assertIn("diagnosis: peak memory", json.dumps(json.loads(numbers.read_text())))

    def test_what_was_measured_is_told_when_a_later_part_fails(self):
        self.program("jcs_phantom", "echo 'jcs_phantom: no room' >&2; exit 5")
        words = ("--only", "study,growth", "--study", self.folder, "--repetitions", "1")
        code, output, errors = self.run_script(*words, *self.weights())
        self.assertEqual(code, 5)
        self.assertIn("diagnosis: segment", output)
        self.assertIn("jcs_phantom: no room", errors.splitlines()[-1])

    def test_nothing_is_told_when_nothing_was_measured(self):
        self.program("jcs_diagnose", "echo 'jcs_diagnose: no weights' >&2; exit 4")
        code, output, errors = self.run_script("--only", "study", "--study", self.folder, *self.weights())
        self.assertEqual((code, output), (4, ""))
        self.assertIn("jcs_diagnose: no weights", errors.splitlines()[-1])

    def test_reading_is_timed_alone_and_beside_the_networks(self):
        self.program("reading_benchmark", """echo '{"slices": 12, "seconds": 0.125}'""")
        with mock.patch.object(script.studies, "in_child", lambda *_: 1.0):
            words = ("--only", "reading", "--study", self.folder, "--repetitions", "1")
            code, output, _ = self.run_script(*words, *self.weights())
        self.assertEqual(code, 0)
        rows = {line.split("|")[3].strip(): line for line in output.splitlines() if "slices to HU" in line}
        self.assertIn("| 0.125 s |", rows["jcs"])
        self.assertIn("| 0.250 s |", rows["jcs_diagnose"])


if __name__ == "__main__":
    unittest.main()
