package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Widths that a paper chose by hand for one kind of network: a share for each stage and layers to
 * skip. They are found in a network by its structure, whatever its layers are called: the
 * convolutions whose channels no residual add joins, in network order, fall into stages of equal
 * widths.
 *
 * <p>Source: Li et al., Pruning Filters for Efficient ConvNets, ICLR 2017 (arXiv:1608.08710),
 * section 4. Convolutions are counted from 1, without projection shortcuts.
 *
 * @param name as the user types it
 * @param stages how many such convolutions each stage has
 * @param shares the share of the channels that goes, by stage
 * @param skipped numbers of the convolutions that keep theirs
 * @param step how far the numbers of two of them are apart: 1 in a chain, 2 where the second
 *     convolution of each block writes the stream
 */
public record WidthPreset(
    String name, List<Integer> stages, List<Double> shares, Set<Integer> skipped, int step) {
  private static final List<Integer> RESNET_56 = List.of(9, 9, 9);
  private static final List<Integer> RESNET_110 = List.of(18, 18, 18);
  private static final List<Integer> RESNET_34 = List.of(3, 4, 6, 3);
  private static final Set<Integer> SKIPPED_34 = Set.of(2, 8, 14, 16, 26, 28, 30, 32);
  private static final List<WidthPreset> ALL =
      List.of(
          // Half of convolutions 1 and 8 to 13.
          new WidthPreset(
              "vgg16-a", List.of(2, 2, 3, 6), List.of(0.5, 0.0, 0.0, 0.5), Set.of(2), 1),
          blocks("resnet56-a", RESNET_56, List.of(0.1, 0.1, 0.1), Set.of(16, 20, 38, 54)),
          blocks("resnet56-b", RESNET_56, List.of(0.6, 0.3, 0.1), Set.of(16, 18, 20, 34, 38, 54)),
          blocks("resnet110-a", RESNET_110, List.of(0.5, 0.0, 0.0), Set.of(36)),
          blocks("resnet110-b", RESNET_110, List.of(0.5, 0.4, 0.3), Set.of(36, 38, 74)),
          blocks("resnet34-a", RESNET_34, List.of(0.3, 0.3, 0.3, 0.0), SKIPPED_34),
          blocks("resnet34-b", RESNET_34, List.of(0.5, 0.6, 0.4, 0.0), SKIPPED_34));

  public WidthPreset {
    stages = List.copyOf(stages);
    shares = List.copyOf(shares);
    skipped = Set.copyOf(skipped);
    if (stages.size() != shares.size()) {
      throw new IllegalArgumentException(
          "preset '%s' has %d stages and %d shares".formatted(name, stages.size(), shares.size()));
    }
  }

  private static WidthPreset blocks(
      String name, List<Integer> stages, List<Double> shares, Set<Integer> skipped) {
    return new WidthPreset(name, stages, shares, skipped, 2);
  }

  /** The names of all presets. */
  public static List<String> names() {
    return ALL.stream().map(WidthPreset::name).toList();
  }

  /**
   * The preset called {@code name}.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public static WidthPreset of(String name) {
    return ALL.stream()
        .filter(preset -> preset.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no preset is called '%s'; there are %s"
                        .formatted(name, String.join(", ", names()))));
  }

  /**
   * The share that each layer of {@code graph} loses, by name, for {@link PlanOptions#withRatios}.
   * What is left of {@code c} channels is {@code c (1 - share)} rounded down, as published.
   *
   * @throws PlanException if the network is not of the preset's shape
   */
  public Map<String, Double> ratios(Graph graph, ChannelMap map) {
    Set<Integer> streams = Streams.of(graph, map);
    List<ChannelGroup> layers =
        map.groups().stream()
            .filter(group -> !streams.contains(group.index()) && isConvolution(group))
            .toList();
    requireShape(graph, streams.isEmpty(), runs(layers));
    Map<String, Double> ratios = new LinkedHashMap<>();
    int layer = 0;
    for (int stage = 0; stage < stages.size(); stage++) {
      for (int i = 0; i < stages.get(stage); i++, layer++) {
        int number = step * (layer + 1);
        double share = skipped.contains(number) ? 0 : shares.get(stage);
        if (share > 0) {
          ratios.put(layers.get(layer).name(), gone(layers.get(layer).units(), share));
        }
      }
    }
    return ratios;
  }

  private static boolean isConvolution(ChannelGroup group) {
    return group.members().stream()
        .filter(member -> member.role() == Role.OUTPUT)
        .map(Member::space)
        .allMatch(space -> space.size() > 2);
  }

  private static double gone(int units, double share) {
    return (units - Math.floor(units * (1 - share) + 1e-9)) / units;
  }

  /** How many layers in a row have the same width. */
  private static List<Integer> runs(List<ChannelGroup> layers) {
    List<Integer> runs = new ArrayList<>();
    int width = 0;
    for (ChannelGroup layer : layers) {
      if (layer.units() == width) {
        runs.set(runs.size() - 1, runs.getLast() + 1);
      } else {
        runs.add(1);
      }
      width = layer.units();
    }
    return runs;
  }

  private void requireShape(Graph graph, boolean isChain, List<Integer> runs) {
    boolean wantsChain = step == 1;
    if (isChain != wantsChain || !runs.equals(stages)) {
      throw new PlanException(
          "preset '%s' is for %s with %s convolutions of equal width, but '%s' is %s with %s; say what goes by --ratio instead"
              .formatted(
                  name, kind(wantsChain), text(stages), graph.name(), kind(isChain), text(runs)));
    }
  }

  private static String kind(boolean chain) {
    return chain ? "a chain" : "residual branches";
  }

  private static String text(List<Integer> counts) {
    return counts.isEmpty()
        ? "no"
        : counts.stream().map(String::valueOf).collect(Collectors.joining(" + "));
  }
}
