#!/usr/bin/env python3
"""Turns the JSON files of lenet-apoz.sh into Markdown tables: means over seeds, sample standard deviation.

usage: tools/study/lenet-apoz.py DIR
"""
import json
import pathlib
import re
import statistics
import sys


class Seed:
    """The steps of one seed, as far as they are done."""

    def __init__(self, folder):
        self.steps = {f.stem: json.loads(f.read_text()) for f in folder.glob("*.json")
                      if not f.stem.endswith((".plan", ".run"))}

    def rounds(self, kind):
        count = 0
        while f"{kind}-{count + 1}" in self.steps:
            count += 1
        return count

    def test(self, kind, number):
        if number == 0:
            return 100 * self.steps["base"]["accuracy"]
        return 100 * self.steps[f"{kind}-{number}"]["after"]["accuracy"]

    def validation(self, kind, number):
        step = self.steps["base"] if number == 0 else self.steps[f"{kind}-{number}"]
        return 100 * step["validationAccuracy"]

    def cut(self, kind, number):
        return 100 * self.steps[f"{kind}-{number}"]["accuracyAfterCut"]

    def params(self, kind, number):
        if number == 0:
            return self.steps["base"]["params"]
        return self.steps[f"{kind}-{number}"]["after"]["params"]

    def apoz(self, kind, number):
        """What was counted on the network after a round: the record of the step behind it."""
        for name in (f"{kind}-{number + 1}", f"{kind}-end"):
            if name in self.steps:
                records = self.steps[name]["method"]
                return next(v for k, v in records.items() if k.endswith("/apoz"))
        return None

    def layer(self, kind, number, layer):
        record = self.apoz(kind, number)
        return next(l for l in record["layers"] if l["layer"] == layer) if record else None


def mean(values, decimals=2):
    values = [v for v in values if v is not None]
    if not values:
        return "-"
    text = f"{statistics.mean(values):.{decimals}f}"
    return text if len(values) == 1 else f"{text} ± {statistics.stdev(values):.{decimals}f}"


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|---|" + "---:|" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def rule(seeds, kind, number):
    asked = seeds[0].steps[f"{kind}-{number}"]["asked"]
    found = re.search(r"(k|params|macs|units)=[^,]*", asked)
    return found[0] if found else asked


def rounds(seeds):
    """Table 2 of the paper, and the control beside it."""
    rows = []
    for number in range(min(s.rounds("kept") for s in seeds) + 1):
        control = number <= min(s.rounds("control") for s in seeds)
        lost = [s.test("control", number) - s.test("kept", number) for s in seeds] if control else []
        widths = [mean([(s.layer("kept", number, name) or {}).get("units") for s in seeds], 0)
                  for name in ("conv2", "fc1")]
        rows.append([
            "untrimmed" if number == 0 else f"round {number}, {rule(seeds, 'kept', number)}",
            *widths,
            mean([s.params("kept", number) for s in seeds], 0),
            mean([s.params("kept", 0) / s.params("kept", number) for s in seeds]) + "x",
            mean([s.cut("kept", number) for s in seeds]) if number else "-",
            mean([s.test("kept", number) for s in seeds]),
            mean([s.test("control", number) for s in seeds]) if control else "-",
            mean(lost),
        ])
    table(["", "conv2", "fc1", "parameters", "fewer", "right after the cut, %", "trained on, %",
           "control, %", "lost to the control, points"], rows)


def kept_or_anew(seeds):
    """Table 3: the weights that are left kept, or all drawn anew; counts in the first linear layer."""
    rows = []
    for kind, title in (("kept", "weights kept"), ("anew", "weights drawn anew")):
        for number in range(min(s.rounds(kind) for s in seeds) + 1):
            layers = [s.layer(kind, number, "fc1") for s in seeds]
            if all(layers):
                rows.append([
                    f"{title}, round {number}",
                    mean([l["units"] for l in layers], 0),
                    mean([s.test(kind, number) for s in seeds]),
                    mean([100 * l["mean"] for l in layers]),
                    *[mean([l["above60to90"][i] for l in layers], 0) for i in range(4)],
                ])
    table(["", "fc1", "accuracy, %", "mean APoZ, %", "above 0.6", "0.7", "0.8", "0.9"], rows)


def gap(seeds):
    rows = []
    for kind in ("kept", "control"):
        for number in range(min(s.rounds(kind) for s in seeds) + 1):
            if kind == "kept" or number:
                test = [s.test(kind, number) for s in seeds]
                validation = [s.validation(kind, number) for s in seeds]
                rows.append([
                    "untrimmed" if number == 0 else f"{kind}, round {number}",
                    mean(validation), mean(test),
                    mean([v - t for v, t in zip(validation, test)]),
                ])
    table(["", "validation, %", "test, %", "gap, points"], rows)


def overlap(seeds):
    rows = []
    for number in range(min(s.rounds("kept") for s in seeds)):
        records = [s.apoz("kept", number) for s in seeds]
        rows.append([f"round {number + 1}",
                     mean([100 * r["overlap"] for r in records if "overlap" in r], 1)])
    table(["units chosen on validation images that as many training images choose too", "%"], rows)


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit(__doc__.strip())
    folders = sorted(pathlib.Path(sys.argv[1]).glob("s*"))
    seeds = [s for s in map(Seed, folders) if "base" in s.steps]
    if not seeds:
        sys.exit(f"lenet-apoz.py: no seed is done in {sys.argv[1]}")
    print(f"{len(seeds)} seeds.\n")
    rounds(seeds)
    kept_or_anew(seeds)
    gap(seeds)
    overlap(seeds)


if __name__ == "__main__":
    main()
