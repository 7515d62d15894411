package io.espalier.method.reconstruct;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.data.Batches;
import io.espalier.data.LastBatch;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.ImagePass;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.surgery.Planner;
import io.espalier.surgery.Scores;
import io.espalier.torch.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * One choice among channels: the units of a group, made for all layers that read them, or the
 * channels of a stream that one layer reads through a gather.
 *
 * @param name the group, or the layer behind the gather
 * @param group index of the group; -1 for a gather
 * @param readers the layers whose inputs are chosen
 * @param candidateOf for each of them, the candidate that each input belongs to; -1 for others
 * @param members the unit of the group, or the channel of the stream, that each candidate is
 * @param wanted how many stay
 */
record Choice(
    String name,
    int group,
    List<Site> readers,
    List<int[]> candidateOf,
    int[] members,
    int wanted) {
  private static final Budget.Counted NOTHING = new Budget.Share(Budget.Quantity.UNITS, 1);
  private static final String KEPT = "kept";
  private static final String NUMBERS = "numbers";
  private static final String WEIGHT = "weight/";

  /**
   * The choices that lead to {@code widths}, in the order in which they are made.
   *
   * @param gone units that are out already, by group index: no candidates
   */
  static List<Choice> of(Sites sites, Widths widths, ChannelMap map, Map<Integer, BitSet> gone) {
    List<Choice> choices = new ArrayList<>();
    Set<Integer> made = new HashSet<>();
    for (Site site : sites.all()) {
      for (int group : site.carriage().groups()) {
        int removed = widths.removed().getOrDefault(group, 0);
        BitSet out = gone.getOrDefault(group, new BitSet());
        if (removed > out.cardinality() && made.add(group)) {
          choices.add(ofUnits(sites, map.groups().get(group), removed, out));
        }
      }
      if (widths.gathered().containsKey(site.node())) {
        int[] channels = Widths.streamChannels(site, sites);
        int count = Arrays.stream(channels).max().orElseThrow() + 1;
        int kept = widths.gathered().get(site.node());
        int[] all = IntStream.range(0, count).toArray();
        choices.add(new Choice(site.node(), -1, List.of(site), List.of(channels), all, kept));
      }
    }
    return choices;
  }

  private static Choice ofUnits(Sites sites, ChannelGroup group, int removed, BitSet out) {
    int[] members = IntStream.range(0, group.units()).filter(u -> !out.get(u)).toArray();
    int[] candidateOf = new int[group.units()];
    Arrays.fill(candidateOf, -1);
    for (int candidate = 0; candidate < members.length; candidate++) {
      candidateOf[members[candidate]] = candidate;
    }
    List<Site> readers = sites.reading(group.index());
    List<int[]> inputs =
        readers.stream()
            .map(site -> IntStream.of(site.unitsOf(group.index())))
            .map(units -> units.map(u -> u < 0 ? -1 : candidateOf[u]).toArray())
            .toList();
    int wanted = group.units() - removed;
    return new Choice(group.name(), group.index(), readers, inputs, members, wanted);
  }

  /** Makes the choice; the result is for {@link #after} and {@link #report}. */
  Map<String, Tensor> made(
      Workbench bench, DcpOptions options, Heads heads, Graph original, Draft draft) {
    List<Consumer> consumers = new ArrayList<>();
    bench.progress().begin("selecting channels of " + name, wanted, "channels");
    try (Scope scope = Scope.open()) {
      for (int i = 0; i < readers.size(); i++) {
        Tensor weight = draft.graph().weight(readers.get(i).layer().weight());
        consumers.add(new Consumer(readers.get(i), candidateOf.get(i), weight));
      }
      String head = heads.behind(readers);
      Batches images = images(bench, options);
      Graph current = draft.masked();
      try (FeatureLoss loss =
          new FeatureLoss(current, original, consumers, head, images, options)) {
        return made(bench, draft, new Selection(loss, consumers, members.length, options));
      }
    } finally {
      bench.progress().end();
    }
  }

  private static Batches images(Workbench bench, DcpOptions options) {
    Dim batch = bench.graph().inputs().getFirst().type().shape().dim(0);
    int size = batch.isFixed() ? Math.toIntExact(batch.size()) : options.batch();
    return Batches.evaluation(
            ImagePass.sample(bench, options.images()), bench.normalization(), size)
        .withLastBatch(batch.isFixed() ? LastBatch.DROP : LastBatch.KEEP);
  }

  private Map<String, Tensor> made(Workbench bench, Draft draft, Selection selection) {
    double whole = selection.lossOfAll();
    Selection.Growth growth =
        selection.grow(
            wanted,
            bench.options().hasSize() ? wanted : members.length,
            more -> {
              bench.progress().advance(more);
              bench.stopIfAsked();
            });
    BitSet kept = settled(draft, selection.selected(), growth.order());
    double last = growth.loss();
    if (!kept.equals(selection.selected())) {
      selection.select(kept);
      selection.train();
      last = selection.look().loss();
    }
    return results(selection, kept, growth.rounds(), whole, growth.lossOfNone(), last);
  }

  /** What stays where a balance does not allow what was selected. */
  private BitSet settled(Draft draft, BitSet selected, double[] order) {
    if (group < 0) {
      return selected;
    }
    // What is out already goes before all that was not selected.
    double[] ranks = new double[draft.map().groups().get(group).units()];
    Arrays.fill(ranks, -1);
    for (int candidate = 0; candidate < members.length; candidate++) {
      ranks[members[candidate]] = order[candidate];
    }
    Scores scores = Scores.of(draft.map(), g -> g.index() == group ? ranks : new double[g.units()]);
    PlanOptions free = PlanOptions.of(NOTHING).withoutSize();
    double share = 1 - (double) selected.cardinality() / ranks.length;
    BitSet goes =
        Planner.alone(draft.graph(), draft.map(), scores, free, group, share)
            .getOrDefault(group, new BitSet());
    BitSet kept = new BitSet();
    IntStream.range(0, members.length).filter(c -> !goes.get(members[c])).forEach(kept::set);
    return kept;
  }

  private Map<String, Tensor> results(
      Selection selection, BitSet kept, int rounds, double... losses) {
    Map<String, Tensor> results = new TreeMap<>();
    long[] indices = kept.stream().mapToLong(candidate -> members[candidate]).toArray();
    results.put(KEPT, Tensor.longs(new int[] {indices.length}, indices));
    double[] numbers = Arrays.copyOf(losses, losses.length + 1);
    numbers[losses.length] = rounds;
    results.put(NUMBERS, Tensor.of(DataType.DOUBLE, new int[] {numbers.length}, numbers));
    selection.weights().forEach((weight, tensor) -> results.put(WEIGHT + weight, tensor));
    return results;
  }

  /** {@code draft} after this choice. */
  Draft after(Draft draft, Map<String, Tensor> made) {
    Map<String, Tensor> weights = new HashMap<>();
    made.forEach(
        (key, tensor) -> {
          if (key.startsWith(WEIGHT)) {
            weights.put(key.substring(WEIGHT.length()), tensor);
          }
        });
    Draft next = draft.withWeights(weights);
    BitSet kept = new BitSet();
    Arrays.stream(made.get(KEPT).toLongs()).forEach(i -> kept.set(Math.toIntExact(i)));
    if (group >= 0) {
      BitSet gone = new BitSet();
      gone.set(0, draft.map().groups().get(group).units());
      gone.andNot(kept);
      return next.without(group, gone);
    }
    int[] channels = candidateOf.getFirst();
    List<Integer> inputs =
        IntStream.range(0, channels.length)
            .filter(i -> channels[i] < 0 || kept.get(channels[i]))
            .boxed()
            .toList();
    return next.gathering(readers.getFirst().node(), inputs);
  }

  /** This choice in a run's record. */
  ObjectNode report(Map<String, Tensor> made) {
    double[] numbers = made.get(NUMBERS).toDoubles();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("channels", name).put("gathered", group < 0);
    readers.forEach(site -> json.withArray("layers").add(site.node()));
    json.put("candidates", members.length).put("kept", made.get(KEPT).elements());
    json.put("rounds", (int) numbers[3]).put("lossOfAll", numbers[0]);
    return json.put("lossOfNone", numbers[1]).put("loss", numbers[2]);
  }
}
