"""Zeros, packed by deflate without packing each of them."""
import zlib

BLOCK = 64 << 20


def block():
    """The bytes of BLOCK packed zeros, which may be repeated: they refer to nothing before them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = b"\0" * (1 << 20)
    return b"".join([*(packer.compress(piece) for _ in range(BLOCK >> 20)), packer.flush(zlib.Z_FULL_FLUSH)])


ZEROS = block()


def deflated(head, zeros, tail=b""):
    """A raw deflate stream of `head`, at least as many zeros, and `tail`."""
    first, last = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.compressobj(9, zlib.DEFLATED, -15)
    return (first.compress(head) + first.flush(zlib.Z_FULL_FLUSH) + ZEROS * (zeros // BLOCK)
            + last.compress(b"\0" * (zeros % BLOCK) + tail) + last.flush())


def packed(head, zeros):
    """The same in the format of zlib; the checksum is right where the head is empty."""
    return b"\x78\xda" + deflated(head, zeros) + ((zeros % 65521 << 16) | 1).to_bytes(4, "big")
