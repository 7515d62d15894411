package io.espalier.method.reconstruct;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Scores;
import io.espalier.torch.Torch;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Prunes layer by layer from the input to the output. At each layer it chooses which of its inputs
 * stay and fits its weights anew, by a {@link LayerRule}; what it reads comes from the network as
 * it is by then. Channels that several layers read are chosen for all of them at the first.
 * Channels of residual streams stay; a layer that reads a stream gets a gather in front instead,
 * where the rule allows that.
 */
final class Reconstruction implements Procedure {
  private static final Budget.Counted NOTHING = new Budget.Share(Budget.Quantity.UNITS, 1);
  private static final String REMOVED = "removed/";
  private static final String GATHERED = "gathered";
  private static final String WEIGHT = "weight/";
  private static final String NUMBERS = "numbers";

  private final Function<Workbench, LayerRule> rules;

  /**
   * @param rules makes the rule for what is on the bench
   */
  Reconstruction(Function<Workbench, LayerRule> rules) {
    this.rules = rules;
  }

  @Override
  public MethodKind kind() {
    return MethodKind.RECONSTRUCTION;
  }

  @Override
  public void run(Workbench bench) {
    Torch.threads(bench.evaluation().threads());
    Graph graph = bench.graph();
    ChannelMap map = bench.channels();
    Sites sites = Sites.of(graph, map);
    warn(bench, sites.unjudged(map));
    LayerRule rule = rules.apply(bench);
    List<Site> entrances = rule.gathers() ? sites.entrances(map) : List.of();
    Layers layers = new Layers(bench, sites, rule);
    Draft draft =
        Rounds.narrowed(
            bench, sites, entrances, bench.options(), Draft.of(graph, map), layers::narrowed);
    bench.cut("cut", draft.graph(), draft.entries());
  }

  /** The layers in their order, round after round. */
  private static final class Layers {
    private final Workbench bench;
    private final Sites sites;
    private final LayerRule rule;
    private int number;

    Layers(Workbench bench, Sites sites, LayerRule rule) {
      this.bench = bench;
      this.sites = sites;
      this.rule = rule;
    }

    Draft narrowed(Draft start, Widths widths) {
      Draft draft = start;
      for (Site site : sites.all()) {
        Work work = new Work(rule, sites, widths, site, draft);
        if (work.isNeeded()) {
          Draft before = draft;
          String name = "layer-%02d".formatted(++number);
          Map<String, Tensor> done = bench.arrays(name, work::results);
          draft = after(before, site, done);
          bench.record(name, () -> report(before, site, done));
        }
      }
      return draft;
    }
  }

  private static void warn(Workbench bench, List<String> unjudged) {
    if (!unjudged.isEmpty()) {
      bench.warn(
          "%d groups stay whole, because no layer that reads them can be fitted anew: %s"
              .formatted(
                  unjudged.size(),
                  unjudged.stream().limit(5).collect(Collectors.joining(", "))
                      + (unjudged.size() > 5 ? ", ..." : "")));
    }
  }

  /** {@code draft} with the results of a site. */
  private static Draft after(Draft draft, Site site, Map<String, Tensor> done) {
    Draft next = draft;
    Map<String, Tensor> weights = new HashMap<>();
    for (Map.Entry<String, Tensor> entry : done.entrySet()) {
      String name = entry.getKey();
      if (name.startsWith(REMOVED)) {
        int group = Integer.parseInt(name.substring(REMOVED.length()));
        BitSet units = new BitSet();
        IntStream.of(ints(entry.getValue())).forEach(units::set);
        next = next.without(group, units);
      } else if (name.equals(GATHERED)) {
        List<Integer> inputs = IntStream.of(ints(entry.getValue())).boxed().toList();
        next = next.gathering(site.node(), inputs);
      } else if (name.startsWith(WEIGHT)) {
        weights.put(name.substring(WEIGHT.length()), entry.getValue());
      }
    }
    return next.withWeights(weights);
  }

  private static int[] ints(Tensor tensor) {
    return Arrays.stream(tensor.toLongs()).mapToInt(Math::toIntExact).toArray();
  }

  private static ObjectNode report(Draft before, Site site, Map<String, Tensor> done) {
    Draft after = after(before, site, done);
    double[] numbers = done.get(NUMBERS).toDoubles();
    return JsonNodeFactory.instance
        .objectNode()
        .put("layer", site.node())
        .put("inputs", site.layer().inputs())
        .put("kept", after.kept(site).cardinality())
        .put("gathered", after.gathered().containsKey(site.node()))
        .put("errorOfChoice", numbers[0])
        .put("errorOfFit", numbers[1])
        .put("independent", numbers[2] == 1);
  }

