#!/usr/bin/env python3
"""Turns the JSON files of dynamic.sh into Markdown tables: means over seeds, sample standard deviation, n;
and sanp minus each other variant of the same share and seed, with 95 % intervals (Student's t).

usage: tools/study/dynamic.py DIR
"""
import json
import math
import pathlib
import re
import statistics
import sys

# 97.5 % points of Student's t by degrees of freedom.
T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def read(folder):
    """Accuracy and share of the MACs by (share asked, variant, seed), all in per cent."""
    rows = {}
    for file in sorted(folder.glob("*.json")):
        name = re.fullmatch(r"(longer|.+-[\d.]+)-s(-?\d+)", file.stem)
        if not name:
            continue
        run = json.loads(file.read_text())
        label, _, share = name[1].rpartition("-")
        if not label:
            label, share = name[1], "100"
        left = 100.0
        if "budget" in run:
            left = 100 * run["macs"]["share"]
        elif "after" in run:
            left = 100 * run["after"]["macs"] / run["before"]["macs"]
            run = run["after"]
        rows[(float(share), label, int(name[2]))] = (100 * run["accuracy"], left)
    return rows


def spread(values, decimals=2):
    mean = f"{statistics.mean(values):.{decimals}f}"
    return mean if len(values) == 1 else f"{mean} ± {statistics.stdev(values):.{decimals}f}"


def interval(values):
    mean = statistics.mean(values)
    if len(values) < 2:
        return f"{mean:+.2f}"
    half = T[min(len(values) - 1, max(T))] * statistics.stdev(values) / math.sqrt(len(values))
    return f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f})"


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit(__doc__.strip())
    rows = read(pathlib.Path(sys.argv[1]))
    if not rows:
        sys.exit(f"no finished runs in {sys.argv[1]}")
    kinds = sorted({(share, label) for share, label, _ in rows}, key=lambda k: (-k[0], k[1]))
    print("| network | asked for, % of the MACs | MACs, % | accuracy, % | n |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for share, label in kinds:
        own = [v for k, v in rows.items() if k[:2] == (share, label)]
        accuracies, left = zip(*own)
        print(f"| {label} | {share:g} | {spread(left, 1)} | {spread(accuracies)} | {len(own)} |")
    print("\n| share, % | sanp minus | points of accuracy (95 % interval) | n |")
    print("| ---: | --- | ---: | ---: |")
    for share, label in kinds:
        pairs = [
            rows[(share, "sanp", seed)][0] - v[0]
            for (s, name, seed), v in rows.items()
            if (s, name) == (share, label) and (share, "sanp", seed) in rows
        ]
        if label != "sanp" and pairs:
            print(f"| {share:g} | {label} | {interval(pairs)} | {len(pairs)} |")


if __name__ == "__main__":
    main()
