"""Cases of weight files: zip archives, pickles, safetensors."""
import json
import struct
import zlib

from . import packing
from .case import WEIGHTS, Case, convert, diagnose, inspect

TERABYTES = 1 << 43


def text(value):
    value = value.encode()
    return b"X" + struct.pack("<I", len(value)) + value


def whole(value):
    return b"\x8a\x08" + struct.pack("<q", value)


def tensor(key, count, sizes, strides, claimed=None):
    """The opcodes of a tensor of floats as torch.save writes them."""
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + whole(claimed or count) + b"tQ"
    shape = b"".join(b"(" + b"".join(whole(n) for n in numbers) + b"t" for numbers in (sizes, strides))
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + whole(0) + shape + b"\x89ccollections\nOrderedDict\n)RtR"


def state_dict(tensors):
    return b"\x80\x02}" + b"".join(text(name) + value + b"s" for name, value in tensors) + b"."


def local(name, content, method=0, size=None):
    return struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, method, 0, 0, zlib.crc32(content), len(content), size or len(content),
                       len(name), 0) + name + content


def central(name, content, at, method=0, size=None, claimed=None):
    extra, sizes = b"", (len(content), size or len(content))
    if claimed:
        extra, sizes = struct.pack("<HHQQ", 1, 16, claimed, claimed), (0xFFFFFFFF, 0xFFFFFFFF)
    return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, method, 0, 0, zlib.crc32(content), *sizes, len(name), len(extra), 0,
                       0, 0, 0, at) + name + extra


def end(count, size, at):
    far = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, at)
    place = struct.pack("<IIQI", 0x07064B50, 0, at + size, 1)
    return far + place + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, min(count, 0xFFFF), min(count, 0xFFFF), min(size, 0xFFFFFFFF),
                                     min(at, 0xFFFFFFFF), 0)


def archive(entries):
    """`entries`: (name, content, where more of the directory's entry is told)."""
    body, directory = b"", b""
    for name, content, more in entries:
        name, packed = name.encode(), more.pop("packed", content)
        directory += central(name, content, len(body), **more) if packed is content else central(name, packed, len(body), **more)
        body += local(name, packed, more.get("method", 0), more.get("size"))
    return body + directory + end(len(entries), len(directory), len(body))


def plain(pickle, *entries):
    return archive([("archive/data.pkl", pickle, {}), *entries])


def written(name, content):
    def make(folder):
        (folder / name).write_bytes(content())
    return make


