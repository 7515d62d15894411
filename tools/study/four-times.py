#!/usr/bin/env python3
"""Turns the JSON files of four-times.sh into Markdown tables: means over seeds, sample standard deviation.

usage: tools/study/four-times.py DIR
"""
import json
import pathlib
import statistics
import sys

ROWS = [
    # title, step, what its accuracy is
    ("from scratch", "scratch", lambda r: r["after"]["accuracy"]),
    ("from scratch, uniform widths", "uniform", lambda r: r["after"]["accuracy"]),
    ("pruned", "pruned", lambda r: r["accuracyAfterCut"]),
    ("pruned and fine-tuned", "pruned", lambda r: r["after"]["accuracy"]),
]


def read(folder):
    return {step: json.loads((folder / f"{step}.json").read_text())
            for step in ("base", "pruned", "scratch", "uniform", "apoz")
            if (folder / f"{step}.json").exists()}


def mean(values, decimals=2):
    if not values:
        return "-"
    text = f"{statistics.mean(values):.{decimals}f}"
    return text if len(values) == 1 else f"{text} ± {statistics.stdev(values):.{decimals}f}"


def line(cells):
    print("| " + " | ".join(cells) + " |")


def accuracies(seeds):
    line(["", "n", "MACs, M", "parameters", "error, %", "more than the whole network, points"])
    print("|---|" + "---:|" * 5)
    line(["whole network", str(len(seeds)), mean([s["base"]["macs"] / 1e6 for s in seeds]),
          mean([s["base"]["params"] for s in seeds], 0),
          mean([100 - 100 * s["base"]["accuracy"] for s in seeds]), ""])
    for title, step, accuracy in ROWS:
        own = [s for s in seeds if step in s]
        line([title, str(len(own)), mean([s[step]["after"]["macs"] / 1e6 for s in own]),
              mean([s[step]["after"]["params"] for s in own], 0),
              mean([100 - 100 * accuracy(s[step]) for s in own]),
              mean([100 * (s["base"]["accuracy"] - accuracy(s[step])) for s in own])])
    print()


def zeros(seeds):
    """Mean share of zeros behind each layer of the whole network."""
    records = [next(v for k, v in s["apoz"]["method"].items() if k.endswith("/apoz"))
               for s in seeds if "apoz" in s]
    if records:
        layers = [layer["layer"] for layer in records[0]["layers"]]
        line(["layer"] + layers)
        print("|---|" + "---:|" * len(layers))
        line(["mean APoZ, %"] + [mean([100 * r["layers"][i]["mean"] for r in records])
                                 for i in range(len(layers))])


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1]).is_dir():
        sys.exit(__doc__.strip())
    seeds = [s for s in map(read, sorted(pathlib.Path(sys.argv[1]).glob("s*"))) if "base" in s]
    if not seeds:
        sys.exit(f"four-times.py: no network is trained in {sys.argv[1]}")
    accuracies(seeds)
    zeros(seeds)


if __name__ == "__main__":
    main()
