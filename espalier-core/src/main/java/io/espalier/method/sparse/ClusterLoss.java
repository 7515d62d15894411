package io.espalier.method.sparse;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * {@code kappa / 2 * sum ||F_i - mean of its cluster||^2} over all that makes a channel, as a part
 * of the loss.
 */
final class ClusterLoss implements TrainHook {
  /**
   * The clusters' part in one weight.
   *
   * @param weight its name
   * @param elements of each unit, unit after unit
   * @param cluster number of each unit's cluster
   * @param shares one over the size of each cluster
   */
  private record Part(String weight, long[] elements, long[] cluster, float[] shares) {}

  private final ChannelMap map;
  private final Clusters clusters;
  private final double kappa;
  private List<Part> parts;

  ClusterLoss(ChannelMap map, Clusters clusters, double kappa) {
    this.map = map;
    this.clusters = clusters;
    this.kappa = kappa;
  }

  @Override
  public String identity() {
    return "fcp: kappa %s on %s".formatted(kappa, new TreeMap<>(clusters.byGroup()));
  }

  @Override
  public Optional<DeviceTensor> extraLoss(TrainStep step) {
    Map<String, DeviceTensor> weights = step.net().parameters();
    if (parts == null) {
      parts = parts(step.net().graph(), weights);
    }
    List<DeviceTensor> sums = new ArrayList<>();
    for (Part part : parts) {
      sums.add(squares(weights.get(part.weight()), part).reshape(1));
    }
    return sums.isEmpty() || kappa == 0
        ? Optional.empty()
        : Optional.of(DeviceTensor.cat(sums, 0).sum().mul(kappa / 2));
  }

  /** The sum of the squared distances of all units to the means of their clusters. */
  private static DeviceTensor squares(DeviceTensor weight, Part part) {
    int units = part.cluster().length;
    int clusters = part.shares().length;
    long each = part.elements().length / units;
    DeviceTensor rows = weight.reshape(-1).indexSelect(0, part.elements()).reshape(units, each);
    DeviceTensor cluster = DeviceTensor.of(part.cluster(), units);
    DeviceTensor shares = DeviceTensor.of(part.shares(), clusters, 1).to(rows.type());
    DeviceTensor means =
        DeviceTensor.zeros(clusters, each).to(rows.type()).indexAdd(0, cluster, rows).mul(shares);
    return rows.sub(means.indexSelect(0, cluster)).square().sum();
  }

  private List<Part> parts(Graph graph, Map<String, DeviceTensor> trained) {
    List<Part> found = new ArrayList<>();
    clusters
        .byGroup()
        .forEach(
            (index, own) -> {
              ChannelGroup group = map.groups().get(index);
              for (Member member : group.members()) {
                if (Kinship.MAKERS.contains(member.role())
                    && trained.containsKey(member.initializer())) {
                  part(graph, member, own).ifPresent(found::add);
                }
              }
            });
    return found;
  }

  private static Optional<Part> part(Graph graph, Member member, List<List<Integer>> clusters) {
    int[] shape = graph.weight(member.initializer()).shape();
    List<List<Integer>> present =
        clusters.stream().filter(c -> member.positions(c.getFirst()).length > 0).toList();
    long[] elements =
        present.stream()
            .map(cluster -> Clusters.elements(member, shape, cluster))
            .flatMap(Arrays::stream)
            .flatMapToLong(unit -> Arrays.stream(unit).asLongStream())
            .toArray();
    return present.isEmpty()
        ? Optional.empty()
        : Optional.of(new Part(member.initializer(), elements, numbers(present), shares(present)));
  }

  private static long[] numbers(List<List<Integer>> clusters) {
    return IntStream.range(0, clusters.size())
        .flatMap(number -> clusters.get(number).stream().mapToInt(unit -> number))
        .asLongStream()
        .toArray();
  }

  private static float[] shares(List<List<Integer>> clusters) {
    float[] shares = new float[clusters.size()];
    for (int number = 0; number < shares.length; number++) {
      shares[number] = 1f / clusters.get(number).size();
    }
    return shares;
  }
}
