package io.espalier.method.reconstruct;

import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Narrows a network round by round until its budget is met. The first round gets near it; where the
 * units of a layer cost unequally much, it may leave a little too much.
 */
final class Rounds {
  private static final int MOST = 8;

  private Rounds() {}

  /**
   * {@code start} with all that has to go.
   *
   * @param entrances the sites in front of which a gather may stand
   * @param options what must be met
   * @param round narrows a draft to these widths
   * @throws io.espalier.surgery.PlanException if the budget cannot be met
   */
  static Draft narrowed(
      Workbench bench,
      Sites sites,
      List<Site> entrances,
      PlanOptions options,
      Draft start,
      BiFunction<Draft, Widths, Draft> round) {
    Draft draft = round.apply(start, Widths.of(onBench(bench, start), sites, entrances, options));
    for (int done = 1; !Widths.met(onBench(bench, draft), options); done++) {
      if (done == MOST) {
        bench.warn(
            "the budget %s is not met after %d rounds of selection: ask for a little less than you need"
                .formatted(options.budget().orElseThrow(), MOST));
        return draft;
      }
      draft = round.apply(draft, Widths.of(onBench(bench, draft), sites, List.of(), options));
    }
    return draft;
  }

  /** What will go, out of the network on the bench, which may have fewer nodes than the draft's. */
  private static Draft onBench(Workbench bench, Draft draft) {
    return new Draft(bench.graph(), bench.channels(), draft.removed(), draft.gathered());
  }
}
