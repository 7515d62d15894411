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

/**
 * {@code kappa / 2 * sum ||F_i - mean of its cluster||^2} over all that makes a channel, as a part
 * of the loss.
 */
final class ClusterLoss implements TrainHook {
  /**
   * The clusters' elements of one weight, {@code [units][each]}, and what takes their means away.
   */
  private record Part(String weight, long[] elements, int units, float[] centring) {}

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
      DeviceTensor weight = weights.get(part.weight());
      long each = part.elements().length / part.units();
      DeviceTensor rows =
          weight.reshape(-1).indexSelect(0, part.elements()).reshape(part.units(), each);
      DeviceTensor centring =
          DeviceTensor.of(part.centring(), part.units(), part.units()).to(rows.type());
      sums.add(centring.matmul(rows).square().sum().reshape(1));
    }
    return sums.isEmpty() || kappa == 0
        ? Optional.empty()
        : Optional.of(DeviceTensor.cat(sums, 0).sum().mul(kappa / 2));
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
    int units = present.stream().mapToInt(List::size).sum();
    long[] elements =
        present.stream()
            .map(cluster -> Clusters.elements(member, shape, cluster))
            .flatMap(Arrays::stream)
            .flatMapToLong(unit -> Arrays.stream(unit).asLongStream())
            .toArray();
    return units == 0
        ? Optional.empty()
        : Optional.of(new Part(member.initializer(), elements, units, centring(present, units)));
  }

  /** {@code I - P}, where P takes the mean over each cluster. */
  private static float[] centring(List<List<Integer>> clusters, int units) {
    float[] matrix = new float[units * units];
    int first = 0;
    for (List<Integer> cluster : clusters) {
      int end = first + cluster.size();
      for (int row = first; row < end; row++) {
        Arrays.fill(matrix, row * units + first, row * units + end, -1f / cluster.size());
        matrix[row * units + row] += 1;
      }
      first = end;
    }
    return matrix;
  }
}
