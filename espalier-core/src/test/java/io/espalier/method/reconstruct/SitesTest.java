package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import io.espalier.zoo.Zoo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SitesTest {
  private static Sites sites(Graph graph) {
    return Sites.of(graph, ChannelMap.of(graph));
  }

  private static Map<String, Site> byNode(Sites sites) {
    Map<String, Site> byNode = new HashMap<>();
    sites.all().forEach(site -> byNode.put(site.node(), site));
    return byNode;
  }

  /** The nodes from {@code value} back to the nearest convolution. */
  private static String convolutionBehind(Graph graph, String value) {
    Node node = graph.producers().get(value);
    while (!(node.op() instanceof Op.Conv)) {
      node = graph.producers().get(node.input(0));
    }
    return node.name();
  }

  private static List<Node> sums(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> node.op() instanceof Op.Elementwise e && e.kind().onnxName().equals("Add"))
        .toList();
  }

  @Test
  void lastConvolutionsOfBranches_makeUpForTheirShortcuts() {
    for (String name : List.of("resnet20", "preresnet20", "resnet18", "mobilenetv2")) {
      Graph graph = Zoo.build(name, 1);
      Map<String, Site> sites = byNode(sites(graph));
      long compensating =
          sites.values().stream().filter(site -> site.compensation().isPresent()).count();
      assertFalse(sums(graph).isEmpty());
      assertEquals(sums(graph).size(), compensating, name);
    }
  }

  @Test
  void projection_isNoBranch_andIsDealtWithBeforeTheBranchEnds() {
    Graph graph = Zoo.build("resnet8", 1);
    Sites sites = sites(graph);
    Map<String, Site> byNode = byNode(sites);
    int projections = 0;
    for (Node sum : sums(graph)) {
      Set<String> ends =
          sum.inputs().stream()
              .map(value -> convolutionBehind(graph, value))
              .collect(Collectors.toSet());
      List<Site> last = ends.stream().map(byNode::get).filter(s -> s != null).toList();
      List<Site> compensating =
          last.stream()
              .filter(s -> s.compensation().isPresent())
              .filter(s -> sum.inputs().contains(s.compensation().get().value()))
              .toList();
      assertEquals(1, compensating.size());
      for (Site other : last) {
        boolean kernel1 = graph.weight(other.layer().weight()).size(2) == 1;
        if (kernel1) {
          projections++;
          assertTrue(other.compensation().isEmpty());
          assertTrue(other.order() < compensating.getFirst().order());
        }
      }
    }
    assertTrue(projections >= 2);
  }

  @Test
  void factors_areSigmaOverGamma_orOneWithoutNormalisation() {
    Graph graph = Zoo.build("resnet20", 1);
    Site site =
        sites(graph).all().stream().filter(s -> s.compensation().isPresent()).findFirst().get();
    Node norm = graph.consumers().get(site.layer().output()).getFirst();
    double epsilon = ((Op.BatchNorm) norm.op()).epsilon();
    int channels = site.layer().outputs();
    double[] gamma = new double[channels];
    double[] variance = new double[channels];
    for (int i = 0; i < channels; i++) {
      gamma[i] = i == 0 ? 1e-9 : -0.5;
      variance[i] = i == 2 ? 3 * epsilon : 4;
    }
    Graph edited =
        graph.withWeights(
            Map.of(
                norm.input(1),
                    Tensor.of(graph.weight(norm.input(1)).type(), shape(channels), gamma),
                norm.input(4),
                    Tensor.of(graph.weight(norm.input(4)).type(), shape(channels), variance)));
    float[] factors = byNode(sites(edited)).get(site.node()).compensation().get().factors();
    // A channel whose scale is next to nothing says nothing about the sum.
    assertEquals(0, factors[0]);
    // Next to the scale of channel 2, that of the others is small but not silent.
    assertEquals(-2 / 0.5, factors[1], 1e-4);
    assertEquals(-Math.sqrt(4 * epsilon) / 0.5, factors[2], 1e-6);
    Graph pre = Zoo.build("preresnet20", 1);
    Site bare =
        sites(pre).all().stream().filter(s -> s.compensation().isPresent()).findFirst().get();
    float[] ones = new float[bare.layer().outputs()];
    java.util.Arrays.fill(ones, 1);
    assertArrayEquals(ones, bare.compensation().get().factors());
  }

  private static int[] shape(int size) {
    return new int[] {size};
  }

  @Test
  void entrances_areTheFirstLayersOfBranches() {
    Graph graph = Zoo.build("resnet8", 1);
    ChannelMap map = ChannelMap.of(graph);
    Sites sites = sites(graph);
    Set<String> entrances =
        sites.entrances(map).stream().map(Site::node).collect(Collectors.toSet());
    assertEquals(3, entrances.size());
    for (Site site : sites.all()) {
      boolean projection =
          site.layer().patches().taps() == 1 && site.layer().patches() instanceof Patches.Windows;
      assertFalse(projection && entrances.contains(site.node()));
      assertFalse(site.compensation().isPresent() && entrances.contains(site.node()));
    }
    assertTrue(sites(Zoo.build("vgg11", 1)).entrances(ChannelMap.of(graph)).isEmpty());
  }

  @Test
  void constants_goToTheBias_orToTheNormalisationThatReadsTheLayerAlone() {
    Graph normed = Zoo.build("resnet20", 1);
    for (Site site : sites(normed).all()) {
      if (site.layer().patches() instanceof Patches.Windows) {
        Node norm = normed.consumers().get(site.layer().output()).getFirst();
        assertEquals(norm.input(3), site.offset().orElseThrow().initializer());
        assertEquals(-1, site.offset().orElseThrow().sign());
      } else {
        assertEquals(1, site.offset().orElseThrow().sign());
      }
    }
    Graph pre = Zoo.build("preresnet20", 1);
    Site last =
        sites(pre).all().stream().filter(s -> s.compensation().isPresent()).findFirst().get();
    assertTrue(last.offset().isEmpty());
    Tensor mean = Tensor.floats(new int[] {2}, 1, 2);
    assertArrayEquals(
        new float[] {0.5f, 2.25f},
        new Offset("mean", mean, -1).applied(new double[] {0.5, -0.25}).toFloats());
  }

  @Test
  void depthwiseConvolutions_passChannelsOn_andAreNoSites() {
    for (Site site : sites(Zoo.build("mobilenetv2", 1)).all()) {
      assertEquals(1, site.layer().groups());
    }
  }

  @Test
  void order_isThatOfTheNetwork_soThatInputsAreDoneBefore() {
    Graph graph = Zoo.build("vgg11", 1);
    List<String> nodes = graph.nodes().stream().map(Node::name).toList();
    List<Integer> turns = sites(graph).all().stream().map(s -> nodes.indexOf(s.node())).toList();
    assertEquals(turns.stream().sorted().toList(), turns);
    assertEquals(8, turns.size());
  }
}
