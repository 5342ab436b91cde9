"""Cases of DICOM files."""
import struct

from . import dicom
from .case import INPUT, diagnose, list_series, report
from .pictures import small_png

FRAMES = (0x28, 0x08)


def one(**how):
    """A study of four slices, the third of which is as told."""
    def make(folder):
        dicom.write_study(folder / "study")
        (folder / "study" / "2.dcm").write_bytes(dicom.slice_bytes(2, **how))
    return make


def alone(**how):
    def make(folder):
        (folder / "study").mkdir()
        (folder / "study" / "0.dcm").write_bytes(dicom.slice_bytes(0, **how))
    return make


def bytes_of(content):
    def make(folder):
        (folder / "study").mkdir()
        (folder / "study" / "0.dcm").write_bytes(content())
    return make


def with_mask(make):
    def made(folder):
        make(folder)
        (folder / "m.png").write_bytes(small_png())
    return made


def sparse(folder):
    """A file that claims a gigabyte of pixels and more, and holds them as a hole."""
    size = 120_000_000_000
    (folder / "study").mkdir()
    file = folder / "study" / "0.dcm"
    file.write_bytes(dicom.slice_bytes(0, pixels=dicom.element(0x7FE0, 0x10, "OW", b"", 0xFFFFFFF0)))
    with file.open("r+b") as out:
        out.truncate(size)


def sparse_damaged(folder):
    (folder / "study").mkdir()
    file = folder / "study" / "0.dcm"
    file.write_bytes(dicom.slice_bytes(0, pixels=b""))
    with file.open("r+b") as out:
        out.truncate(40_000_000_000)


def long_texts_of_frames(folder):
    """20 000 frames of a pixel, and a MiB of text in what each frame is described by."""
    text = "ORIGINAL\\" + "A" * 1_000_000
    changes = {(0x08, 0x08): ("UT", text), (0x08, 0x16): ("UT", text), (0x08, 0x18): ("UT", text), (0x28, 0x30): ("UT", text),
               (0x28, 0x1054): ("UT", text), FRAMES: ("IS", "20000")}
    alone(size=1, changes=changes, pixels=pixels(2 * 20_000))(folder)


def pixels(length, claimed=None):
    return dicom.element(0x7FE0, 0x10, "OW", b"\0" * length, claimed)


def cases():
    million = {FRAMES: ("IS", "1000000")}
    many = {FRAMES: ("IS", "20000")}
    square = 64 * 64 * 2
    text = (0x10, 0x4000)  # PatientComments, a long text
    jpeg = dicom.encapsulated([b"\xff\xd8\xff\xd9"])
    huge_jpeg = b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB", 11, 16, 65535, 65535, 1) + b"\1\x11\0\xff\xd9"
    deep = [(f"dicom: sequences nested {depth} deep", depth) for depth in (1000, 100_000, 1_000_000)]
    found = [
        *(list_series(name, alone(extra=dicom.nested(depth)), codes={0, INPUT}, quick=depth > 1000) for name, depth in deep),
        diagnose("dicom: a million frames, native", alone(changes=million), quick=True),
        diagnose("dicom: a million frames, encapsulated", alone(syntax=dicom.JPEG, changes=million, pixels=jpeg)),
        diagnose("dicom: 20 000 frames of one fragment", alone(syntax=dicom.JPEG, changes=many, pixels=jpeg)),
        list_series("dicom: 20 000 frames with a long image type", long_texts_of_frames, codes={0}, quick=True),
        diagnose("dicom: pixel data too short", one(pixels=pixels(square - 2)), quick=True),
        diagnose("dicom: pixel data too long", one(pixels=pixels(square + 512)), codes={0, INPUT}),
        diagnose("dicom: pixel data of an odd length", one(pixels=pixels(square, square - 1))),
        diagnose("dicom: a text of an odd length", one(changes={text: ("LT", "x")}, extra=dicom.element(0x18, 0x1000, "LO", b"ab", 1)),
                 codes={0, INPUT}),
        diagnose("dicom: 65535 x 65535", alone(changes={(0x28, 0x10): ("US", b"\xff\xff"), (0x28, 0x11): ("US", b"\xff\xff")}),
                 quick=True),
        diagnose("dicom: a JPEG of 65535 x 65535 in 64 x 64", alone(syntax=dicom.JPEG, pixels=dicom.encapsulated([huge_jpeg]))),
        diagnose("dicom: RLE of 15 segments that lie", alone(syntax=dicom.RLE, pixels=dicom.encapsulated(
            [struct.pack("<16I", 15, *[0xFFFFFF00] * 15)]))),
        diagnose("dicom: deflated, 4 GB of zeros", bytes_of(lambda: dicom.deflated_bomb(4000))),
        diagnose("dicom: deflated, 512 MiB of zeros for one slice", bytes_of(lambda: dicom.deflated_bomb(512)), codes={0, INPUT}),
        diagnose("dicom: a text that claims 4 GiB", alone(extra=dicom.element(0x18, 0x9999, "UT", b"x" * 100, 0xFFFFFFF0)), quick=True),
        diagnose("dicom: pixel data that claim 4 GiB", alone(pixels=pixels(1000, 0xFFFFFFF0)), quick=True),
        diagnose("dicom: a hole of 120 GB behind pixels that claim 4 GiB", sparse, codes={0, INPUT}),
        diagnose("dicom: no pixels, a hole of 40 GB", sparse_damaged),
        diagnose("dicom: a million values of a number", one(changes={(0x28, 0x1053): ("DS", "1\\" * 32_000)}), codes={0, INPUT}),
        diagnose("dicom: a slope that is no number", one(changes={(0x28, 0x1053): ("DS", "nan")})),
        diagnose("dicom: positions beyond any body", one(changes={(0x20, 0x32): ("DS", "1e300\\1e300\\1e300")}), codes={0, INPUT}),
        diagnose("dicom: spacing of nothing", one(changes={(0x28, 0x30): ("DS", "0\\0")}), codes={0, INPUT}),
    ]
    # The same files as slices of a data set, whose figures ask for size and spacing.
    reports = [report(case.name + ", reported", with_mask(case.make), "study/0.dcm", "m.png") for case in found]
    return found + reports
