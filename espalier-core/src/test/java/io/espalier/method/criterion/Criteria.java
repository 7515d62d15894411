package io.espalier.method.criterion;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.method.Criterion;
import io.espalier.method.Evidence;
import io.espalier.method.MethodProvider;
import io.espalier.method.Settings;
import java.util.Map;
import java.util.Optional;

/** Asks a criterion about the first group of a network. */
final class Criteria {
  private Criteria() {}

  static Optional<double[]> ask(
      MethodProvider method, Graph graph, long seed, Map<String, String> settings) {
    Criterion criterion = (Criterion) method.create(Settings.of(method.info(), settings));
    return criterion.score(Evidence.of(graph, ChannelMap.of(graph).groups().getFirst(), seed));
  }

  static double[] score(MethodProvider method, Graph graph, Map<String, String> settings) {
    return ask(method, graph, 1, settings).orElseThrow();
  }
}
