package io.espalier.surgery;

import java.util.ArrayList;
import java.util.List;

/** The entries of a plan sorted by what is done with them. */
record PlanParts(
    List<PlanEntry.Part> parts,
    List<PlanEntry.Read> reads,
    List<PlanEntry.Branch> branches,
    List<PlanEntry.Scatter> scatters,
    List<PlanEntry.Selection> selections,
    List<PlanEntry.WeightMask> weightMasks) {

  static PlanParts of(PruningPlan plan) {
    PlanParts sorted =
        new PlanParts(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    plan.entries().forEach(sorted::add);
    return sorted;
  }

  private void add(PlanEntry entry) {
    switch (entry) {
      case PlanEntry.Units units -> {
        parts.addAll(units.parts());
        reads.addAll(units.reads());
      }
      case PlanEntry.ConvolutionGroups groups -> groups.units().forEach(this::add);
      case PlanEntry.Branch branch -> branches.add(branch);
      case PlanEntry.Scatter scatter -> {
        scatters.add(scatter);
        parts.addAll(scatter.parts());
      }
      case PlanEntry.Selection selection -> selections.add(selection);
      case PlanEntry.WeightMask mask -> weightMasks.add(mask);
    }
  }
}
