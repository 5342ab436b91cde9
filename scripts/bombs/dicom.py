"""DICOM files, written byte by byte so that they may lie."""
import struct
import zlib

from . import packing

EXPLICIT, DEFLATED, JPEG, RLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.5"
CT = "1.2.840.10008.5.1.4.1.1.2"
UNDEFINED = 0xFFFFFFFF
LONG = (b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC", b"OD", b"OF", b"UR")


def element(group, number, kind, value, length=None):
    kind = kind.encode()
    if isinstance(value, str):
        value = value.encode()
    if len(value) % 2:
        value += b"\0" if kind in (b"UI", b"OB", b"UN") else b" "
    length = len(value) if length is None else length
    head = struct.pack("<HH", group, number) + kind
    head += b"\0\0" + struct.pack("<I", length) if kind in LONG else struct.pack("<H", length)
    return head + value


def number(value):
    return struct.pack("<H", value)


def meta(syntax, uid):
    body = (element(2, 1, "OB", b"\0\1") + element(2, 2, "UI", CT) + element(2, 3, "UI", uid) + element(2, 0x10, "UI", syntax)
            + element(2, 0x12, "UI", "1.2.3.4"))
    return b"\0" * 128 + b"DICM" + element(2, 0, "UL", struct.pack("<I", len(body))) + body


def slice_bytes(index=0, size=64, syntax=EXPLICIT, pixels=None, changes=None, extra=b""):
    """A CT slice. `changes`: (group, number) -> a value, or nothing to leave the element out; `extra`: bytes that come
    before the pixel data; `pixels`: an element of them."""
    uid = f"1.2.826.0.1.3680043.10.1.{index + 1}"
    values = {
        (8, 0x08): ("CS", "ORIGINAL\\PRIMARY\\AXIAL"), (8, 0x16): ("UI", CT), (8, 0x18): ("UI", uid), (8, 0x20): ("DA", "20200101"),
        (8, 0x60): ("CS", "CT"), (8, 0x103E): ("LO", "lung"), (0x10, 0x10): ("PN", "Nobody"), (0x10, 0x20): ("LO", "P1"),
        (0x18, 0x50): ("DS", "5"), (0x20, 0x0D): ("UI", "1.2.826.0.1.3680043.10.2"),
        (0x20, 0x0E): ("UI", "1.2.826.0.1.3680043.10.3"), (0x20, 0x11): ("IS", "1"), (0x20, 0x13): ("IS", str(index + 1)),
        (0x20, 0x32): ("DS", f"-100\\-100\\{5 * index}"), (0x20, 0x37): ("DS", "1\\0\\0\\0\\1\\0"),
        (0x20, 0x52): ("UI", "1.2.826.0.1.3680043.10.4"), (0x28, 0x02): ("US", number(1)), (0x28, 0x04): ("CS", "MONOCHROME2"),
        (0x28, 0x10): ("US", number(size)), (0x28, 0x11): ("US", number(size)), (0x28, 0x30): ("DS", "3\\3"),
        (0x28, 0x100): ("US", number(16)), (0x28, 0x101): ("US", number(16)), (0x28, 0x102): ("US", number(15)),
        (0x28, 0x103): ("US", number(1)), (0x28, 0x1052): ("DS", "0"), (0x28, 0x1053): ("DS", "1")}
    for tag, value in (changes or {}).items():
        if value is None:
            values.pop(tag)
        else:
            values[tag] = value
    body = b"".join(element(*tag, *value) for tag, value in sorted(values.items())) + extra
    if pixels is None:
        pixels = element(0x7FE0, 0x10, "OW", struct.pack("<h", -800) * (size * size))
    body += pixels
    if syntax == DEFLATED:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        body = packer.compress(body) + packer.flush()
    return meta(syntax, uid) + body


def write_study(folder, slices=4, **how):
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(slices):
        (folder / f"{index}.dcm").write_bytes(slice_bytes(index, **how))


def encapsulated(fragments):
    """Pixel data of fragments, each a bytes object."""
    item = b"\xfe\xff\x00\xe0"
    parts = b"".join(item + struct.pack("<I", len(f)) + f for f in [b"", *fragments])
    return element(0x7FE0, 0x10, "OB", b"", UNDEFINED) + parts + b"\xfe\xff\xdd\xe0\0\0\0\0"


def nested(depth):
    """Sequences in sequences, of undefined length."""
    begin = element(8, 0x1140, "SQ", b"", UNDEFINED) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    end = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return begin * depth + end * depth


def deflated_bomb(mebibytes):
    """A deflated file: pixel data of so many MiB of zeros, less than 4096."""
    head = slice_bytes(0, pixels=b"")
    body = head[len(meta(EXPLICIT, "1.2.826.0.1.3680043.10.1.1")):]
    size = mebibytes << 20
    return meta(DEFLATED, "1.2.3") + packing.deflated(body + element(0x7FE0, 0x10, "OW", b"", size), size)