  /** The work at one site. */
  private record Work(LayerRule rule, Sites sites, Widths widths, Site site, Draft before) {
    /** Whether some of the layer's inputs go, now or earlier in this round. */
    boolean isNeeded() {
      return widths.gathered().containsKey(site.node())
          || site.carriage().groups().stream().anyMatch(widths.removed()::containsKey);
    }

    /** Whether more units of {@code group} are to go than do. */
    private boolean isOpen(int group) {
      BitSet gone = before.removed().getOrDefault(group, new BitSet());
      return widths.removed().getOrDefault(group, 0) > gone.cardinality();
    }

    Map<String, Tensor> results() {
      Map<String, Tensor> done = new TreeMap<>();
      Draft draft = before;
      try (LayerRule.Look look = rule.look(site, before)) {
        for (int group : site.carriage().groups()) {
          if (isOpen(group)) {
            BitSet units = choose(group, look);
            draft = draft.without(group, units);
            done.put(REMOVED + group, longs(units.stream()));
          }
        }
        if (widths.gathered().containsKey(site.node())) {
          List<Integer> inputs = gather(look);
          draft = draft.gathering(site.node(), inputs);
          done.put(GATHERED, longs(inputs.stream().mapToInt(i -> i)));
        }
        refit(look.refit(draft.kept(site)), done);
      }
      return done;
    }

    private static Tensor longs(IntStream values) {
      long[] longs = values.asLongStream().toArray();
      return Tensor.longs(new int[] {longs.length}, longs);
    }

    /** The units of {@code group} that go, judged by all layers that read it. */
    private BitSet choose(int group, LayerRule.Look own) {
      int units = before.map().groups().get(group).units();
      NormalEquations equations = null;
      for (Site reader : sites.reading(group)) {
        boolean here = reader.node().equals(site.node());
        LayerRule.Look look = here ? own : rule.look(reader, before);
        try {
          equations = add(equations, look, reader.unitsOf(group), units);
        } finally {
          if (!here) {
            look.close();
          }
        }
      }
      int count = widths.removed().get(group);
      double[] ranks = rule.rank(equations, units - count);
      before.removed().getOrDefault(group, new BitSet()).stream().forEach(u -> ranks[u] = -1);
      return least(group, ranks, count);
    }

    private static NormalEquations add(
        NormalEquations sum, LayerRule.Look look, int[] unitOf, int units) {
      double power = look.power();
      double weight = power > 0 ? 1 / power : 1;
      NormalEquations own = look.equations(unitOf, units);
      return sum == null ? own.times(weight) : sum.plus(own, weight);
    }

    /** The least {@code count} units as far as balances allow that. */
    private BitSet least(int group, double[] ranks, int count) {
      Scores scores =
          Scores.of(
              before.map(), other -> other.index() == group ? ranks : new double[other.units()]);
      PlanOptions free = PlanOptions.of(NOTHING).withoutSize();
      double share = (double) count / ranks.length;
      return Planner.alone(before.graph(), before.map(), scores, free, group, share).get(group);
    }

    private List<Integer> gather(LayerRule.Look look) {
      int[] channelOf = Widths.streamChannels(site, sites);
      int channels = IntStream.of(channelOf).max().orElseThrow() + 1;
      int wanted = widths.gathered().get(site.node());
      double[] ranks = rule.rank(look.equations(channelOf, channels), wanted);
      BitSet kept = new BitSet();
      IntStream.range(0, channels)
          .boxed()
          .sorted(Comparator.comparingDouble(channel -> -ranks[channel]))
          .limit(wanted)
          .forEach(kept::set);
      return IntStream.range(0, channelOf.length)
          .filter(i -> channelOf[i] < 0 || kept.get(channelOf[i]))
          .boxed()
          .toList();
    }

    private void refit(LayerRule.Refit refit, Map<String, Tensor> done) {
      before.fitted(site, refit).forEach((name, tensor) -> done.put(WEIGHT + name, tensor));
      double rank = refit.fullRank() ? 1 : 0;
      double[] numbers = {refit.errorBefore(), refit.errorAfter(), rank};
      done.put(NUMBERS, Tensor.of(DataType.DOUBLE, new int[] {3}, numbers));
    }
  }
}