def packed_entry():
    size = 4000 << 20
    data = packing.deflated(b"", size)
    return plain(state_dict([("a", tensor("0", size // 4, [size // 4], [1]))]),
                 ("archive/data/0", data, {"method": 8, "size": size}))


def overlapping(count=2000, size=8 << 20):
    """Entries of different names whose bytes are the same ones."""
    content = b"\0" * size
    pickle = state_dict([(f"t{i}", tensor(f"{i}", size // 4, [size // 4], [1])) for i in range(count)])
    body = local(b"archive/data.pkl", pickle)
    directory, at = central(b"archive/data.pkl", pickle, 0), len(body)
    body += local(b"archive/data/0", content)
    directory += b"".join(central(f"archive/data/{i}".encode(), content, at) for i in range(count))
    return body + directory + end(count + 1, len(directory), len(body))


def terabytes():
    numbers = TERABYTES // 4
    return plain(state_dict([("a", tensor("0", numbers, [numbers], [1]))]), ("archive/data/0", b"\0" * 64, {"claimed": TERABYTES}))


def million_entries(count=1_000_000):
    pickle = state_dict([])
    body = local(b"archive/data.pkl", pickle)
    head = central(b"archive/data.pkl", pickle, 0)
    directory = b"".join([head, *(central(b"archive/data/%07d" % i, b"", 0) for i in range(count))])
    return body + directory + end(count + 1, len(directory), len(body))


def laughs(levels=40):
    """Each list holds the one before ten times; the memo makes that cheap to write."""
    out = b"\x80\x02]q\0"
    for level in range(1, levels):
        out += b"]" + b"q" + bytes([level]) + b"(" + b"h" + bytes([level - 1]) + (b"h" + bytes([level - 1])) * 9 + b"e"
    return plain(out + b".")


def doubled(levels=60):
    """A text appended to twice at each level, by tuples of themselves."""
    return plain(b"\x80\x02" + text("ha") + b"q\0" + b"".join(b"h" + bytes([i]) + b"h" + bytes([i]) + b"\x86q" + bytes([i + 1])
                                                             for i in range(levels)) + b".")


def nest(opcode, end, depth):
    return plain(b"\x80\x02" + opcode * depth + end * (depth - 1) + b".")


def renamed(size=30 << 20, count=10_000):
    """Every tensor has the same long name, which the memo makes cheap to write."""
    names = text("a" * size) + b"q\0" + tensor("0", 16, [16], [1]) + b"q\1" + b"h\0h\1" * count
    return plain(b"\x80\x02}(" + names + b"u.", ("archive/data/0", b"\0" * 64, {}))


def itself(size=10 << 20):
    """A module that is its own part, by a long name."""
    pickle = b"\x80\x02c__torch__\nNet\n)\x81q\0}" + text("a" * size) + b"h\0sb."
    return plain(pickle, ("archive/code/__torch__.py", b"", {}))


def holder(count=1_000_000):
    """A dictionary that is its own network again and again."""
    return plain(b"\x80\x02}q\0(" + text("model") + b"q\1h\0" + b"h\1h\0" * count + b"u.")


def prefixed(size=60 << 20):
    name = "module." * (size // 7) + "a"
    return plain(state_dict([(name, tensor("0", 16, [16], [1]))]), ("archive/data/0", b"\0" * 64, {}))


def repeated(once, again, count=1_000_000):
    """What is written once in front and brought back from the memo again and again."""
    return plain(b"\x80\x02" + once + again * count + b".")


def safetensors(header, data=b"", length=None):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def header_cases():
    entry = b'"dtype":"F32","shape":[0],"data_offsets":[0,0]'
    million = lambda: safetensors(b"{" + b",".join(b'"t%d":{%s}' % (i, entry) for i in range(1_000_000)) + b"}")
    deep = lambda n: b"[" * n + b"]" * n
    dtype = lambda: safetensors(b'{"a":{"dtype":' + deep(1_000_000) + b',"shape":[0],"data_offsets":[0,0]}}')
    card = lambda: safetensors(json.dumps({"__metadata__": {"jcs_format_version": "1", "task": "segmentation", "architecture": '{"encoder":' * 100_000 + "1" + "}" * 100_000,
                                                            "preprocessing": '{"a":' * 100_000 + "1" + "}" * 100_000}}).encode())
    lists = lambda: safetensors(b'{"a":[' + b"[]," * 30_000_000 + b"[]]}")
    wide_name = lambda: safetensors(b'{"%s":{%s},' % (b"n" * (1 << 20), entry) + b",".join(b'"t%d":{%s}' % (i, entry) for i in range(100_000)) + b"}")
    overlap = lambda: safetensors({f"t{i}": {"dtype": "F32", "shape": [1 << 20], "data_offsets": [0, 4 << 20]} for i in range(500)},
                                  b"\0" * (4 << 20))
    wide = lambda: safetensors({"a": {"dtype": "F32", "shape": [1 << 62, 4, 0], "data_offsets": [0, 0]}})
    return [
        inspect("safetensors: a header of 2^63 bytes", written("x.safetensors", lambda: safetensors({}, length=1 << 63)), "x.safetensors",
                quick=True),
        Case("safetensors: a million tensors", "jcs_weights", ["inspect", "{case}/x.safetensors"], {0, WEIGHTS},
             written("x.safetensors", million)),
        Case("safetensors: a name of 1 MB before 100 000 others", "jcs_weights", ["inspect", "{case}/x.safetensors"], {0, WEIGHTS},
             written("x.safetensors", wide_name)),
        inspect("safetensors: 500 tensors over one another", written("x.safetensors", overlap), "x.safetensors", quick=True),
        inspect("safetensors: a type nested a million deep", written("x.safetensors", dtype), "x.safetensors", quick=True),
        inspect("safetensors: 30 million lists", written("x.safetensors", lists), "x.safetensors"),
        Case("safetensors: metadata nested deep", "jcs_weights", ["verify", "{case}/x.safetensors"], {WEIGHTS},
             written("x.safetensors", card), quick=True),
        Case("safetensors: convert 100 000 tensors", "jcs_weights", ["convert", "{case}/x.safetensors", "{out}/new.safetensors"],
             {0, WEIGHTS}, written("x.safetensors", lambda: safetensors(b"{" + b",".join(b'"t%d":{%s}' % (i, entry) for i in
                                                                                      range(100_000)) + b"}"))),
        inspect("safetensors: a shape of 2^64", written("x.safetensors", wide), "x.safetensors"),
    ]


def cases():
    one = written("x.pth", packed_entry)
    many_views = lambda: plain(state_dict([(f"t{i}", tensor("0", 1 << 18, [1 << 18], [1])) for i in range(3000)]),
                               ("archive/data/0", b"\0" * (1 << 20), {}))
    expanded = lambda: plain(state_dict([("a", tensor("0", 16, [1 << 40], [0]))]), ("archive/data/0", b"\0" * 64, {}))
    foreign = lambda: plain(b"\x80\x02}" + b"X\1\0\0\0\xff" + tensor("0", 16, [16], [1]) + b"s.", ("archive/data/0", b"\0" * 64, {}))
    key = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0" * 4000) + text("cpu") + whole(16) + b"tq\0"
    script_class = text("__torch__." + "a" * 4000) + b"q\0" + text("Net") + b"q\1"
    truncated = lambda: plain(state_dict([("a", tensor("0", 1 << 20, [1 << 20], [1]))]), ("archive/data/0", b"\0" * (4 << 20), {}))[:3 << 20]
    return [
        inspect("pth: an entry that unpacks to 4 GB", one, "x.pth"),
        inspect("pth: 2000 entries over one another, 16 GB in 8 MB", written("x.pth", overlapping), "x.pth"),
        inspect("pth: an entry that claims 8 TB", written("x.pth", terabytes), "x.pth", quick=True),
        Case("pth: a million entries", "jcs_weights", ["inspect", "{case}/x.pth"], {WEIGHTS}, written("x.pth", million_entries)),
        inspect("pth: a billion laughs", written("x.pth", laughs), "x.pth", quick=True),
        inspect("pth: tuples of themselves", written("x.pth", doubled), "x.pth"),
        inspect("pth: lists nested 900 000 deep", written("x.pth", lambda: nest(b"]", b"a", 900_000)), "x.pth", quick=True),
        inspect("pth: lists nested 20 million deep", written("x.pth", lambda: nest(b"]", b"a", 20_000_000)), "x.pth"),
        inspect("pth: tuples nested 900 000 deep", written("x.pth", lambda: plain(b"\x80\x02)" + b"\x85" * 900_000 + b".")), "x.pth"),
        inspect("pth: 30 million marks", written("x.pth", lambda: plain(b"\x80\x02" + b"(" * 30_000_000 + b".")), "x.pth"),
        inspect("pth: 60 million values", written("x.pth", lambda: plain(b"\x80\x02" + b"N" * 60_000_000 + b".")), "x.pth"),
        inspect("pth: one value remembered 60 million times", written("x.pth", lambda: plain(b"\x80\x04N" + b"\x94" * 60_000_000 + b".")), "x.pth"),
        inspect("pth: the old form, 65 MiB of values", written("x.pth", lambda: b"\x80\x02" + b"N" * (65 << 20) + b"."), "x.pth"),
        inspect("pth: the old form, 100 MiB of opcodes", written("x.pth", lambda: b"\x80\x02" + b"\x80\x02" * (50 << 20) + b"."), "x.pth"),
        inspect("pth: 10 000 tensors of one name of 30 MB", written("x.pth", renamed), "x.pth"),
        inspect("pth: a module that holds itself by a name of 10 MB", written("x.pth", itself), "x.pth"),
        inspect("pth: a dictionary that holds itself a million times", written("x.pth", holder), "x.pth"),
        inspect("pth: 60 MB of prefixes", written("x.pth", prefixed), "x.pth"),
        inspect("pth: a million storages of one long key", written("x.pth", lambda: repeated(key + b"Q", b"0h\0Q")), "x.pth"),
        inspect("pth: a million classes of one long name", written("x.pth", lambda: repeated(script_class, b"h\0h\1\x930")), "x.pth"),
        inspect("pth: a text that claims 2^60", written("x.pth", lambda: plain(b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"x.")), "x.pth"),
        convert("pth: 3000 names for one storage", written("x.pth", many_views), "x.pth"),
        convert("pth: 16 numbers spread to 2^40", written("x.pth", expanded), "x.pth"),
        convert("pth: cut off", written("x.pth", truncated), "x.pth"),
        diagnose("pth: the network is a billion laughs", written("x.pth", laughs), codes={WEIGHTS}, study="{in}/study",
                 more=["--weights-cls", "{case}/x.pth"]),
        inspect("pth: a pickle alone that claims 2^60", written("x.pth", lambda: b"\x80\x02\x8d" + struct.pack("<Q", 1 << 60)), "x.pth"),
        convert("pth: a name that is no UTF-8", written("x.pth", foreign), "x.pth", quick=True),
        *header_cases(),
    ]
