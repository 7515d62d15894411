package io.espalier.dynamic;

import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes sure that a network has the gates that are described; a file may say anything. */
final class GateCheck {
  private final Graph graph;
  private final Gate gate;

  private GateCheck(Graph graph, Gate gate) {
    this.graph = graph;
    this.gate = gate;
  }

  static void check(Graph graph, List<Gate> gates) {
    Set<String> seen = new HashSet<>();
    for (Gate gate : gates) {
      if (!seen.add(gate.layer())) {
        throw new DynamicException("layer '%s' has two gates".formatted(gate.layer()));
      }
      new GateCheck(graph, gate).check();
    }
  }

  private void check() {
    requireChannels(gate.output());
    switch (gate) {
      case ChannelGate channels -> check(channels);
      case PixelGate pixels -> check(pixels);
    }
  }

  private void check(ChannelGate gate) {
    requireConv(gate.layer(), gate.input());
    requireChannels(gate.bare());
    requireMatrix(gate.saliency().value());
    requireMatrix(gate.gate());
    requireMatrix(gate.factor());
    requireWeight(gate.saliency().weight());
    int rows = graph.weight(gate.saliency().weight()).shape()[0];
    if (rows < 1 || gate.channels() % rows != 0) {
      throw problem("%d saliencies for %d channels".formatted(rows, gate.channels()));
    }
    if (!gate.saliency().hiddenWeight().isEmpty()) {
      requireWeight(gate.saliency().hiddenWeight());
    }
    for (String bias : List.of(gate.saliency().hiddenBias(), gate.saliency().bias())) {
      if (!bias.isEmpty()) {
        requireWeight(bias);
      }
    }
    if (count(gate.rule()) > gate.channels()) {
      throw problem("it keeps more than its %d channels".formatted(gate.channels()));
    }
  }

  private void check(PixelGate gate) {
    for (String name : List.of(gate.base(), gate.layer())) {
      Node part =
          graph.node(name).orElseThrow(() -> problem("there is no node '%s'".formatted(name)));
      Node split = graph.producers().get(part.input(0));
      if (split == null || !split.inputs().contains(gate.input())) {
        throw problem("node '%s' reads no part of '%s'".formatted(name, gate.input()));
      }
      requireConv(name, part.input(0));
    }
    requireChannels(gate.score());
    requireChannels(gate.gate());
    requireVector(gate.scale());
    requireVector(gate.shift());
  }

  private void requireConv(String name, String input) {
    Node layer = graph.node(name).orElseThrow(() -> problem("there is no such node"));
    if (!(layer.op() instanceof Op.Conv) || !layer.input(0).equals(input)) {
      throw problem("the node is no convolution of '%s'".formatted(input));
    }
  }

  private static int count(GateRule rule) {
    return switch (rule) {
      case GateRule.Positive positive -> 0;
      case GateRule.Largest largest -> largest.count();
      case GateRule.Winners winners -> winners.count();
    };
  }

  private void requireChannels(String value) {
    Optional<Shape> shape = graph.shape(value);
    if (shape.isEmpty() || shape.get().rank() < 3 || shape.get().size(1) != gate.channels()) {
      throw problem(
          "value '%s' must have %d channels, but is %s"
              .formatted(value, gate.channels(), shape.map(Shape::toString).orElse("unknown")));
    }
  }

  private void requireMatrix(String value) {
    Optional<Shape> shape = graph.shape(value);
    if (shape.isEmpty() || shape.get().rank() != 2 || shape.get().size(1) != gate.channels()) {
      throw problem(
          "value '%s' must be a matrix of %d columns, but is %s"
              .formatted(value, gate.channels(), shape.map(Shape::toString).orElse("unknown")));
    }
  }

  private void requireWeight(String name) {
    if (graph.initializer(name).filter(weight -> weight.rank() > 0).isEmpty()) {
      throw problem("'%s' is not an initializer with axes".formatted(name));
    }
  }

  private void requireVector(String name) {
    boolean fits =
        graph
            .initializer(name)
            .filter(weight -> weight.rank() == 1 && weight.size(0) == gate.channels())
            .isPresent();
    if (!fits) {
      throw problem("'%s' is not an initializer of %d numbers".formatted(name, gate.channels()));
    }
  }

  private DynamicException problem(String what) {
    return new DynamicException("gate of layer '%s': %s".formatted(gate.layer(), what));
  }
}
