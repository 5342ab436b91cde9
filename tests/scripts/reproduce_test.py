"""scripts/reproduce.py with programs that only pretend: what it calls, what it refuses, what it writes."""

import csv
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/reproduce.py"
sys.path.insert(0, str(ROOT / "scripts"))

from reproduce import figures, manifests, report  # noqa: E402

PROGRAMS = ("train_seg", "train_cls", "eval_seg", "eval_cls", "jcs_data", "jcs_diagnose")
HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="jcs-reproduce-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        source = (ROOT / "tests/scripts/fake_program.py").read_text()
        for name in PROGRAMS:
            (self.bin / name).write_text(f"#!{sys.executable}\n{source}")
            (self.bin / name).chmod(0o755)
        header = "image,mask,label,patient,source\n"
        for name in ("train", "test", "cls_train", "cls_test"):
            rows = "".join(f"{name}{i}.png,{name}{i}_mask.png,{i % 2},{name}{i // 4},Invented\n" for i in range(8))
            (self.folder / f"{name}.csv").write_text(header + rows)
        self.studies = [self.folder / "P001", self.folder / "normal001"]
        for study in self.studies:
            study.mkdir()

    def command(self, name, *more):
        words = [sys.executable, str(SCRIPT), name, "--bin", str(self.bin), "--out", str(self.folder / "out")]
        for option in ("train", "test", "cls_train", "cls_test"):
            words += [f"--{option.replace('_', '-')}", str(self.folder / f"{option}.csv")]
        return words + ["--studies", f"{self.studies[0]}=1", f"{self.studies[1]}=0", *more]

    def run_script(self, words, **environment):
        return subprocess.run(words, capture_output=True, text=True, env={**os.environ, **environment})

    def reproduce(self, name, *more, **environment):
        return self.run_script(self.command(name, *more), **environment)

    def refused(self, code, words, text, **environment):
        done = self.run_script(words, **environment)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(text, done.stderr)

    def calls(self):
        file = self.bin / "calls.txt"
        return file.read_text().splitlines() if file.exists() else []

    def out(self, name):
        return (self.folder / "out" / name).read_text()

    def figures_of(self, name):
        """What NAME.csv holds: {(row, figure): row of numbers}."""
        with open(self.folder / "out" / f"{name}.csv", newline="") as lines:
            return {tuple(list(row.values())[:2]): row for row in csv.DictReader(lines)}


