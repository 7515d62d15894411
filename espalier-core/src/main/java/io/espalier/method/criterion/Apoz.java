package io.espalier.method.criterion;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.data.Dataset;
import io.espalier.method.DataCriterion;
import io.espalier.method.MethodException;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The average percentage of zeros among a unit's activations; the more, the less it matters. */
public final class Apoz implements MethodProvider {
  private static final String DATA = "data";
  private static final String IMAGES = "images";
  private static final String DEVIATIONS = "k";
  private static final String LAYERS = "layers";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "apoz",
        MethodKind.CRITERION,
        "Network Trimming: A Data-Driven Neuron Pruning Approach towards Efficient Deep"
            + " Architectures",
        "Hu, Peng, Tai, Tang; 2016; arXiv:1607.03250",
        2016,
        Set.of(Need.ACTIVATIONS),
        List.of(
            Setting.choice(
                DATA,
                "validation",
                List.of("validation", "training"),
                "the images on which zeros are counted"),
            Setting.integer(IMAGES, 0, "how many of them; 0 for all"),
            Setting.number(
                DEVIATIONS,
                1,
                "own threshold: standard deviations above the mean of a layer's percentages"),
            Setting.integer(
                LAYERS,
                0,
                "own threshold: how many layers are trimmed, those with the most zeros; 0 for"
                    + " all")),
        "Removes the channels whose activations are most often zero.");
  }

  @Override
  public DataCriterion create(Settings settings) {
    if (settings.integer(LAYERS) < 0 || settings.integer(IMAGES) < 0) {
      throw new IllegalArgumentException("method 'apoz': layers and images must be 0 or more");
    }
    int layers = (int) Math.min(Integer.MAX_VALUE, settings.integer(LAYERS));
    int images = (int) Math.min(Integer.MAX_VALUE, settings.integer(IMAGES));
    return new Measured(
        settings.choice(DATA).equals("validation"),
        images,
        new ZeroRule(settings.number(DEVIATIONS), layers));
  }

  private record Measured(boolean byValidation, int images, ZeroRule rule)
      implements DataCriterion {
    @Override
    public Scores score(Workbench bench) {
      Dataset own = own(bench);
      List<ZeroRule.Layer> layers = measure(bench, own);
      bench.record("apoz", () -> record(bench, own, layers));
      warnOfSilent(bench, layers);
      List<double[]> scores = new ArrayList<>();
      bench.channels().groups().forEach(group -> scores.add(Samples.stays(group)));
      for (ZeroRule.Layer layer : layers) {
        scores.set(layer.group().index(), rest(layer.shares()));
      }
      return new Scores(scores);
    }

    /** The rule's choice, but for what the options keep. */
    @Override
    public Optional<Map<Integer, BitSet>> ownChoice(Workbench bench, Scores scores) {
      Map<Integer, BitSet> open = bench.removalUpTo(scores.open(), 0);
      List<ZeroRule.Layer> layers =
          bench.channels().groups().stream()
              .filter(group -> !open.getOrDefault(group.index(), new BitSet()).isEmpty())
              .map(group -> ZeroRule.Layer.of(group, rest(scores.byGroup().get(group.index()))))
              .toList();
      Map<Integer, BitSet> chosen = rule.chosen(layers);
      Scores marked =
          Scores.of(
              bench.channels(),
              group -> {
                double[] marks = new double[group.units()];
                Arrays.fill(marks, 1);
                chosen.getOrDefault(group.index(), new BitSet()).stream()
                    .forEach(unit -> marks[unit] = 0);
                return marks;
              });
      return Optional.of(bench.removalUpTo(marked, 0));
    }

    private static double[] rest(double[] shares) {
      return Arrays.stream(shares).map(share -> 1 - share).toArray();
    }

    private Dataset own(Workbench bench) {
      Dataset all = byValidation ? bench.images().validation() : bench.trainingImages();
      if (all.isEmpty()) {
        throw new MethodException(
            "apoz counts zeros on the validation split, and there is none: set one aside with"
                + " --validation 0.1, or use --set data=training");
      }
      return images == 0 ? all : all.limit(images);
    }

    private static List<ZeroRule.Layer> measure(Workbench bench, Dataset images) {
      Zeros zeros = Zeros.count(bench, images);
      return bench.channels().groups().stream()
          .flatMap(group -> ZeroRule.Layer.of(zeros, group).stream())
          .toList();
    }

    private static void warnOfSilent(Workbench bench, List<ZeroRule.Layer> layers) {
      List<String> silent =
          bench.channels().groups().stream()
              .filter(group -> layers.stream().noneMatch(layer -> layer.group() == group))
              .map(ChannelGroup::name)
              .toList();
      if (!silent.isEmpty()) {
        bench.warn(
            "apoz finds no activation that makes zeros behind %d of the channel groups, and they stay whole: %s"
                .formatted(silent.size(), String.join(", ", silent)));
      }
    }

    private ObjectNode record(Workbench bench, Dataset own, List<ZeroRule.Layer> layers) {
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.put("data", byValidation ? "validation" : "training").put("images", own.size());
      ArrayNode all = json.putArray("layers");
      for (ZeroRule.Layer layer : layers) {
        ObjectNode node = all.addObject().put("layer", layer.group().name());
        node.put("units", layer.group().units());
        node.put("mean", layer.mean()).put("deviation", layer.deviation());
        ArrayNode above = node.putArray("above60to90");
        List.of(0.6, 0.7, 0.8, 0.9).forEach(share -> above.add(layer.above(share)));
      }
      Dataset other = byValidation ? bench.images().train() : bench.images().validation();
      if (!other.isEmpty()) {
        Dataset asMany = other.limit(own.size());
        rule.overlap(layers, measure(bench, asMany))
            .ifPresent(share -> json.put("overlap", share).put("otherImages", asMany.size()));
      }
      return json;
    }
  }
}
