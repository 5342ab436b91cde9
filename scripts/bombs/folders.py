"""Cases of folders: links, pipes, devices, many files, deep ones, names, and files that change while they are read."""
import json
import os
import pathlib
import shutil
import socket
import time

from . import dicom
from .case import INPUT, USAGE, WEIGHTS, Case, diagnose, list_series
from .pictures import small_png

SLICES = 4
ESCAPE = "\x1b[31m"


def study_with(more, slices=SLICES):
    """A sound study, to whose folder `more` adds something."""
    def make(folder):
        study = folder / "study"
        if slices:
            dicom.write_study(study, slices)
        else:
            study.mkdir()
        more(study)
    return make


def counts(expected):
    """A success must be of so many slices."""
    def check(out):
        found = json.loads((out / "result" / "result.json").read_text())["slices"]
        return None if found == expected else f"{found} slices instead of {expected}"
    return check


def links(study):
    (study / "up").symlink_to("..")
    (study / "self").symlink_to(study, target_is_directory=True)
    (study / "loop.dcm").symlink_to("loop.dcm")
    (study / "gone.dcm").symlink_to("nowhere")


def special(study):
    os.mkfifo(study / "pipe.dcm")
    os.mkfifo(study / "pipe.png")
    (study / "zero.dcm").symlink_to("/dev/zero")
    (study / "full.png").symlink_to("/dev/full")
    (study / "tty.nii").symlink_to("/dev/tty")
    (study / "folder.dcm").mkdir()
    (study / "folder.png").mkdir()
    here = os.getcwd()
    os.chdir(study)  # the path of a socket is at most 107 bytes long
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.dcm")
    os.chdir(here)


def tiny_files(study, count=100_000):
    for index in range(count):
        with open(study / f"{index}.txt", "wb") as out:
            out.write(b"x")


def tiny_dicom(study, count=20_000):
    content = dicom.slice_bytes(0)[:300]
    for index in range(count):
        (study / f"t{index}.dcm").write_bytes(content)


def empty_files(study):
    for name in ("0.png", "1.jpg", "a.dcm", "v.nii", "v.nii.gz", "noname", "DICOMDIR"):
        (study / f"empty_{name}").touch()


def names(study):
    content = dicom.slice_bytes(0)
    odd = [b"new\nline.dcm", ESCAPE.encode() + b"red.dcm", b"quote\"'`$(touch x).dcm", b"\xff\xfe\x80.dcm", b"-rf", b"a" * 251 + b".dcm",
           b"\xc2\x9b31m.dcm", "‮gnp.dcm".encode(), b"back\\slash.dcm", b"tab\t\r\b\a.dcm", b"<script>alert(1)<"]
    for index, name in enumerate(odd):
        body = dicom.slice_bytes(SLICES + index)
        with open(os.path.join(os.fsencode(study), name), "wb") as out:
            out.write(body if index % 2 else content[:200] + body[200:])


def broken_names(study):
    """Files that must be named in the one line."""
    for name in (b"new\nline\x1b[31m\xff\xc2\x9b.png",):
        with open(os.path.join(os.fsencode(study), name), "wb") as out:
            out.write(b"\x89PNG broken")