class Commands(Case):
    """Needs no matplotlib."""

    def test_dry_run_prints_what_would_be_run_and_runs_nothing(self):
        for name, trainings, evaluations in (
            ("table2", 2, 0),
            ("table4", 1, 1),
            ("table5", 4, 4),
            ("table6", 3, 2),
            ("table7", 6, 5),
            ("fig7", 0, 0),
            ("fig9", 3, 3),
            ("fig11", 1, 1),
        ):
            done = self.reproduce(name, "--dry-run")
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = done.stdout.splitlines()
            self.assertEqual(sum("/train_" in line for line in lines), trainings, done.stdout)
            self.assertEqual(sum("/eval_" in line and " --run " in line for line in lines), evaluations, done.stdout)
        self.assertEqual(self.calls(), [])
        self.assertFalse((self.folder / "out").exists())

    def test_variants_are_settings(self):
        lines = self.reproduce("table5", "--dry-run").stdout
        for efm in ("false", "true"):
            for aff in ("false", "true"):
                self.assertIn(f"--set network.efm={efm} --set network.aff={aff}", lines)
        lines = self.reproduce("table7", "--dry-run").stdout
        for architecture in ("unet", "dss", "egnet", "poolnet"):
            self.assertIn(f"network.architecture={architecture}", lines)
        fused = [line for line in lines.splitlines() if "network.fusion=paper" in line]
        self.assertEqual(len(fused), 1)
        self.assertIn("fused_classifier.weights", fused[0])
        self.assertIn("cls-standard", fused[0])

    def test_the_fused_classifier_is_the_one_of_the_configuration(self):
        for scale in ("compact", "paper"):
            config = (ROOT / f"configs/cls_{scale}.yaml").read_text()
            backbone = config.split("backbone: {")[1].split("}")[0]
            fused = [
                line
                for line in self.reproduce("table6", "--dry-run", "--scale", scale).stdout.splitlines()
                if "network.fusion" in line
            ][0]
            for part in ("version", "layers"):
                value = backbone.split(f"{part}: ")[1].split("]")[0].split(", norm")[0]
                value = value + "]" if part == "layers" else value.split(",")[0]
                self.assertIn(f"network.classifier.{part}={value}", fused)

    def test_settings_reach_the_trainings_they_are_meant_for(self):
        lines = self.reproduce(
            "table6",
            "--dry-run",
            "--epochs",
            "3",
            "--seed",
            "9",
            "--set",
            "run.device=cpu",
            "--set",
            "seg:run.batch_size=2",
        ).stdout.splitlines()
        for line in (line for line in lines if "/train_" in line):
            for text in ("run.epochs=3", "run.iterations=0", "run.seed=9", "run.device=cpu"):
                self.assertIn(text, line)
            self.assertEqual("run.batch_size=2" in line, "/train_seg" in line)

    def test_overlap_is_allowed_knowingly(self):
        for name in ("table4", "table5"):
            for more in ([], ["--allow-overlap"]):
                for line in self.reproduce(name, "--dry-run", *more).stdout.splitlines():
                    if "/eval_" in line and " --run " in line:
                        self.assertEqual("--allow-overlap" in line, bool(more))

    def test_the_test_set_has_no_say_in_the_training(self):
        for option in ("--train", "--validation"):
            words = self.command("table5", "--dry-run", option, str(self.folder / "test.csv"))
            self.refused(3, words, "test.csv: is what is learnt from too")
            self.assertEqual(self.run_script([*words, "--allow-overlap"]).returncode, 0)

    def test_other_settings_and_other_data_are_other_runs(self):
        def folders(*more):
            return {
                word
                for line in self.reproduce("fig11", "--dry-run", *more).stdout.splitlines()
                if "/train_" in line
                for word in line.split()
                if "/runs/" in word
            }

        first = folders()
        self.assertEqual(len(first), 1)
        self.assertEqual(first, folders("--set", "cls:run.epochs=7"))
        self.assertNotEqual(first, folders("--epochs", "7"))
        self.assertNotEqual(first, folders("--scale", "paper"))
        (self.folder / "train.csv").write_text("image,mask\na.png,b.png\n")
        self.assertNotEqual(first, folders())

    def test_what_is_missing_is_said_in_one_line(self):
        script = [sys.executable, str(SCRIPT)]
        self.refused(
            2, [*script, "table5"], "table5 needs --train and --test; manifests are made by `jcs_data manifest"
        )
        self.refused(2, [*script, "fig8"], "fig8 needs --train, --test or --cls-train")
        self.refused(2, [*script, "table4", "--cls-train", str(self.folder / "train.csv")], "table4 needs --studies")
        self.refused(
            3, [*script, "table5", "--train", "no.csv", "--test", "no.csv"], "no.csv: manifest is not there (--train)"
        )
        self.refused(2, self.command("table5", "--epochs", "0"), "--epochs: expected 1 or more, got 0")
        self.assertEqual(self.run_script([*script, "table3"]).returncode, 2)

    def test_studies_need_labels_for_table_4(self):
        words = self.command("table4", "--dry-run", "--studies", str(self.studies[0]))
        self.refused(3, words, "P001: the patient's label is not known; name it: --studies FOLDER=1")
        self.refused(
            3, self.command("table4", "--dry-run", "--studies", "nowhere=1"), "nowhere: neither a manifest nor a folder"
        )
        (self.folder / "studies.csv").write_text("image,label,patient\nP001,1,a\nnormal001,0,b\n")
        done = self.reproduce("table4", "--dry-run", "--studies", str(self.folder / "studies.csv"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_activation_maps_need_masks(self):
        (self.folder / "cls_test.csv").write_text("image,label\na.png,1\n")
        self.refused(3, self.command("fig9", "--dry-run"), "cls_test.csv: no slice has a mask")

    def test_manifests_are_read_with_paths_from_their_own_folder(self):
        file = self.folder / "list.txt"
        file.write_text("im/a.png mask/a.png\n\n")
        self.assertEqual(
            manifests.read(file), [{"image": f"{self.folder}/im/a.png", "mask": f"{self.folder}/mask/a.png"}]
        )
        joined = manifests.joined([self.folder / "train.csv", self.folder / "train.csv", self.folder / "test.csv"])
        self.assertEqual(len(joined), 16)
        manifests.write(self.folder / "all.csv", joined)
        self.assertEqual(manifests.read(self.folder / "all.csv")[0]["image"], f"{self.folder}/train0.png")
        self.assertIn("8 rows, 2 patients; from Invented", manifests.description(self.folder / "train.csv"))

    def test_lesions_are_grouped_by_two(self):
        groups = [figures.lesion_group(count) for count in (1, 2, 3, 4, 7, 8, 9, 30)]
        self.assertEqual(groups, ["1–2", "1–2", "3–4", "3–4", "7–8", "7–8", "9 and more", "9 and more"])

    def test_cells_tell_value_interval_and_paper(self):
        cell = report.percent({"mean": 0.5, "interval": [0.4, 0.625]}, 77.5)
        self.assertEqual(cell.text(), "50.0 (40.0 to 62.5), paper 77.5")
        self.assertEqual(report.percent({"mean": None}).text(), "–")
        surely = {"difference": 0.05, "interval": [0.01, 0.09]}
        perhaps = {"difference": -0.05, "interval": [-0.11, 0.01]}
        self.assertEqual(report.difference(surely), "**+5.0 (+1.0 to +9.0)**")
        self.assertEqual(report.difference({"difference": None, "interval": None}), "–")
        self.assertEqual(report.difference({"difference": 0.01, "interval": None}), "+1.0 (no interval)")
        self.assertEqual(report.difference(perhaps), "-5.0 (-11.0 to +1.0)")


@unittest.skipUnless(HAS_MATPLOTLIB, "matplotlib is missing")
class Drawing(Case):
    def written(self, name, *more):
        done = self.reproduce(name, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Warning", done.stderr)
        for ending in ("md", "csv", "png", "pdf"):
            self.assertGreater((self.folder / "out" / f"{name}.{ending}").stat().st_size, 100)
        self.assertEqual(list((self.folder / "out").glob(".*")), [])
        text = self.out(f"{name}.md")
        self.assertIn("The paper's figures come from COVID-CS", text)
        return text

    def test_table_5(self):
        text = self.written("table5")
        rows = self.figures_of("table5")
        self.assertEqual(float(rows[("neither", "Dice")]["paper"]), 71.0)
        self.assertEqual(float(rows[("EFM and AFF", "E (mean)")]["paper"]), 92.0)
        ours = rows[("EFM", "Dice")]
        self.assertLess(float(ours["low"]), float(ours["value"]))
        self.assertEqual(rows[("EFM", "E (max)")]["paper"], "")
        self.assertEqual(text.count("minus neither"), 9)
        self.assertIn("trained: `seg-plain-", text)
        self.assertIn("2 epochs, 20 batches, 1.5 min", text)
        self.assertIn("8 rows, 2 patients; from Invented", text)

    def test_tables_6_and_7(self):
        self.assertIn("with classifier features", self.written("table6"))
        self.written("table7")
        rows = self.figures_of("table7")
        self.assertEqual(
            [float(rows[(name, "IoU")]["paper"]) for name in ("U-Net", "DSS", "EGNet", "PoolNet", "JCS")],
            [54.1, 51.7, 55.4, 55.9, 66.4],
        )

    def test_table_4(self):
        (self.folder / "others.csv").write_text("image,label,patient\nP001,1,a\n")
        text = self.written("table4", "--choose-on", str(self.folder / "others.csv"))
        rows = self.figures_of("table4")
        self.assertEqual(len(rows), 8)
        self.assertEqual(
            (float(rows[("25", "sensitivity")]["value"]), float(rows[("25", "sensitivity")]["paper"])), (87.5, 95.0)
        )
        self.assertIn("others.csv` is 22.", text)

    def test_table_2(self):
        text = self.written("table2")
        rows = self.figures_of("table2")
        self.assertEqual(float(rows[("P001", "classify")]["value"]), 2)
        self.assertEqual(float(rows[("median for 300 slices", "segment")]["value"]), 60)
        self.assertEqual(float(rows[("median for 300 slices", "segment")]["paper"]), 21)
        self.assertIn("2 cases, computed on cpu, 2 threads", text)

    def test_figures(self):
        self.written("fig7")
        self.written("fig8", "--least-area", "5")
        self.assertIn("--least-area 5", self.calls()[-1])
        self.written("fig9")
        self.assertIn("| with mixup and L_seg |", self.out("fig9.md"))
        self.written("fig11")
        shares = [
            float(self.figures_of("fig11")[(f"Dice {band}", "share")]["value"])
            for band in ("0.6 to 1", "0.1 to 0.6", "below 0.1")
        ]
        self.assertAlmostEqual(sum(shares), 100, places=3)
        self.assertGreater(shares[2], 0)

    def test_what_is_there_is_not_made_again(self):
        self.written("table5")
        before = len(self.calls())
        self.written("table5")
        again = self.calls()[before:]
        # The trainers themselves know a complete run.
        self.assertEqual([line.split()[0] for line in again], ["train_seg"] * 4)
        # A run is shared by all that are about it.
        self.written("fig11")
        self.assertEqual([line.split()[0] for line in self.calls()[before + 4 :]], ["train_seg"])

    def test_a_program_that_fails_ends_it_with_its_code(self):
        done = self.reproduce("table5", FAKE_FAILURE="eval_seg")
        self.assertEqual(done.returncode, 3)
        self.assertTrue(
            done.stderr.endswith("eval_seg: refused\nreproduce.py: eval_seg failed with exit code 3\n"), done.stderr
        )
        self.assertFalse((self.folder / "out/table5.md").exists())
        self.refused(3, self.command("fig7"), "the manifests name no DICOM slices", FAKE_NO_DICOM="1")
        (self.bin / "train_seg").unlink()
        self.refused(2, self.command("table5"), "train_seg: the program is not there")

    def test_ctrl_c_leaves_the_training_its_time(self):
        process = subprocess.Popen(
            self.command("fig11"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "FAKE_TRAINING_WAITS": "1"},
            start_new_session=True,
        )
        runs = self.folder / "out/runs/compact"
        for _ in range(600):
            if list(runs.glob("*/started")):
                break
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, said)
        self.assertIn("reproduce.py: interrupted; the same command goes on from here", said)
        self.assertEqual(len(list(runs.glob("*/last.ckpt"))), 1)
        self.assertEqual(self.reproduce("fig11").returncode, 0)


if __name__ == "__main__":
    unittest.main()
