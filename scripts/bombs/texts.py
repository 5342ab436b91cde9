"""Cases of configurations, lists, tables and JSON."""
import struct

from . import packing
from .case import INPUT, USAGE, Case
from .pictures import small_png

HOLE = 1_000_000_000


def text(name, content, hole=0):
    def make(folder):
        file = folder / name
        file.write_bytes(content() if callable(content) else content)
        if hole:
            with file.open("r+b") as out:
                out.truncate(hole)
    return make


def train(name, content, **rest):
    words = ["--config", "{case}/x.yaml", "--out", "{out}/run"]
    return Case("yaml: " + name, "train_cls", words, {USAGE}, text("x.yaml", content, rest.pop("hole", 0)), **rest)


def split(name, content, file="x.csv", **rest):
    words = ["split", "{case}/" + file, "--out", "{out}/split"]
    return Case("list: " + name, "jcs_data", words, {INPUT}, text(file, content, rest.pop("hole", 0)), **rest)


def compare(name, content, **rest):
    words = ["--compare", "{case}/x.json", "{case}/x.json", "--json", "{out}/y.json"]
    return Case("json: " + name, "eval_seg", words, {INPUT}, text("x.json", content, rest.pop("hole", 0)), **rest)


def again(name, content, **rest):
    return Case("json: " + name, "eval_seg", ["--verify", "{case}/x.json"], {INPUT}, text("x.json", content, rest.pop("hole", 0)), **rest)


def laughs(levels=30):
    lines = [b"a0: &a0 [ha, ha]"]
    lines += [b"a%d: &a%d [%s]" % (i, i, b", ".join([b"*a%d" % (i - 1)] * 10)) for i in range(1, levels)]
    return b"\n".join(lines) + b"\nrun: *a%d\n" % (levels - 1)


def merged(levels=30):
    """The same with mappings that a section is made of."""
    lines = [b"a0: &a0 {x: 1, y: 2}"]
    lines += [b"a%d: &a%d {%s}" % (i, i, b", ".join(b"k%d: *a%d" % (k, i - 1) for k in range(10))) for i in range(1, levels)]
    return b"\n".join(lines) + b"\nnetwork: *a%d\n" % (levels - 1)


def mat_element(kind, content):
    return struct.pack("<II", kind, len(content)) + content + b"\0" * (-len(content) % 8)


def mat_bomb(folder):
    """A compressed matrix: the header of 64 x 2048 x 2048 numbers, then 4 GB of zeros."""
    size = 4000 << 20
    body = (struct.pack("<II", 6, 8) + struct.pack("<II", 9, 0) + mat_element(5, struct.pack("<iii", 64, 2048, 2048))
            + mat_element(1, b"vgg_feats") + struct.pack("<II", 2, size))
    packed = packing.packed(struct.pack("<II", 14, len(body) + size & 0xFFFFFFFF) + body, size)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"
    (folder / "x.mat").write_bytes(head + struct.pack("<II", 15, len(packed)) + packed)
    (folder / "m.png").write_bytes(small_png())
    (folder / "train.csv").write_text("image,mask,label,patient\nx.mat,m.png,1,a\n")


def cases():
    header = b"patient,slice,label,probability\n"
    predictions = lambda name, content, hole=0, **rest: Case(
        "table: " + name, "eval_cls", ["--predictions", "{case}/x.csv", "--json", "{out}/x.json"], {INPUT}, text("x.csv", content, hole), **rest)
    cohort = lambda name, file, content, hole=0, **rest: Case(
        "cohort list: " + name, "jcs_diagnose", ["{case}/" + file, "--cohort", "--weights-cls", "{in}/cls.safetensors", "--segment", "never",
                                                 "-o", "{out}/cohort"], {INPUT}, text(file, content, hole), **rest)
    missing = lambda: b"image,label,patient\n" + b"".join(b"no/%d.png,1,p%d\n" % (i, i) for i in range(1_000_000))
    stages = ["--config", "{in}/seg.yaml", "--set", "data.train={case}/train.csv", "--set", "data.validation={case}/train.csv",
              "--set", 'data.cache=""', "--out", "{out}/run"]
    return [
        train("nested a million deep", b"[" * 1_000_000, quick=True),
        train("mappings nested a million deep", b"{a: " * 1_000_000),
        train("keys nested 2000 deep by indentation", lambda: b"".join(b" " * i + b"a:\n" for i in range(2000))),
        train("dashes nested a million deep", b"- " * 1_000_000),
        train("a billion laughs of lists", laughs, quick=True),
        train("a billion laughs of mappings", merged),
        train("a line of 1 GB", b"run: ", hole=HOLE),
        train("a list of ten million numbers", lambda: b"network: {backbone: {layers: [" + b"1," * 10_000_000 + b"1]}}\n"),
        train("a million keys", lambda: b"".join(b"k%d: 1\n" % i for i in range(1_000_000))),
        train("an anchor that holds itself", b"run: &a [*a]\n"),
        train("a control sequence as key", b'"\\e[31mred": 1\n'),
        split("a line of 1 GB", b"image,label\n", hole=HOLE, quick=True),
        split("a line of 1 GB, as a text", b"a.png b.png\n", file="x.txt", hole=HOLE),
        split("ten million columns", lambda: b"image," + b"x," * 10_000_000 + b"\n"),
        split("a quote of 100 MB that is not closed", lambda: b'image,label\n"' + b"x" * 100_000_000),
        split("a million slices that are missing", missing),
        split("a path that leaves the folder and never comes back", b"image,label,patient\n" + b"../" * 5000 + b"x.png,1,a\n"),
        predictions("a line of 1 GB", header, HOLE),
        predictions("a name of 50 MB", lambda: header + b"x" * 50_000_000 + b",1,1,2\n"),
        predictions("a probability of a control sequence", header + b"a,1,1,\x1b[31m0.5\n"),
        cohort("a line of 1 GB, as a text", "x.txt", b"study\n", HOLE),
        cohort("a line of 1 GB", "x.csv", b"path\n", HOLE),
        cohort("a name that leaves the folder", "x.csv", b"path,name\n/tmp,../../x\n", quick=True),
        compare("nested ten million deep", lambda: b'{"pictures":' + b"[" * 10_000_000 + b"]" * 10_000_000 + b"}", quick=True),
        compare("30 million lists", lambda: b'{"pictures":[' + b"[]," * 30_000_000 + b"[]]}"),
        compare("a hole of 1 GB", b'{"pictures": [', hole=HOLE),
        compare("a text of 1 GB", b'{"pictures": "' + b"x", hole=HOLE),
        again("a document nested a million deep", lambda: b'{"program":"eval_seg","inputs":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}",
              quick=True),
        again("settings nested a million deep", lambda: b'{"program":"eval_seg","inputs":{},"settings":{"threshold":' +
              b'{"a":' * 1_000_000 + b"1" + b"}" * 1_000_000 + b"}}"),
        Case("mat: a matrix that unpacks to 4 GB", "train_seg", stages, {USAGE, INPUT}, mat_bomb),
    ]