def deep(levels, name="d"):
    def more(study):
        here = os.open(study, os.O_RDONLY | os.O_DIRECTORY)
        for _ in range(levels):
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
        with open(os.open("last.dcm", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as out:
            out.write(dicom.slice_bytes(SLICES))
        os.close(here)
    return more


MARKUP = "<script>alert(1)</script>\"'&{{x}}{{{y}}}"


def hostile_texts(study):
    uid = "../../../tmp/x;touch${IFS}y"
    changes = {(0x10, 0x10): ("PN", ESCAPE + MARKUP), (0x10, 0x20): ("LO", "../../" + MARKUP), (8, 0x103E): ("LO", MARKUP + ESCAPE),
               (8, 0x1030): ("LO", "\xc2\x9b31m$(reboot)".encode("latin-1")), (8, 0x50): ("SH", "a\nb\x00c"), (0x20, 0x0D): ("UI", uid),
               (0x20, 0x0E): ("UI", uid + "/1"), (8, 0x20): ("DA", "<b>2020")}
    dicom.write_study(study, SLICES, changes=changes)


def inert(out):
    """Nothing of the texts may be markup, and nothing may lie outside the place of results."""
    result = out / "result"
    for file in result.rglob("*"):
        if not set(file.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.-"):
            return f"a file is named {file.name!r}"
    page = (result / "report.html").read_text()
    if "<script>alert" in page or "<b>2020" in page or "\x1b" in page or "\x9b" in page:
        return "the page holds markup or control characters of the study"
    json.loads((result / "result.json").read_text())
    if sorted(entry.name for entry in out.iterdir()) != ["result"]:
        return "something lies beside the result"
    return None


def long_text(study):
    """Two series whose descriptions are as long as an element may be, and are cited in a warning."""
    dicom.write_study(study, SLICES, changes={(8, 0x103E): ("LO", "(" * 65_000)})
    for index in range(SLICES):
        content = dicom.slice_bytes(index + 10, changes={(8, 0x103E): ("LO", "\"x'" * 21_000), (0x20, 0x0E): ("UI", "1.2.9")})
        (study / f"b{index}.dcm").write_bytes(content)


def changing(change):
    """Calls `change` with the folder and a count, again and again while the command runs."""
    def during(folder, over):
        study, count = folder / "study", 0
        while not over.is_set():
            try:
                change(study, count)
            except OSError:
                pass
            count += 1
            time.sleep(0.002)
    return during


def cut(study, count):
    file = study / f"{count % 200}.dcm"
    with file.open("r+b") as out:
        out.truncate(2000 if count % 2 else 400)


def regrow(study, count):
    """A file that is cut and made whole again in place."""
    file = study / f"{count % 200}.dcm"
    whole = dicom.slice_bytes(count % 200)
    with file.open("r+b") as out:
        out.truncate(1500)
        time.sleep(0.002)
        out.seek(0)
        out.write(whole)


def replace(study, count):
    """Another patient's slice, renamed into the place of one."""
    new = study / "new.tmp"
    new.write_bytes(dicom.slice_bytes(count % 200, changes={(0x10, 0x20): ("LO", "another")}))
    new.rename(study / f"{count % 200}.dcm")


def delete(study, count):
    (study / f"{count % 200}.dcm").unlink()


def swap_folder(study, count):
    study.rename(study.with_name("away"))
    time.sleep(0.005)
    study.with_name("away").rename(study)


def grow(folder, over):
    """A NIfTI file that is cut and grown."""
    file = folder / "x.nii"
    size = file.stat().st_size
    while not over.is_set():
        os.truncate(file, size // 2)
        time.sleep(0.003)
        os.truncate(file, size)
        time.sleep(0.003)


def volume(folder):
    from .pictures import nifti
    (folder / "x.nii").write_bytes(nifti(256, 256, 200, data=b"\x18\xfc" * (256 * 256 * 200)))


def many(folder):
    dicom.write_study(folder / "study", 200)


def tree_of_studies(folder):
    """A cohort whose folders' names are hostile."""
    study = folder / "study"
    for index, name in enumerate((b"new\nline" + ESCAPE.encode(), b"\xff\xfe", b"=cmd|calc", b"-rf", b"<script>alert(1)<", b"a" * 255)):
        place = pathlib.Path(os.fsdecode(os.path.join(os.fsencode(study), name)))
        dicom.write_study(place, 2, changes={(0x20, 0x0D): ("UI", f"1.2.3.{index}")})
        (place / "broken.dcm").write_bytes(dicom.slice_bytes(7)[:-4000])


def inert_cohort(out):
    folder = out / "cohort"
    page, table = (folder / "index.html").read_bytes(), (folder / "cohort.csv").read_bytes()
    if b"<script>alert" in page or b"\x1b" in page or b"\x1b" in table or b"\n=" in table or b",=" in table:
        return "the page or the table holds markup, control characters or formulas of the study"
    page.decode()
    table.decode()
    return None


def device(path):
    def make(folder):
        (folder / "x").symlink_to(path)
    return make


def pipes(folder):
    for name in ("x.safetensors", "x.yaml", "x.csv", "x.json", "x.nii", "x.txt"):
        os.mkfifo(folder / name)


def unreadable(study):
    (study / "3.dcm").chmod(0)


def pipe_cases():
    cls = ["--weights-cls", "{in}/cls.safetensors", "--segment", "never", "-o", "{out}/result"]
    one = lambda program, words, code: Case(f"pipe: {program} {words[0]} {pathlib.Path(words[-1]).name}", program, words, {code}, pipes, quick=True)
    return [
        one("jcs_weights", ["inspect", "{case}/x.safetensors"], WEIGHTS),
        one("jcs_data", ["split", "--out", "{out}/split", "{case}/x.csv"], INPUT),
        one("train_cls", ["--out", "{out}/run", "--config", "{case}/x.yaml"], USAGE),
        one("eval_seg", ["--verify", "{case}/x.json"], INPUT),
        one("eval_seg", ["--compare", "{case}/x.json", "{case}/x.json"], INPUT),
        one("eval_cls", ["--predictions", "{case}/x.csv"], INPUT),
        Case("pipe: a study", "jcs_diagnose", ["{case}/x.nii", *cls], {INPUT}, pipes),
        Case("pipe: a list of studies", "jcs_diagnose", ["{case}/x.txt", "--cohort", *cls], {INPUT}, pipes),
        Case("device: weights from /dev/zero", "jcs_weights", ["verify", "/dev/zero"], {WEIGHTS}, device("/dev/zero"), quick=True),
        Case("device: a configuration from /dev/zero", "train_cls", ["--config", "/dev/zero", "--out", "{out}/run"], {USAGE},
             device("/dev/zero"), quick=True),
        Case("device: JSON from /dev/zero", "eval_seg", ["--verify", "/dev/zero"], {INPUT}, device("/dev/zero"), quick=True),
        Case("device: results to /dev/full", "eval_seg", ["--compare", "/dev/full", "/dev/full"], {INPUT}, device("/dev/full")),
    ]


def cases():
    right = dict(codes={0, INPUT}, check=counts(SLICES))
    whole = dict(codes={0}, check=counts(SLICES))
    moving = dict(codes={0, INPUT}, check=counts(200))
    return [
        diagnose("folder: links to itself, to above and to nowhere", study_with(links), **right),
        diagnose("folder: pipes, sockets, devices, folders named like slices", study_with(special), quick=True, **whole),
        list_series("folder: nothing but pipes and devices", study_with(special, 0), quick=True),
        diagnose("folder: 100 000 files of a byte", study_with(tiny_files), seconds=30, **right),
        list_series("folder: 20 000 DICOM files cut off", study_with(tiny_dicom), codes={0, INPUT}, seconds=60),
        diagnose("folder: empty files", study_with(empty_files), quick=True, **right),
        diagnose("folder: nested 300 deep", study_with(deep(300)), codes={0}, check=counts(SLICES + 1)),
        diagnose("folder: nested 2000 deep", study_with(deep(2000)), codes={0, INPUT}, check=counts(SLICES + 1)),
        diagnose("folder: nested 30 deep, beyond the longest path", study_with(deep(30, "d" * 250)), codes={INPUT}),
        Case("folder: a cohort nested 2000 deep", "jcs_diagnose", ["{case}/study", "--cohort", "--weights-cls", "{in}/cls.safetensors",
             "--segment", "never", "-o", "{out}/cohort"], {0, INPUT}, study_with(deep(2000))),
        list_series("names: lines, escapes, quotes, 255 bytes", study_with(names), codes={0}),
        diagnose("names: a file that must be named", study_with(broken_names, 0), quick=True),
        diagnose("names: a study at a place of escapes", lambda folder: dicom.write_study(folder / (ESCAPE + "\n\udcff")),
                 study="{case}/" + ESCAPE + "\n\udcff", codes={0, INPUT}, check=counts(SLICES)),
        Case("names: a cohort", "jcs_diagnose", ["{case}/study", "--cohort", "--weights-cls", "{in}/cls.safetensors", "--segment", "never",
             "-o", "{out}/cohort"], {0, INPUT}, tree_of_studies, check=inert_cohort, seconds=30),
        diagnose("texts: markup, paths, escapes", lambda folder: hostile_texts(folder / "study"), codes={0}, check=inert, quick=True),
        diagnose("texts: the same under a pseudonym", lambda folder: hostile_texts(folder / "study"), codes={0}, check=inert,
                 more=["--identity", "pseudonym"]),
        list_series("texts: series named by markup and escapes", lambda folder: hostile_texts(folder / "study"), codes={0}, quick=True),
        diagnose("texts: descriptions of 64 KB", lambda folder: long_text(folder / "study"), codes={0}, quick=True,
                 more=["--identity", "pseudonym"]),
        diagnose("changes: slices are cut off", many, during=changing(cut), **moving),
        diagnose("changes: slices are cut off and made whole", many, during=changing(regrow), **moving),
        diagnose("changes: slices of another patient come", many, during=changing(replace), codes={0, INPUT}),
        diagnose("changes: slices go", many, during=changing(delete), codes={0, INPUT}),
        diagnose("changes: the folder goes and comes back", many, during=changing(swap_folder), **moving),
        diagnose("changes: a volume is cut and grows", volume, study="{case}/x.nii", during=grow, codes={0, INPUT}, check=counts(200),
                 seconds=60),
        *pipe_cases(),
        *([] if os.geteuid() == 0 else [diagnose("folder: a slice that may not be read", study_with(unreadable))]),
    ]


def clear(folder):
    """Removes what shutil cannot: paths longer than the system lets it name."""
    shutil.rmtree(folder, ignore_errors=True)
