package io.espalier.method.reconstruct;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * @param candidates how many there are
 * @param wanted how many stay
 */
record Choice(
    String name,
    int group,
    List<Site> readers,
    List<int[]> candidateOf,
    int candidates,
    int wanted) {
  private static final Budget.Counted NOTHING = new Budget.Share(Budget.Quantity.UNITS, 1);
  private static final String KEPT = "kept";
  private static final String NUMBERS = "numbers";
  private static final String WEIGHT = "weight/";

  /** The choices that lead to {@code widths}, in the order in which they are made. */
  static List<Choice> of(Sites sites, Widths widths, ChannelMap map) {
    List<Choice> choices = new ArrayList<>();
    Set<Integer> made = new HashSet<>();
    for (Site site : sites.all()) {
      for (int group : site.carriage().groups()) {
        if (widths.removed().containsKey(group) && made.add(group)) {
          choices.add(ofUnits(sites, group, map, widths.removed().get(group)));
        }
      }
      if (widths.gathered().containsKey(site.node())) {
        int[] channels = Widths.streamChannels(site, sites);
        int count = Arrays.stream(channels).max().orElseThrow() + 1;
        int kept = widths.gathered().get(site.node());
        choices.add(new Choice(site.node(), -1, List.of(site), List.of(channels), count, kept));
      }
    }
    return choices;
  }

  private static Choice ofUnits(Sites sites, int group, ChannelMap map, int removed) {
    List<Site> readers = sites.reading(group);
    List<int[]> units = readers.stream().map(site -> site.unitsOf(group)).toList();
    int all = map.groups().get(group).units();
    return new Choice(map.groups().get(group).name(), group, readers, units, all, all - removed);
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
        return made(bench, draft, new Selection(loss, consumers, candidates, options));
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
            bench.options().hasSize() ? wanted : candidates,
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
    Scores scores = Scores.of(draft.map(), g -> g.index() == group ? order : new double[g.units()]);
    PlanOptions free = PlanOptions.of(NOTHING).withoutSize();
    double share = 1 - (double) selected.cardinality() / candidates;
    BitSet kept = new BitSet();
    kept.set(0, candidates);
    kept.andNot(
        Planner.alone(draft.graph(), draft.map(), scores, free, group, share)
            .getOrDefault(group, new BitSet()));
    return kept;
  }

  private static Map<String, Tensor> results(
      Selection selection, BitSet kept, int rounds, double... losses) {
    Map<String, Tensor> results = new TreeMap<>();
    long[] indices = kept.stream().asLongStream().toArray();
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
      gone.set(0, candidates);
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
    json.put("candidates", candidates).put("kept", made.get(KEPT).elements());
    json.put("rounds", (int) numbers[3]).put("lossOfAll", numbers[0]);
    return json.put("lossOfNone", numbers[1]).put("loss", numbers[2]);
  }
}
