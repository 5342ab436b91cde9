#!/usr/bin/env python3
"""Rows of bench_gpu.sh's table, from what jcs_diagnose writes; Python's own library is enough.

gpu_rows.py study NUMBERS JSON JSON MS MS   stages of the better of two runs, and the whole program by the clock
gpu_rows.py dice FILE FILE                  Dice of two opacity.nii.gz
"""

import gzip
import json
import struct
import sys
from pathlib import Path

COMPRESSED = 0x1F8B


def study(numbers: str, *files: str) -> list[str]:
    """One row for each stage."""
    half = len(files) // 2
    runs = [
        (float(Path(clock).read_text(encoding="utf-8")), json.loads(Path(result).read_text(encoding="utf-8")))
        for result, clock in zip(files[:half], files[half:], strict=True)
    ]
    clock, result = min(runs, key=lambda run: run[0])
    note = f"{result['slices']} slices"
    rows = [(stage, seconds) for stage, seconds in result["timing"].items()]
    rows += [("all stages", result["total_seconds"]), ("whole program", clock / 1000)]
    return [f"| study | {stage} | {numbers} | | {seconds:.3f} s | | {note} |" for stage, seconds in rows]


def voxels(file: str) -> bytes:
    """Voxels of a NIfTI-1 file of one byte each."""
    content = Path(file).read_bytes()
    if content[:2] == COMPRESSED.to_bytes(2, "big"):
        content = gzip.decompress(content)
    header_size, bits, offset = (
        struct.unpack_from("<i", content, 0)[0],
        struct.unpack_from("<h", content, 72)[0],
        struct.unpack_from("<f", content, 108)[0],
    )
    if header_size != 348 or bits != 8:
        raise ValueError(f"{file}: no NIfTI-1 file of one byte a voxel")
    return content[int(offset) :]


def dice(first: str, second: str) -> list[str]:
    """One row."""
    a, b = voxels(first), voxels(second)
    if len(a) != len(b):
        raise ValueError(f"{first} and {second} have {len(a)} and {len(b)} voxels")
    # As numbers of many bits the masks, of 0 and 1 in each byte, are met at once.
    both = (int.from_bytes(a, "little") & int.from_bytes(b, "little")).bit_count()
    sizes = [sum(mask) for mask in (a, b)]
    value = f"Dice {2 * both / sum(sizes):.5f}" if sum(sizes) else "–"
    return [f"| outlines | opacities, bf16 against fp32 | | | {value} | | {sizes[0]} and {sizes[1]} of {len(a)} voxels |"]


def main() -> None:
    """One row a line; an error is one line on stderr."""
    parts = {"study": study, "dice": dice}
    try:
        if len(sys.argv) < 3 or sys.argv[1] not in parts:
            raise ValueError("usage: gpu_rows.py study NUMBERS JSON... MS... | dice FILE FILE")
        print("\n".join(parts[sys.argv[1]](*sys.argv[2:])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"gpu_rows.py: {error}")


if __name__ == "__main__":
    main()
