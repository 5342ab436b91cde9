"""Cases of pictures and NIfTI volumes."""
import gzip
import struct
import zlib

from . import packing
from .case import INPUT, Case, diagnose, report

SIDE = 100_000


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, data, bits=8, colour=0):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def zeros(count):
    return packing.packed(b"", count)


def small_png(side=64, grey=0):
    return png(side, side, zlib.compress((b"\0" + bytes([grey]) * side) * side))


def jpeg(width, height):
    return (b"\xff\xd8\xff\xdb\0\x43\0" + bytes([1] * 64) + b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
            + b"\xff\xc4\0\x14\0" + bytes([1] + [0] * 15) + b"\0" + b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\1\0\0\x3f\0" + b"\0" * 64
            + b"\xff\xd9")


def bmp(width, height):
    return (b"BM" + struct.pack("<IHHI", 54 + 1024, 0, 0, 54 + 1024) + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, 0, 0, 0, 256, 0)
            + bytes(1024) + b"\0" * 64)


def tiff(width, height, tile=None, packed=1):
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, packed), (262, 3, 1), (277, 3, 1)]
    if tile:
        tags += [(322, 4, tile), (323, 4, tile), (324, 4, 8), (325, 4, 64)]
    else:
        tags += [(273, 4, 8), (278, 4, height), (279, 4, 64)]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in sorted(tags))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + body + b"\0" * 4 + b"\0" * 64


def nifti(nx, ny, nz, kind=4, bits=16, packed=False, data=b"", offset=352.0, dims=3):
    header = bytearray(348)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, dims, nx, ny, nz, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, kind, bits)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 5, 1, 1, 1, 1)
    struct.pack_into("<f", header, 108, offset)
    header[123] = 2
    struct.pack_into("<hh", header, 252, 0, 1)
    struct.pack_into("<12f", header, 280, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0)
    header[344:348] = b"n+1\0"
    content = bytes(header) + b"\0" * 4 + data
    return gzip.compress(content) if packed else content


def folder_of(name, content, others=3):
    """A folder of sound pictures and one more."""
    def make(folder):
        study = folder / "study"
        study.mkdir()
        for index in range(others):
            (study / f"{index}.png").write_bytes(small_png())
        (study / name).write_bytes(content())
    return make


def volume(name, content):
    def make(folder):
        (folder / name).write_bytes(content())
    return make


def gzip_bomb(folder):
    """10 GB of zeros in 10 MB behind the header of a small volume; the checksum is left out."""
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    (folder / "bomb.nii.gz").write_bytes(head + packing.deflated(nifti(64, 64, 8), 10_000_000_000))


def nested_gzip(folder):
    inner = gzip.compress(nifti(64, 64, 8, data=b"\0" * (64 * 64 * 8 * 2)))
    (folder / "twice.nii.gz").write_bytes(gzip.compress(inner))


def sparse_picture(folder):
    (folder / "study").mkdir()
    (folder / "study" / "0.bmp").write_bytes(bmp(64, 64))
    with (folder / "study" / "0.bmp").open("r+b") as out:
        out.truncate(20_000_000_000)


def masks(name, content):
    """A folder of predictions and one of annotations, in which one picture is hostile."""
    def make(folder):
        for kind in ("predictions", "annotations"):
            (folder / kind).mkdir()
            (folder / kind / "0.png").write_bytes(small_png())
        (folder / "annotations" / name).write_bytes(content())
        (folder / "predictions" / name).write_bytes(small_png(grey=3))
    return make


def manifest_of(name, content):
    """Lists whose second slice is hostile."""
    def make(folder):
        (folder / "0.png").write_bytes(small_png())
        (folder / name).write_bytes(content())
        (folder / "train.csv").write_text(f"image,label,patient\n0.png,0,a\n{name},1,b\n")
    return make


def cases():
    claims = [("png", lambda: png(SIDE, SIDE, zlib.compress(b"\0" * 100))), ("jpg", lambda: jpeg(65500, 65500)),
              ("bmp", lambda: bmp(SIDE, SIDE)), ("tif", lambda: tiff(SIDE, SIDE)),
              ("tiff", lambda: tiff(SIDE, SIDE, tile=65536, packed=8))]
    bomb = lambda: png(30_000, 30_000, zeros(30_001 * 30_000))
    large = lambda: png(8192, 8192, zeros((8192 * 8 + 1) * 8192), bits=16, colour=6)
    again = ["--set", "data.train={case}/train.csv", "--set", "data.validation={in}/data/val.csv", "--set", 'data.cache=""',
             "--out", "{out}/run"]
    hostile = [*claims, ("png", bomb), ("png", large)]
    return [
        *(report(f"picture: mask {index}, a {ending}", folder_of(f"x.{ending}", content), "study/0.png", f"study/x.{ending}", {INPUT})
          for index, (ending, content) in enumerate(hostile)),
        report("picture: a mask with a hole of 20 GB", sparse_picture, "study/0.bmp", "study/0.bmp", {INPUT}),
        report("nifti: a mask of 10 GB of zeros", gzip_bomb, "bomb.nii.gz", "bomb.nii.gz"),
        *(diagnose(f"picture: {ending} that claims 10^5 x 10^5", folder_of(f"x.{ending}", content), quick=ending in ("png", "tif"))
          for ending, content in claims),
        diagnose("picture: PNG of 30 000 x 30 000 zeros", folder_of("x.png", bomb)),
        diagnose("picture: PNG of 8192 x 8192, four channels of 16 bits", folder_of("x.png", large)),
        # As large as a slice may be: room is made for a volume of as many such as there are files.
        diagnose("picture: the first one is 8192 x 8192", folder_of("!.png", lambda: png(8192, 8192, zeros(8193 * 8192))), mib=1536),
        diagnose("picture: a hole of 20 GB", sparse_picture),
        Case("picture: PNG bomb as annotation", "eval_seg", ["--predictions", "{case}/predictions", "--annotations",
             "{case}/annotations", "--json", "{out}/x.json"], {INPUT}, masks("x.png", bomb)),
        Case("picture: PNG bomb in a split", "jcs_data", ["split", "{case}/train.csv", "--out", "{out}/split"], {0, INPUT},
             manifest_of("x.png", bomb)),
        Case("picture: PNG bomb to train on", "train_cls", ["--config", "{in}/cls.yaml", *again], {INPUT}, manifest_of("x.png", bomb)),
        diagnose("nifti: gzip of 10 GB of zeros", gzip_bomb, study="{case}/bomb.nii.gz", codes={0, INPUT}),
        diagnose("nifti: gzip in gzip", nested_gzip, study="{case}/twice.nii.gz"),
        diagnose("nifti: claims 32767^3", volume("x.nii", lambda: nifti(32767, 32767, 32767)), study="{case}/x.nii", quick=True),
        diagnose("nifti: claims 32767^3, packed", volume("x.nii.gz", lambda: nifti(32767, 32767, 32767, packed=True)),
                 study="{case}/x.nii.gz", quick=True),
        diagnose("nifti: claims 4096 x 4096 x 4000", volume("x.nii", lambda: nifti(4096, 4096, 4000)), study="{case}/x.nii"),
        diagnose("nifti: sizes below nothing", volume("x.nii", lambda: nifti(-5, 64, 8)), study="{case}/x.nii"),
        diagnose("nifti: pixels that begin at 10^30", volume("x.nii", lambda: nifti(64, 64, 8, offset=1e30)), study="{case}/x.nii"),
        diagnose("nifti: 30 000 dimensions", volume("x.nii", lambda: nifti(64, 64, 8, dims=30_000)), study="{case}/x.nii"),
    ]
