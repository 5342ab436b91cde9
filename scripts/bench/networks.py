"""Times single networks: plain LibTorch, as jcs prepares them, ONNX Runtime and OpenVINO; and compares their answers.

networks_benchmark draws weights and inputs of its own, of the same shapes, which the time does not depend on. Runs in a
process of its own (isolation.py), as it loads every engine.
"""

import csv
import hashlib
import json
import re
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import openvino
import pydicom
import torch
from PIL import Image

from . import models
from .environment import CACHE
from .networks_child import BENCHMARKS, MEASURED
from .problem import Problem
from .programs import Programs
from .report import Row, computes_in_bf16, cores, has_amx, interleave, say

PLAIN = "plain LibTorch"
FILES_VERSION = 1  # of what make() writes; with the definition of the networks it names the cache's folder
SECONDS = 1.0  # that one measurement lasts at least, after a first call that does not count


@dataclass
class Network:
    """A network's files: weights for jcs, a graph for the engines, an input and PyTorch's answer to it."""

    name: str
    weights: Path
    graph: Path
    manifest: Path
    input: np.ndarray
    answer: np.ndarray

    @property
    def segments(self) -> bool:
        return self.name.endswith("segmenter")

    def probability(self, output: np.ndarray) -> np.ndarray:
        """Of what the graph gives: a segmenter's maps as they are, a classifier's logits as probabilities."""
        if self.segments:
            return output
        grown = np.exp(output - output.max(axis=1, keepdims=True))
        return grown[:, 1] / grown.sum(axis=1)


def normalised(file: Path) -> np.ndarray:
    """A slice as the network's input, by the default preprocessing without a change of size: [3, h, w]."""
    dataset = pydicom.dcmread(file)
    hu = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    grey = np.floor(255.0 * np.clip((hu + 1350.0) / 1500.0, 0.0, 1.0) + 0.5) / 255.0
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    return ((grey - mean[:, None, None]) / deviation[:, None, None]).astype(np.float32)


def phantoms(programs: Programs, folder: Path, segments: bool) -> Path:
    """A manifest of the slices that a network is given."""
    size, slices = (512, 4) if segments else (224, 8)
    words = ("--patients", "4", "--slices-per-patient", str(slices), "--size", str(size), "--format", "dicom")
    programs.run("jcs_phantom", "dataset", folder, *words, "--quiet", "--overwrite")
    lines = (folder / "train.csv").read_text(encoding="utf-8").splitlines()
    manifest = folder / "bench.csv"
    # One slice from the middle of the lungs, without its mask, which nothing is to be measured against.
    chosen = [re.sub(r",.*", ",,0,bench,bench", lines[3])] if segments else lines[1:]
    manifest.write_text("\n".join([lines[0], *chosen]) + "\n", encoding="utf-8")
    return manifest


def make(programs: Programs, name: str) -> Network:
    """The network's files, from the cache where they have been made before."""
    key = hashlib.sha256(Path(models.__file__).read_bytes()).hexdigest()[:12]
    folder = CACHE / "bench" / f"networks-{FILES_VERSION}-{key}" / name
    weights, graph, answer = folder / "weights.safetensors", folder / "graph.onnx", folder / "answer.npy"
    manifest = folder / "slices" / "bench.csv"
    if not answer.exists():
        say(f"{name}: weights, graph and PyTorch's answer")
        folder.mkdir(parents=True, exist_ok=True)
        manifest = phantoms(programs, folder / "slices", name.endswith("segmenter"))
    with open(manifest, newline="", encoding="utf-8") as lines:
        x = np.stack([normalised(manifest.parent / row["image"]) for row in csv.DictReader(lines)])
    if not answer.exists():
        torch.set_num_threads(cores())
        given = torch.from_numpy(x)
        network = models.build(name)
        models.initialise(network, given)
        models.save(network, name, weights)
        network = models.load(name, weights)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # that this way of exporting is an old one; it needs no further package
            torch.onnx.export(network, (given,), graph, dynamo=False, input_names=["x"], output_names=["y"])
        with torch.inference_mode():
            np.save(answer, network(given).numpy())
    return Network(name, weights, graph, manifest, x, np.load(answer))


def timed(call: Callable[[], object]) -> float:
    """Seconds of a call: the mean of as many as fill SECONDS, after one that warms up."""
    call()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        call()
        count += 1
    return (time.perf_counter() - start) / count


def with_onnx_runtime(network: Network) -> Callable[[], np.ndarray]:
    """A call that answers the network's input."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores()
    session = onnxruntime.InferenceSession(network.graph, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": network.input})[0]


def with_openvino(network: Network, precision: str) -> Callable[[], np.ndarray]:
    """A call that answers the network's input; without the hint OpenVINO would choose bf16 by itself."""
    hint = {"fp32": "f32"}.get(precision, precision)
    hints = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": cores(), "PERFORMANCE_HINT": "LATENCY"}
    request = openvino.compile_model(network.graph, "CPU", hints).create_infer_request()
    return lambda: request.infer([network.input], share_inputs=True)[0]


