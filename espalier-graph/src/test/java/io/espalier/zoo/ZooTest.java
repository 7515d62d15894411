package io.espalier.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Cost;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ZooTest {
  @ParameterizedTest
  @CsvSource({
    "lenet, 431080, 2293000",
    "vgg11, 9228362, 152769536",
    "vgg16, 14724042, 313201664",
    "vgg19, 20035018, 398136320",
    "m-cifarnet, 1296074, 174301824",
    "resnet8, 78042, 12501632",
    "resnet20, 269722, 40551040",
    "resnet32, 464154, 68862592",
    "resnet44, 658586, 97174144",
    "resnet56, 853018, 125485696",
    "resnet110, 1727962, 252887680",
    "resnet18, 11173962, 555422720",
    "resnext20, 2285386, 364587008",
    "preresnet20, 272282, 40813184",
    "preresnet56, 855578, 125747840",
    "preresnet164, 1703258, 247646720",
    "densenet40, 1019722, 264812928",
    "mobilenetv2, 2236682, 87976448"
  })
  void build_ofDefaults_hasParametersAndMacs(String name, long params, long macs) {
    Cost cost = Cost.of(Zoo.build(name, 0));
    assertEquals(params, cost.params());
    assertEquals(macs, cost.macs());
  }

  /** Figures as printed elsewhere, with the classes they were printed for; see docs/zoo.md. */
  @ParameterizedTest
  @CsvSource({
    "lenet, 10, 0.431, 2.293, 0.001",
    "vgg16, 10, 14.72, 313.2, 0.001",
    "vgg19, 10, 20.04, 398.13, 0.001",
    "vgg19, 100, 20.08, 398.5, 0.001",
    "m-cifarnet, 10, 1.296, 174.3, 0.001",
    "resnet20, 10, 0.27, 40.55, 0.002",
    "resnet32, 10, 0.46, 68.86, 0.01",
    "resnet56, 10, 0.853, 125.49, 0.001",
    "resnet110, 10, 1.728, 252.9, 0.001",
    "resnet18, 10, 11.17, 555.4, 0.001",
    "preresnet164, 10, 1.703, 247.65, 0.001",
    "preresnet164, 100, 1.73, 250.0, 0.01",
    "densenet40, 10, 1.02, 266.5, 0.01",
    "densenet40, 100, 1.06, 266.5, 0.01",
    "mobilenetv2, 10, 2.24, 87.98, 0.002"
  })
  void build_ofPublishedVariant_isWithinToleranceOfPrint(
      String name, int classes, double paramsMillions, double macsMillions, double tolerance) {
    ZooOptions options = Zoo.network(name).defaults().withClasses(classes);
    Cost cost = Cost.of(Zoo.build(name, options));
    assertEquals(paramsMillions, cost.params() / 1e6, paramsMillions * tolerance);
    assertEquals(macsMillions, cost.macs() / 1e6, macsMillions * tolerance);
  }

  @Test
  void mobilenetv2_withThousandClasses_hasTheParametersOfImagenet() {
    ZooOptions options = Zoo.network("mobilenetv2").defaults().withClasses(1000);
    assertEquals(3_504_872, Cost.of(Zoo.build("mobilenetv2", options)).params());
  }

  @Test
  void vgg19_convolutions_matchBothRules() {
    Cost cost = Cost.of(Zoo.build("vgg19", 0));
    var convolutions = cost.nodes().stream().filter(c -> c.node().op() instanceof Op.Conv).toList();
    assertEquals(16, convolutions.size());
    assertEquals(398.13, convolutions.stream().mapToLong(c -> c.macs()).sum() / 1e6, 0.005);
    assertEquals(398.43, convolutions.stream().mapToLong(c -> c.macsWithBias()).sum() / 1e6, 0.005);
  }

  @Test
  void resnet18_withoutProjections_hasThePublishedMacs() {
    Cost cost = Cost.of(Zoo.build("resnet18", 0));
    long projections =
        cost.nodes().stream()
            .filter(c -> c.node().name().contains(".shortcut."))
            .mapToLong(c -> c.macs())
            .sum();
    assertEquals(549.1, (cost.macs() - projections) / 1e6, 0.05);
  }

  @ParameterizedTest
  @MethodSource("names")
  void build_ofEveryNetwork_hasTheCommonInterface(String name) {
    Graph graph = Zoo.build(name, 7);
    ZooOptions defaults = Zoo.network(name).defaults();
    Port input = graph.inputs().getFirst();
    Port output = graph.outputs().getFirst();
    assertEquals("input", input.name());
    assertEquals(Dim.symbol("batch"), input.type().shape().dim(0));
    assertEquals("logits", output.name());
    assertEquals(Dim.of(defaults.classes()), output.type().shape().dim(1));
    assertEquals(output.type(), graph.type("logits").orElseThrow());
    assertEquals(17, graph.header().opset());
    assertFalse(Zoo.network(name).description().isBlank());
  }

  @ParameterizedTest
  @MethodSource("names")
  void build_ofEveryNetwork_countsParametersOnce(String name) {
    Graph graph = Zoo.build(name, 7);
    long statistics =
        graph.nodes().stream()
            .filter(node -> node.op() instanceof Op.BatchNorm)
            .mapToLong(node -> 2L * graph.weight(node.input(1)).elements())
            .sum();
    assertEquals(graph.parameters() - statistics, Cost.of(graph).params());
  }

  @ParameterizedTest
  @CsvSource({"1, 28, 28, 77754", "3, 32, 32, 78042", "3, 33, 47, 78042"})
  void resnet8_ofAnyImage_keepsItsShape(int channels, int height, int width, long params) {
    Shape image = Shape.of(channels, height, width);
    Graph graph = Zoo.build("resnet8", new ZooOptions(10, image, 0));
    assertEquals(params, Cost.of(graph).params());
    assertTrue(params < 100_000);
  }

  @Test
  void resnet20_ofOddImage_addsEqualShapes() {
    Graph graph = Zoo.build("resnet20", new ZooOptions(10, Shape.of(3, 33, 47), 0));
    assertEquals(
        Shape.of(1, 64, 9, 12).dims().subList(1, 4),
        graph.shape("stage3.block2.add").orElseThrow().dims().subList(1, 4));
  }

  @Test
  void build_withEqualSeed_givesEqualBits() {
    assertEquals(Zoo.build("lenet", 3), Zoo.build("lenet", 3));
  }

  @Test
  void build_withOtherSeed_changesEveryRandomWeight() {
    Graph first = Zoo.build("resnet8", 1);
    Graph second = Zoo.build("resnet8", 2);
    for (String name : first.initializers().keySet()) {
      boolean random = first.weight(name).rank() > 1;
      assertEquals(!random, first.weight(name).equals(second.weight(name)), name);
    }
  }

  @Test
  void build_withOtherClasses_keepsTheOtherWeights() {
    Graph ten = Zoo.build("resnet8", 1);
    ZooOptions options = Zoo.network("resnet8").defaults().withSeed(1).withClasses(100);
    Graph hundred = Zoo.build("resnet8", options);
    assertEquals(
        ten.weight("stage3.block0.conv2.weight"), hundred.weight("stage3.block0.conv2.weight"));
    assertNotEquals(ten.weight("classifier.weight"), hundred.weight("classifier.weight"));
  }

  @Test
  void weights_areNormalWithTheStatedDeviation() {
    Graph graph = Zoo.build("vgg16", 5);
    // 3x3 taps, 512 outputs
    assertDeviation(Math.sqrt(2.0 / (9 * 512)), graph.weight("stage5.conv2.weight"));
    assertDeviation(Math.sqrt(1.0 / 512), graph.weight("classifier.weight"));
  }

  @Test
  void build_ofTooSmallImage_namesNetworkAndLayer() {
    ZooOptions options = new ZooOptions(10, Shape.of(1, 8, 8), 0);
    Exception e = assertThrows(IllegalArgumentException.class, () -> Zoo.build("lenet", options));
    assertEquals(
        "lenet cannot take images of [1, 8, 8]: layer 'conv2' gets 2 positions for a kernel of 5",
        e.getMessage());
  }

  @Test
  void network_ofUnknownName_listsNames() {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Zoo.network("resnet50"));
    assertTrue(e.getMessage().startsWith("no network is called 'resnet50'"), e.getMessage());
    assertTrue(e.getMessage().contains("resnet56"), e.getMessage());
  }

  static List<String> names() {
    return Zoo.names();
  }

  private static void assertDeviation(double expected, Tensor weight) {
    double[] values = weight.toDoubles();
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double standardError = expected / Math.sqrt(values.length);
    assertEquals(0, mean, 4 * standardError);
    assertEquals(expected, Math.sqrt(variance), 4 * standardError);
  }
}
