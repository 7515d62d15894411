#!/usr/bin/env python3
"""Turns the JSON files of methods.sh into a Markdown table: mean, sample standard deviation, n.

Methods that set single weights to zero get a table of their own.

"epochs before": passes over the training images that the method made before its cut. "driven": of the units
that went, the share that the method's own training had brought to zero or near it. Speed-ups are those of
DIR/bench.json, if there is one, where all networks took turns, by the fastest run of each, which other work on the
machine disturbs least:

    espalier bench NET.onnx DIR/nets/*-s*.onnx --rounds 300 --seconds 600 --json > DIR/bench.json

and else each run's own, which other work on the machine disturbs.

usage: tools/study/table.py DIR
"""
import json
import pathlib
import re
import statistics
import sys

# title, unit, decimals, value of one run
MACS = ("MACs left", "%", 1, lambda r: 100 * r["after"]["macs"] / r["before"]["macs"])
PARAMS = ("parameters left", "%", 1, lambda r: 100 * r["after"]["params"] / r["before"]["params"])
ZEROS = ("weights set to zero", "%", 1, lambda r: 100 * zeros(r)["zeros"] / zeros(r)["params"])
SPEED_UP = ("speed-up", "x", 2, lambda r: r["speedup"])
BEFORE = ("accuracy before", "%", 2, lambda r: 100 * r["before"]["accuracy"])
EPOCHS = ("epochs before", "", 0, lambda r: r["epochsBefore"])
DRIVEN = ("driven", "%", 0, lambda r: 100 * r["driven"])
CUT = ("after the cut", "%", 2, lambda r: 100 * r["accuracyAfterCut"])
TUNED = ("after fine-tuning", "%", 2, lambda r: 100 * r["after"]["accuracy"] if r["epochs"] else None)

UNITS_GO = [MACS, PARAMS, SPEED_UP, BEFORE, EPOCHS, DRIVEN, CUT, TUNED]
WEIGHTS_GO = [MACS, ZEROS, SPEED_UP, BEFORE, CUT, TUNED]


def read(folder):
    """The runs by label, in the order of their labels."""
    runs = {}
    speedups = bench(folder / "bench.json")
    for file in sorted(folder.glob("*.json")):
        name = re.fullmatch(r"(.+)-s(-?\d+)\.json", file.name)
        if name:
            run = json.loads(file.read_text())
            run["epochsBefore"] = epochs_before(folder / "runs" / file.stem)
            record = folder / "nets" / (file.stem + ".run.json")
            run["speedup"] = speedups.get(file.stem) if speedups else own_speedup(run)
            run["driven"] = find(json.loads(record.read_text()), "removedNearZeroShare")
            runs.setdefault(name[1], []).append(run)
    return runs


def bench(file):
    """Speed-ups by the stem of a network's file; none without such a file."""
    models = json.loads(file.read_text())["models"] if file.exists() else []
    fastest = {pathlib.Path(model["file"]).stem: model["minMillis"] for model in models}
    return {stem: models[0]["minMillis"] / millis for stem, millis in fastest.items()}


def own_speedup(run):
    """What the run measured itself; None if it measured nothing."""
    before, after = (run[side].get("latencyMillis") for side in ("before", "after"))
    return before / after if before and after else None


def epochs_before(run):
    """How often the method's own trainings went over the images; None if there were none."""
    lines = [line for file in run.glob("method-*/**/metrics.jsonl") for line in file.open()]
    return sum(json.loads(line)["kind"] == "epoch" for line in lines) or None


def find(value, key):
    """The first value of that key in nested JSON, or None."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        return next((found for part in value if (found := find(part, key)) is not None), None)
    return None


def cell(runs, value, decimals):
    """The mean over the runs that have the value, and its spread."""
    values = []
    for run in runs:
        try:
            found = value(run)
        except (KeyError, TypeError):
            found = None
        if found is not None:
            values.append(found)
    if not values:
        return "-"
    mean = f"{statistics.mean(values):.{decimals}f}"
    if len(values) == 1:
        return mean
    spread = f"{mean} ± {statistics.stdev(values):.{decimals}f}"
    return spread if len(values) == len(runs) else f"{spread} (n = {len(values)})"


def last_accuracy(runs):
    return statistics.mean(run["after"].get("accuracy", 0) for run in runs)


def zeros(run):
    return run["method"]["zeros"]


def table(runs, columns):
    print("| method | n | " + " | ".join(", ".join(filter(None, c[:2])) for c in columns) + " |")
    print("|---|" + "---:|" * (len(columns) + 1))
    for label in sorted(runs, key=lambda name: -last_accuracy(runs[name])):
        own = runs[label]
        cells = [cell(own, value, decimals) for _, _, decimals, value in columns]
        print(f"| `{label}` | {len(own)} | " + " | ".join(cells) + " |")


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit(__doc__.strip())
    runs = read(pathlib.Path(sys.argv[1]))
    if not runs:
        sys.exit(f"table.py: no run in {sys.argv[1]}")
    weights = {label: own for label, own in runs.items() if "zeros" in own[0].get("method", {})}
    units = {label: own for label, own in runs.items() if label not in weights}
    if units:
        table(units, UNITS_GO)
    if units and weights:
        print()
    if weights:
        table(weights, WEIGHTS_GO)


if __name__ == "__main__":
    main()
