"""Manifests as jcs_data writes them: read, described, joined."""

import csv
import hashlib
import os
from pathlib import Path

from .problem import INPUT, OUTPUT, Problem


def digest(*parts):
    """A short name for content: files by their bytes, everything else by its text."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) and part.is_file() else str(part).encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:8]


def read(file):
    """The rows of a manifest, columns by name; paths of images and masks made absolute."""
    try:
        with open(file, newline="", encoding="utf-8-sig") as lines:
            if file.suffix == ".txt":
                rows = [dict(zip(("image", "mask"), line.split())) for line in lines if line.strip()]
            else:
                rows = [{k.strip(): (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Problem(f"{file}: manifest cannot be read ({error})", INPUT) from error
    if not rows or "image" not in rows[0]:
        raise Problem(f"{file}: no manifest (expected a header with the column image, and a row for each slice)", INPUT)
    for row in rows:
        for column in ("image", "mask"):
            if row.get(column):
                row[column] = os.path.abspath(file.parent / row[column])
    return rows


def write(file, rows):
    """A manifest of these rows, with the columns that any of them has."""
    known = ("image", "mask", "label", "patient", "source", "slice", "mask_value")
    columns = [column for column in known if column == "image" or any(row.get(column) for row in rows)]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.{os.getpid()}")
        with open(temporary, "w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        temporary.replace(file)
    except OSError as error:
        raise Problem(f"{file}: cannot be written ({error.strerror})", OUTPUT) from error


def joined(files):
    """The rows of several manifests, a slice that stands in several of them once."""
    rows = {}
    for file in files:
        for row in read(file):
            rows.setdefault((row["image"], row.get("slice", "")), row)
    return list(rows.values())


def has_masks(file):
    return any(row.get("mask") for row in read(file))


def counted(count, one):
    return f"{count} {one}{'' if count == 1 else 's'}"


def description(file):
    """One sentence on a manifest: how many slices of how many patients from which data sets."""
    rows = read(file)
    patients = {row["patient"] for row in rows if row.get("patient")}
    sources = sorted({row["source"] for row in rows if row.get("source")})
    nobody = sum(not row.get("patient") for row in rows)
    text = f"`{file}`: {counted(len(rows), 'row')}, {counted(len(patients), 'patient')}"
    text += f", {nobody} of nobody known" if nobody else ""
    return text + (f"; from {', '.join(sources)}" if sources else "")
