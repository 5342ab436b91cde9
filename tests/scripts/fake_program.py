"""Stands in for the programs: called by their names, it writes what they write, with invented figures."""

import csv
import json
import os
import signal
import struct
import sys
import time
import zlib
from pathlib import Path

NAME = Path(sys.argv[0]).name


def value_of(option):
    return Path(sys.argv[sys.argv.index(option) + 1]) if option in sys.argv else None


def write_png(file, grey):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes((grey + 2 * x + y) % 256 for x in range(64)) for y in range(64))
    header = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + content)


def level_of(run):
    """Between 0.5 and 0.8, the same for the same kind of run."""
    return 0.5 + zlib.crc32(run.name.rsplit("-", 1)[0].encode()) % 300 / 1000


def figure(value):
    return {"mean": value, "interval": [value - 0.05, min(1, value + 0.04)], "pictures": 30, "undefined": 1}


def train():
    out = value_of("--out")
    out.mkdir(parents=True, exist_ok=True)
    if os.environ.get("FAKE_TRAINING_WAITS"):
        # Ends in its own time after Ctrl-C, as the trainer does.
        signal.signal(signal.SIGINT, lambda *_: None)
        (out / "started").touch()
        signal.pause()
        time.sleep(0.5)
        (out / "last.ckpt").touch()
        sys.exit(130)
    if (out / "final.safetensors").exists():
        return
    (out / "metrics.csv").write_text("epoch,iterations,learning_rate,loss,seconds\n1,10,0.1,0.5,60\n2,20,0.1,0.4,30\n")
    (out / "best.safetensors").touch()
    (out / "final.safetensors").touch()


def eval_seg():
    if "--compare" in sys.argv:
        at = sys.argv.index("--compare")
        first, second = (json.loads(Path(name).read_text()) for name in sys.argv[at + 1 : at + 3])
        figures = {}
        for key in ("dice", "iou", "e_mean", "mae"):
            a, b = first["summary"][key]["mean"], second["summary"][key]["mean"]
            figures[key] = {
                "first": a,
                "second": b,
                "difference": b - a,
                "interval": [b - a - 0.02, b - a + 0.02],
                "p_value": 0.0213,
                "pairs": 30,
            }
        figures["e_mean"].update({"interval": None, "p_value": None})  # too few patients to resample
        value_of("--json").write_text(json.dumps({"figures": figures}))
        return
    level = level_of(value_of("--run"))
    pictures = []
    for i in range(120):
        dice = min(0.97, level * (0.6 + 0.1 * (i % 7))) if i % 31 else 0.05
        pictures.append(
            {
                "name": f"p{i}",
                "patient": "p",
                "dice": None if i == 7 else dice,
                "opacity_area": int(60 * 1.06**i),
                "lesions": 1 + i % 11,
                "opacity_share": 0.1,
            }
        )
    summary = {
        key: figure(level + add)
        for key, add in {"dice": 0, "iou": -0.12, "e_mean": 0.15, "e_adaptive": 0.12, "e_max": 0.18, "mae": 0}.items()
    }
    summary["by_lesions"] = [{"lesions": "1-2", "pictures": 12, "dice": figure(level)}]
    value_of("--json").write_text(json.dumps({"pictures": pictures, "summary": summary}))


def eval_cls():
    level = level_of(value_of("--run"))
    sweep = [
        {
            "threshold": t,
            "sensitivity": 1 - t / 200,
            "specificity": level + t / 100,
            "intervals": {"sensitivity": [0.9 - t / 200, 1], "specificity": [level, min(1, level + t / 50)]},
        }
        for t in range(0, 60)
    ]
    sweep[30]["intervals"]["specificity"] = None
    sweep[15]["specificity"] = None
    rate = {"value": level, "interval": [level - 0.1, level + 0.1]}
    slices = {
        "count": 20,
        "positives": 9,
        "sensitivity": rate,
        "specificity": rate,
        "roc_area": rate,
        "map_inside": figure(level / 3),
    }
    value_of("--json").write_text(
        json.dumps({"slices": slices, "patients": {}, "sweep": sweep, "chosen_threshold": 22})
    )
    maps = value_of("--save-maps")
    if maps:
        maps.mkdir(parents=True, exist_ok=True)
        for i in range(9):
            write_png(maps / f"a_rather_long_name_of_a_slice_{i}.png", 20 * i)


def histogram(values, width):
    counts = {}
    for value in values:
        counts[value // width] = counts.get(value // width, 0) + 1
    return [{"from": at * width, "to": (at + 1) * width, "count": count} for at, count in sorted(counts.items())]


def spread(values, width):
    ordered = sorted(values)
    at = [ordered[int(share * (len(ordered) - 1))] for share in (0, 0.25, 0.5, 0.75, 1)]
    names = ("minimum", "lower_quartile", "median", "upper_quartile", "maximum")
    return {
        "count": len(values),
        **dict(zip(names, at)),
        "mean": at[2],
        "histogram": histogram(values, width),
        "missing": 2,
    }


def report():
    dicom = not os.environ.get("FAKE_NO_DICOM")
    number = range(1, 200)
    headers = {
        "slices": 300,
        "patients": 12 if dicom else 0,
        "age_years": spread([20 + (7 * i) % 66 for i in range(12)], 10),
        "sex": {"F": 5, "M": 6, "O": 0, "missing": 1},
        "slice_thickness_mm": spread([0.875, 1.125, 1.875, 1.875, 4.875, 0.875], 0.25),
    }
    opacities = {
        "count": 199,
        "least_area": 5,
        "width_px": spread([3 + i for i in number], 16),
        "height_px": spread([5 + 2 * i for i in number], 16),
        "area_px": spread([i * i for i in number], 1000),
    }
    result = {
        "slices": 300,
        "headers": headers,
        "annotated_slices": 90,
        "opacities": opacities,
        "slices_by_lesions": [{"lesions": n, "slices": 30 - 2 * n} for n in range(12)],
        "covered_share": spread([0, 0.1], 0.05),
    }
    value_of("--json").write_text(json.dumps(result))
    with open(value_of("--csv"), "w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow("image,patient,slice,area,x,y,width,height,centre_x,centre_y".split(","))
        for i in number:
            writer.writerow(
                [
                    "a.png",
                    "",
                    "",
                    i * i,
                    1,
                    1,
                    5,
                    5,
                    0.25 + 0.5 * (i * 37 % 100) / 100,
                    0.3 + 0.5 * (i * 61 % 100) / 100,
                ]
            )


def jcs_data():
    if sys.argv[1] == "report":
        return report()
    out = value_of("--out")
    out.mkdir(parents=True, exist_ok=True)
    for name in ("train.csv", "val.csv"):
        (out / name).write_text(Path(sys.argv[2]).read_text())


def diagnose():
    out = value_of("--output")
    out.mkdir(parents=True)
    timing = {"read": 0.5, "classify": 2.0, "segment": 30.0}
    (out / "result.json").write_text(json.dumps({"slices": 150, "timing": timing, "device": "cpu, 2 threads"}))


with open(Path(sys.argv[0]).parent / "calls.txt", "a") as calls:
    calls.write(" ".join([NAME, *sys.argv[1:]]) + "\n")
if os.environ.get("FAKE_FAILURE") == NAME:
    print(f"{NAME}: refused", file=sys.stderr)
    sys.exit(3)
{
    "train_seg": train,
    "train_cls": train,
    "eval_seg": eval_seg,
    "eval_cls": eval_cls,
    "jcs_data": jcs_data,
    "jcs_diagnose": diagnose,
}[NAME]()