def benchmark_name(programs: Programs, network: str, precision: str) -> str:
    """The name that networks_benchmark knows it by; precision "" for plain LibTorch."""
    kind, _, rest = BENCHMARKS[network].partition("/")
    known = programs.run("networks_benchmark", "--benchmark_list_tests").output.split()
    name = f"prepared_{kind}/{rest}_{precision}" if precision else f"plain_{kind}/{rest}"
    if f"{name}/real_time" not in known:
        raise Problem(f"networks_benchmark lacks {name}; it is older than this script")
    return f"{name}/real_time"


def with_benchmark(programs: Programs, name: str) -> float:
    """Seconds of a call by Google Benchmark, in a process of its own."""
    words = (f"--benchmark_filter=^{re.escape(name)}$", f"--benchmark_min_time={SECONDS}")
    done = programs.run("networks_benchmark", *words, "--benchmark_format=json")
    found = json.loads(done.output)["benchmarks"][0]
    if found.get("error_occurred"):
        raise Problem(f"{name}: {found.get('error_message', 'failed')}")
    return found["real_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[found["time_unit"]]


def answer_of_jcs(programs: Programs, network: Network, precision: str) -> np.ndarray:
    """Probabilities as eval_cls writes them, or eval_seg's map, which has 256 steps."""
    words = ("--weights", network.weights, "--manifest", network.manifest, "--precision", precision)
    words += ("--allow-overlap", "--resamples", "10", "--quiet")
    with tempfile.TemporaryDirectory(prefix="jcs-bench-") as name:
        folder = Path(name)
        if network.segments:
            programs.run("eval_seg", *words, "--clean-slices", "--save-predictions", folder / "maps")
            picture = next((folder / "maps").rglob("*.png"))
            return np.asarray(Image.open(picture), np.float32) / 255.0
        programs.run("eval_cls", *words, "--csv", folder / "answers.csv")
        with open(folder / "answers.csv", newline="", encoding="utf-8") as lines:
            return np.array([float(row["probability"]) for row in csv.DictReader(lines)])


def difference(network: Network, probability: np.ndarray, steps: bool = False) -> str:
    """How far from PyTorch's answer."""
    expected = network.probability(network.answer).reshape(probability.shape)
    largest = float(np.abs(probability - expected).max())
    return f"probability differs by {largest:.1e} at most" + (" (256 steps: up to 2e-03)" if steps else "")


def measure(programs: Programs, names: list[str], rounds: int) -> list[Row]:
    """Rows of these networks (keys of BENCHMARKS)."""
    rows: list[Row] = []
    for name in names:
        network = make(programs, name)
        precisions = ["fp32", "bf16"] if computes_in_bf16() else ["fp32"]
        ours = [*precisions, "bf16x3"] if has_amx() else precisions
        engines = {"ONNX Runtime fp32": with_onnx_runtime(network)}
        engines |= {f"OpenVINO {precision}": with_openvino(network, precision) for precision in precisions}
        notes = {}
        for engine, call in engines.items():
            output = call()
            notes[engine] = difference(network, network.probability(output))
            if not network.segments:
                notes[engine] += f", logits by {np.abs(output - network.answer).max():.1e}"
        candidates: dict[str, Callable[[], float]] = {}
        for precision in ["", *ours]:
            title = f"prepared {precision}" if precision else PLAIN
            benchmark = benchmark_name(programs, name, precision)
            candidates[title] = lambda benchmark=benchmark: with_benchmark(programs, benchmark)
            if precision:
                answer = answer_of_jcs(programs, network, precision)
                notes[title] = difference(network, answer, steps=network.segments)
        candidates |= {engine: lambda call=call: timed(call) for engine, call in engines.items()}
        if "bf16" not in precisions:
            for title in ("prepared bf16", "OpenVINO bf16"):
                notes[title] = "left out: the processor has no bf16 instructions, or is told not to use them"
        if "bf16x3" not in ours:
            notes["prepared bf16x3"] = "left out: the processor has no AMX, or is told not to use it"
        values = interleave(candidates, rounds, MEASURED[name])
        for title in dict.fromkeys([*candidates, *notes]):
            rows.append(Row("networks", MEASURED[name], title, PLAIN, values.get(title, []), note=notes.get(title, "")))
    return rows


def compact_weights(programs: Programs) -> tuple[Path, Path]:
    """Random compact networks, classifier and segmenter, for studies that are timed without weights of their own."""
    return make(programs, "compact_classifier").weights, make(programs, "compact_segmenter").weights
