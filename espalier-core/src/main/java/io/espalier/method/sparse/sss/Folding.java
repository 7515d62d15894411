package io.espalier.method.sparse.sss;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.surgery.FactorFold;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Carries factors into weights, so that the network computes without gates what it computed with
 * them: a channel's factor into the weights that read it, a block's into the last layer of its
 * branch.
 */
final class Folding {
  private Folding() {}

  /** {@code graph}, whose channels are {@code map}, with the factors of its structures inside. */
  static Graph apply(Graph graph, ChannelMap map, Structures structures, double[] factors) {
    Graph folded = graph;
    for (int i = 0; i < structures.count(); i++) {
      if (structures.all().get(i) instanceof Structure.Block block && factors[i] != 1) {
        folded = FactorFold.apply(folded, block.branch().value(), factors[i]).orElseThrow();
      }
    }
    double[][] ofUnits = ofUnits(map, structures, factors);
    Map<String, double[]> columns = new HashMap<>();
    for (ChannelGroup group : map.groups()) {
      for (Member member : group.members()) {
        if (member.role() == Role.INPUT) {
          spread(columns, graph.weight(member.initializer()), member, ofUnits[group.index()]);
        }
      }
    }
    return folded.withWeights(scaled(folded, columns));
  }

  /** The product of the factors that each unit bears, group after group. */
  private static double[][] ofUnits(ChannelMap map, Structures structures, double[] factors) {
    double[][] products = new double[map.groups().size()][];
    for (ChannelGroup group : map.groups()) {
      products[group.index()] = new double[group.units()];
      Arrays.fill(products[group.index()], 1);
    }
    for (Structure.Kind kind : structures.kinds()) {
      int[][] positions = structures.bearers(map, kind);
      for (int group = 0; group < products.length; group++) {
        for (int unit = 0; unit < products[group].length; unit++) {
          int structure = positions[group][unit];
          products[group][unit] *= structure < factors.length ? factors[structure] : 1;
        }
      }
    }
    return products;
  }

  /** Sets, never multiplies: a weight that several nodes read bears a factor once. */
  private static void spread(
      Map<String, double[]> columns, Tensor weight, Member member, double[] factors) {
    for (int unit = 0; unit < factors.length; unit++) {
      if (factors[unit] != 1) {
        double[] all =
            columns.computeIfAbsent(member.initializer(), name -> ones(weight.elements()));
        int[] elements = Positions.elements(member.space(), weight.shape(), member.positions(unit));
        for (int element : elements) {
          all[element] = factors[unit];
        }
      }
    }
  }

  private static double[] ones(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Map<String, Tensor> scaled(Graph graph, Map<String, double[]> columns) {
    Map<String, Tensor> scaled = new HashMap<>();
    columns.forEach(
        (name, factors) -> {
          double[] values = graph.weight(name).toDoubles();
          for (int i = 0; i < values.length; i++) {
            values[i] *= factors[i];
          }
          scaled.put(name, graph.weight(name).withValues(values));
        });
    return scaled;
  }
}
