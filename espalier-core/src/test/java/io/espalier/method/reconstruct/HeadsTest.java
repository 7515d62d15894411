package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.method.MethodException;
import io.espalier.method.TinyNetworks;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.Taps;
import io.espalier.torch.TorchNet;
import io.espalier.train.TrainStep;
import io.espalier.zoo.Zoo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeadsTest {
  private static Heads on(Graph graph, int count) {
    return Heads.on(graph, count, new SplittableRandom(1));
  }

  private static DeviceTensor images() {
    double[] pixels = new SplittableRandom(2).doubles(3 * 36, -1, 1).toArray();
    float[] floats = new float[pixels.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) pixels[i];
    }
    return DeviceTensor.of(floats, 3, 1, 6, 6);
  }

  /** Three heads on ResNet-20 stand on the stream, near a quarter, half and three quarters. */
  @Test
  void heads_ofAResidualNetwork_standOnItsStream() {
    Graph graph = Zoo.build("resnet20", 1);
    Heads heads = on(graph, 3);
    Map<String, Node> producers = graph.producers();
    assertEquals(3, heads.values().size());
    for (String value : heads.values()) {
      assertEquals("Relu", producers.get(value).op().label());
      Node sum = producers.get(producers.get(value).input(0));
      assertEquals("Add", sum.op().label(), value);
    }
    assertEquals(4, heads.logits().size());
    assertEquals(graph.outputs().getFirst().name(), heads.logits().getLast());
    assertEquals(4, heads.graph().outputs().size());
    Node last = producers.get(heads.values().getLast());
    assertTrue(graph.nodes().indexOf(last) > 0.7 * graph.nodes().size());
  }

  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void heads_changeNeitherOutputNorUnits(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    Heads heads = on(graph, 2);
    assertEquals(
        ChannelMap.of(graph).groups().toString(), ChannelMap.of(heads.graph()).groups().toString());
    try (Scope scope = Scope.open();
        TorchNet plain = TorchNet.of(graph, NetOptions.defaults());
        TorchNet headed = TorchNet.of(heads.graph(), NetOptions.defaults())) {
      float[] expected = plain.forward(images(), Mode.EVAL).toFloats();
      assertArrayEquals(expected, headed.forward(images(), Mode.EVAL).toFloats());
    }
  }

  @Test
  void heads_onNoClassifier_areRefused() {
    Graph graph = TinyNetworks.pair(new float[][] {{1, 2}, {3, 4}});
    MethodException problem = assertThrows(MethodException.class, () -> on(graph, 1));
    assertTrue(problem.getMessage().contains("dcp needs a classifier"), problem.getMessage());
  }

  @Test
  void behind_isTheFirstHeadThatSeesTheLayers() {
    Graph graph = Zoo.build("resnet20", 1);
    Heads heads = on(graph, 3);
    Sites sites = Sites.of(graph, ChannelMap.of(graph));
    Site first = sites.all().getFirst();
    Site last = sites.all().getLast();
    assertEquals(heads.logits().getFirst(), heads.behind(List.of(first)));
    assertEquals(heads.logits().getLast(), heads.behind(List.of(first, last)));
  }

  /** Two classes, equal logits: each head adds ln 2. */
  @Test
  void extraLoss_isTheSumOfTheHeadsCrossEntropies() {
    try (Scope scope = Scope.open()) {
      DeviceTensor even = DeviceTensor.zeros(2, 2);
      DeviceTensor sure = DeviceTensor.of(new float[] {0, 1, 0, 1}, 2, 2);
      Map<String, DeviceTensor> outputs = Map.of("a", even, "b", sure, "own", even);
      TrainStep step =
          new TrainStep(0, 0, 0.1, 2, new long[] {1, 0}, null, outputs, DeviceTensor.zeros());
      double extra = new HeadTraining(List.of("a", "b")).extraLoss(step).orElseThrow().item();
      double right = Math.log(1 + Math.exp(-1));
      assertEquals(Math.log(2) + (right + right + 1) / 2, extra, 1e-6);
    }
  }

  /** A segment gives what the whole network gives, from the values in front of it. */
  @ParameterizedTest
  @EnumSource(TinyNetworks.Kind.class)
  void segment_isAPartOfTheNetwork(TinyNetworks.Kind kind) {
    Graph graph = TinyNetworks.of(kind, true);
    List<String> layers =
        graph.nodes().stream().filter(n -> n.op() instanceof Op.Conv).map(Node::name).toList();
    String layer = layers.getLast();
    try (Scope scope = Scope.open();
        Segment segment = Segment.of(graph, Set.of(layer), List.of(layer, "logits"));
        TorchNet net = TorchNet.of(graph, NetOptions.defaults())) {
      Map<String, DeviceTensor> seen = new HashMap<>();
      Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
      for (String value : segment.inputs()) {
        taps.put(
            value,
            x -> {
              seen.put(value, x);
              return x;
            });
      }
      String input = graph.inputs().getFirst().name();
      float[] expected =
          net.forward(Map.of(input, images()), Mode.EVAL_GRADIENTS, Taps.of(taps))
              .get("logits")
              .toFloats();
      Map<String, DeviceTensor> outputs =
          segment.net().forward(seen, Mode.EVAL_GRADIENTS, Taps.none());
      assertArrayEquals(expected, outputs.get("logits").toFloats(), 1e-6f);
      assertTrue(segment.net().graph().nodes().size() < graph.nodes().size());
      assertEquals(Set.of(layer, "logits"), outputs.keySet());
    }
  }
}
