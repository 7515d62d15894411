#!/usr/bin/env python3
"""Turns the JSON files of methods.sh into one Markdown table: mean, sample standard deviation, n.

usage: tools/study/table.py DIR
"""
import json
import pathlib
import re
import statistics
import sys

COLUMNS = [
    # title, unit, decimals, value of one run
    ("MACs left", "%", 1, lambda r: 100 * r["after"]["macs"] / r["before"]["macs"]),
    ("parameters left", "%", 1, lambda r: 100 * r["after"]["params"] / r["before"]["params"]),
    ("speed-up", "x", 2, lambda r: r["before"]["latencyMillis"] / r["after"]["latencyMillis"]),
    ("accuracy before", "%", 2, lambda r: 100 * r["before"]["accuracy"]),
    ("after the cut", "%", 2, lambda r: 100 * r["accuracyAfterCut"]),
    ("after fine-tuning", "%", 2, lambda r: 100 * r["after"]["accuracy"] if r["epochs"] else None),
]


def read(folder):
    """The runs by label, in the order of their labels."""
    runs = {}
    for file in sorted(folder.glob("*.json")):
        name = re.fullmatch(r"(.+)-s(-?\d+)\.json", file.name)
        if name:
            runs.setdefault(name[1], []).append(json.loads(file.read_text()))
    return runs


def cell(runs, value, decimals):
    """The mean over the runs that have the value, and its spread."""
    values = []
    for run in runs:
        try:
            found = value(run)
        except KeyError:
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


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit(__doc__.strip())
    runs = read(pathlib.Path(sys.argv[1]))
    if not runs:
        sys.exit(f"table.py: no run in {sys.argv[1]}")
    print("| method | n | " + " | ".join(f"{c[0]}, {c[1]}" for c in COLUMNS) + " |")
    print("|---|" + "---:|" * (len(COLUMNS) + 1))
    for label in sorted(runs, key=lambda name: -last_accuracy(runs[name])):
        own = runs[label]
        cells = [cell(own, value, decimals) for _, _, decimals, value in COLUMNS]
        print(f"| `{label}` | {len(own)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
