package io.espalier.method.gate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanException;
import io.espalier.train.TrainOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/** One code for the residual branches of a network, one number a branch; whole branches go. */
final class BlockLearning {
  private final Workbench bench;
  private final CodePruning pruning;
  private final List<ResidualBranch> branches;
  private final Optional<Budget.Counted> budget;

  /**
   * @throws MethodException if there is no branch, or the bench asks for what branches cannot give
   */
  BlockLearning(Workbench bench, CodePruning pruning) {
    this.bench = bench;
    this.pruning = pruning;
    this.branches = ResidualBranch.of(bench.graph(), bench.options().freeze());
    this.budget = bench.options().budget();
    if (branches.isEmpty()) {
      throw new MethodException(
          "autopruner finds no residual branch that may go: use --set structure=channels");
    }
    if (!bench.options().ratios().isEmpty() || bench.options().align() > 1) {
      throw new MethodException(
          "whole branches have neither ratios nor widths: give a budget without --ratio and"
              + " --align");
    }
  }

  void run() {
    TrainOptions training = pruning.training(bench.training());
    Graph read = ReadPoints.of(bench.graph(), inputs());
    List<String> ends =
        branches.stream()
            .map(branch -> read.node(branch.add()).orElseThrow().input(branch.input()))
            .toList();
    List<CodeSource> sources =
        IntStream.range(0, ends.size())
            .mapToObj(i -> CodeSource.whole(read, ends.get(i), i))
            .toList();
    SplittableRandom random = new SplittableRandom(bench.seed());
    Code code = new Code("branches", sources, 1, share(), pruning.codes(), random);
    String identity = "autopruner %s %s".formatted(pruning, branches);
    try (CodeHook hook = new CodeHook(identity, Gating.ofValues(ends), List.of(code), training)) {
      Graph end = bench.train("codes-1", read, training, hook);
      bench.record("codes-1", () -> CodeReport.training(bench, end, hook));
      cut(bench.graph().withWeights(end.initializers()), code.last());
    }
  }

  private Map<String, TreeSet<Integer>> inputs() {
    Map<String, TreeSet<Integer>> inputs = new HashMap<>();
    branches.forEach(
        branch -> inputs.computeIfAbsent(branch.add(), add -> new TreeSet<>()).add(branch.input()));
    return inputs;
  }

  /** The share of branches that can stay, as if all of them cost the same. */
  private double share() {
    if (budget.isEmpty()) {
      return pruning.otherwise();
    }
    Budget.Quantity quantity = budget.get().quantity();
    long all = Amount.of(bench.graph(), quantity);
    long least = Amount.of(ResidualBranch.without(bench.graph(), branches), quantity);
    long limit = budget.get().limit(all);
    if (least > limit) {
      throw new PlanException(
          "budget %s cannot be met: without any residual branch %.2f%% (%d of %d) of '%s' remains; ask for more, or use --set structure=channels"
              .formatted(budget.get(), 100.0 * least / all, least, all, bench.graph().name()));
    }
    return Math.min(1, (double) (limit - least) / (all - least));
  }

  private void cut(Graph trained, CodeWindow window) {
    double[] means = window.means();
    List<Integer> removed = removal(means, window.ones());
    bench.record("removal", () -> report(means, removed));
    bench.cut("cut", trained, removed.stream().map(i -> branches.get(i).entry()).toList());
  }

  private List<Integer> removal(double[] means, double[] ones) {
    if (budget.isEmpty()) {
      return IntStream.range(0, ones.length).filter(i -> ones[i] == 0).boxed().toList();
    }
    Budget.Quantity quantity = budget.get().quantity();
    long limit = budget.get().limit(left(List.of(), quantity));
    return least(means, removed -> left(removed, quantity), limit);
  }

  /**
   * The branches with the smallest codes, until the budget is met and none fits back in.
   *
   * @param means the mean code of each branch
   * @param left what is left without some branches
   * @param limit the most that may be left
   */
  static List<Integer> least(double[] means, ToLongFunction<List<Integer>> left, long limit) {
    List<Integer> order =
        IntStream.range(0, means.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> means[i]))
            .toList();
    List<Integer> removed = new ArrayList<>();
    for (int i = 0; left.applyAsLong(removed) > limit; i++) {
      removed.add(order.get(i));
    }
    for (int branch : List.copyOf(removed).reversed()) {
      List<Integer> fewer = removed.stream().filter(i -> i != branch).toList();
      if (left.applyAsLong(fewer) <= limit) {
        removed.remove((Integer) branch);
      }
    }
    return removed;
  }

  private long left(List<Integer> removed, Budget.Quantity quantity) {
    List<ResidualBranch> gone = removed.stream().map(branches::get).toList();
    return Amount.of(ResidualBranch.without(bench.graph(), gone), quantity);
  }

  private ObjectNode report(double[] means, List<Integer> removed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    long nearZero = removed.stream().filter(i -> means[i] <= CodeReport.NEAR_ZERO).count();
    json.put("removed", removed.size()).put("removedNearZero", nearZero);
    json.put("removedNearZeroShare", removed.isEmpty() ? 1 : (double) nearZero / removed.size());
    removed.forEach(i -> json.withArray("branches").add(branches.get(i).add()));
    return json;
  }
}
