package io.espalier.method.reconstruct;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.data.DataSplits;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.progress.Progress;
import io.espalier.torch.Torch;
import io.espalier.train.Accuracy;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.Evaluator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What a single layer loses with fewer inputs, by how they are chosen and whether its weights are
 * fitted to those that stay: figure 4 of He, Zhang and Sun (ICCV 2017). Everything else in the
 * network stays as it is, and nothing is trained.
 *
 * <p>Differs from the paper: each choice comes with and without the fit, the LASSO too (its
 * coefficients then choose and do not scale), so that choice and fit are not confounded.
 */
public final class SingleLayerStudy {
  /** How the inputs that stay are chosen. */
  public enum Choice {
    /** The first ones. */
    FIRST_K,
    /** Those whose filters have the largest sum of absolute weights. */
    MAX_RESPONSE,
    /** Those that a LASSO keeps. */
    LASSO;

    /** As tables write it. */
    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One network.
   *
   * @param choice how inputs were chosen
   * @param fitted whether the layer's weights were fitted to them
   * @param speedup how many times fewer multiplications the layer does
   * @param kept number of inputs that stay
   * @param error squared error of the layer's outputs over their variance, on the sampled positions
   * @param accuracy of the network
   */
  public record Row(
      Choice choice, boolean fitted, double speedup, int kept, double error, Accuracy accuracy) {
    /** The choice, and whether weights were fitted to it. */
    String text() {
      return choice.text() + (fitted ? ", fitted" : "");
    }
  }

  /**
   * What a study found.
   *
   * @param layer the layer
   * @param inputs number of inputs that it has
   * @param original accuracy of the network as it was given
   * @param rows one a choice, with and without a fit, and speed-up
   */
  public record Result(String layer, int inputs, Accuracy original, List<Row> rows) {
    public Result {
      rows = List.copyOf(rows);
    }

    /** What {@code row} costs, in points of per cent of the images. */
    double top1Lost(Row row) {
      return 100 * (original.top1() - row.accuracy().top1());
    }

    /** The same where the label among the five largest logits is enough. */
    double top5Lost(Row row) {
      return 100 * (original.top5() - row.accuracy().top5());
    }

    /** By how much the mean cross-entropy of {@code row} is above the original's, in nats. */
    double lossGained(Row row) {
      return row.accuracy().loss() - original.loss();
    }
  }

  private final Graph graph;
  private final Site site;
  private final Draft draft;
  private final DataSplits splits;
  private final Normalization normalization;
  private final EvaluateOptions evaluation;

  private SingleLayerStudy(
      Graph graph,
      Site site,
      Draft draft,
      DataSplits splits,
      Normalization normalization,
      EvaluateOptions evaluation) {
    this.graph = graph;
    this.site = site;
    this.draft = draft;
    this.splits = splits;
    this.normalization = normalization;
    this.evaluation = evaluation;
  }

  /**
   * Studies one layer.
   *
   * @param layer name of a convolution or linear layer whose inputs are channels that can go
   * @param speedups how many times fewer inputs; 1 keeps all
   * @param images training images to compare outputs on, at ten positions in each
   * @throws MethodException if the layer's inputs cannot be chosen
   */
  public static Result run(
      Graph graph,
      String layer,
      List<Double> speedups,
      DataSplits splits,
      Normalization normalization,
      int images,
      EvaluateOptions evaluation) {
    Torch.threads(evaluation.threads());
    ChannelMap map = ChannelMap.of(graph);
    Site site =
        Sites.of(graph, map).all().stream()
            .filter(s -> s.node().equals(layer) && map.inputColumns(layer).isPresent())
            .findFirst()
            .orElseThrow(
                () ->
                    new MethodException(
                        "'%s' is no layer of '%s' whose inputs can be chosen; 'espalier inspect' lists the layers"
                            .formatted(layer, graph.name())));
    return new SingleLayerStudy(
            graph, site, Draft.of(graph, map), splits, normalization, evaluation)
        .run(speedups, images);
  }

  private Result run(List<Double> speedups, int images) {
    Samples samples = new Samples(splits.forTraining(), normalization, images, 10, 1);
    Bench bench = new Bench(graph, samples, Progress.none(), () -> {});
    Regression rule = new Regression(bench, new LassoPath(0.1), true, true, false);
    List<Row> rows = new ArrayList<>();
    try (LayerRule.Look look = rule.look(site, draft)) {
      for (Choice choice : Choice.values()) {
        for (double speedup : speedups) {
          rows.addAll(rows(rule, look, choice, speedup));
        }
      }
    }
    return new Result(site.node(), channels(), accuracy(graph), rows);
  }

  private int[] channelOf() {
    return Channels.of(site, position -> site.carriage().group(position) >= 0);
  }

  private int channels() {
    return Arrays.stream(channelOf()).max().orElse(-1) + 1;
  }

  private List<Row> rows(LayerRule rule, LayerRule.Look look, Choice choice, double speedup) {
    int[] channelOf = channelOf();
    int channels = channels();
    int kept = Math.clamp(Math.round(channels / speedup), 1, channels);
    double[] ranks =
        switch (choice) {
          case FIRST_K -> IntStream.range(0, channels).mapToDouble(i -> -i).toArray();
          case MAX_RESPONSE -> responses(channelOf, channels);
          case LASSO -> rule.rank(look.equations(channelOf, channels), kept);
        };
    BitSet stay = new BitSet();
    IntStream.range(0, channels)
        .boxed()
        .sorted(Comparator.comparingDouble(channel -> -ranks[channel]))
        .limit(kept)
        .forEach(stay::set);
    List<Integer> inputs =
        IntStream.range(0, channelOf.length)
            .filter(i -> channelOf[i] < 0 || stay.get(channelOf[i]))
            .boxed()
            .toList();
    BitSet read = new BitSet();
    inputs.forEach(read::set);
    LayerRule.Refit refit = look.refit(read);
    Draft chosen = draft.gathering(site.node(), inputs);
    Draft fitted = chosen.withWeights(draft.fitted(site, refit));
    return List.of(
        new Row(choice, false, speedup, kept, refit.errorBefore(), accuracy(chosen.masked())),
        new Row(choice, true, speedup, kept, refit.errorAfter(), accuracy(fitted.masked())));
  }

  /** The sum of the absolute weights of the filters that make each channel. */
  private double[] responses(int[] channelOf, int channels) {
    double[] responses = new double[channels];
    boolean[] done = new boolean[channels];
    for (int i = 0; i < channelOf.length; i++) {
      int channel = channelOf[i];
      if (channel >= 0 && !done[channel]) {
        done[channel] = true;
        ChannelGroup group = draft.map().groups().get(site.carriage().group(i));
        int unit = site.carriage().unit(i);
        for (Member member : group.members()) {
          if (member.role() == Role.OUTPUT) {
            double[] filter = member.matrix(graph.weight(member.initializer()))[unit];
            responses[channel] += Arrays.stream(filter).map(Math::abs).sum();
          }
        }
      }
    }
    return responses;
  }

  private Accuracy accuracy(Graph network) {
    return Evaluator.evaluate(
        network, splits.forEvaluation(), normalization, evaluation, Progress.none());
  }
}
