package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Graph;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.onnx.OnnxReader;
import io.espalier.progress.Progress;
import io.espalier.zoo.Zoo;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatencyBenchTest {
  private static final BenchOptions SHORT = BenchOptions.defaults().withRounds(4, 1);

  @Test
  void run_ofTwoNetworks_timesEachRoundsTimesThree() {
    List<Path> files = List.of(OrtNetTest.fixture("resnet"), OrtNetTest.fixture("resnet-folded"));
    BenchResult result =
        LatencyBench.run(files, SHORT.withThreads(2).withBatch(3), Progress.none());
    assertEquals(2, result.models().size());
    assertEquals(3, result.batch());
    assertEquals(2, result.threads());
    assertTrue(result.runtime().startsWith("ONNX Runtime 1."), result.runtime());
    for (ModelLatency model : result.models()) {
      Timing timing = model.timing();
      assertEquals(12, timing.runs());
      assertTrue(timing.minMillis() > 0);
      assertTrue(timing.minMillis() <= timing.lowerQuartileMillis());
      assertTrue(timing.lowerQuartileMillis() <= timing.medianMillis());
      assertTrue(timing.medianMillis() <= timing.upperQuartileMillis());
      // folding a normalisation changes no convolution
      assertEquals(1, model.macRatio());
      assertEquals("", model.diagnosis());
    }
    ModelLatency first = result.models().getFirst();
    ModelLatency second = result.models().getLast();
    assertEquals(files.getFirst().toString(), first.name());
    assertEquals(1, first.speedup());
    assertEquals(
        first.timing().medianMillis() / second.timing().medianMillis(), second.speedup(), 1e-12);
  }

  @Test
  void run_ofGraphs_comparesThemByName() {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("deep", Zoo.build("resnet20", 1));
    graphs.put("small", Zoo.build("resnet8", 1));
    BenchResult result = LatencyBench.run(graphs, SHORT, Progress.none());
    assertEquals(
        List.of("deep", "small"), result.models().stream().map(ModelLatency::name).toList());
    assertEquals(40_551_040.0 / 12_501_632, result.models().getLast().macRatio(), 1e-12);
  }

  @Test
  void run_ofStreams_timesTheGraphsAndGivesTheRate() {
    Map<String, Graph> graphs = new LinkedHashMap<>();
    graphs.put("first", Zoo.build("resnet8", 1));
    graphs.put("second", Zoo.build("resnet8", 1));
    BenchResult result =
        LatencyBench.run(graphs, SHORT.withStreams(3).withBatch(2), Progress.none());
    assertEquals(3, result.streams());
    for (ModelLatency model : result.models()) {
      assertEquals(12, model.timing().runs());
      double millis = model.timing().medianMillis();
      assertEquals(2000 / millis, result.samplesPerSecond(model), 1e-9);
    }
    assertThrows(IllegalArgumentException.class, () -> SHORT.withStreams(0));
  }

  @Test
  void run_ofInputsInTurn_takesEach() {
    List<Path> files = List.of(OrtNetTest.fixture("resnet"));
    List<Port> ports = OnnxReader.read(files.getFirst()).inputs();
    Map<String, Tensor> fitting = RandomInputs.of(ports, 0, 1);
    BenchResult result =
        LatencyBench.run(files, List.of(List.of(fitting, fitting)), SHORT, Progress.none());
    assertEquals(4, result.models().getFirst().timing().runs());
    assertEquals(2, result.runsPerTime());
    // The warm-up has the first input only.
    Tensor images = fitting.get(ports.getFirst().name());
    Tensor narrow = images.select(1, new int[] {0});
    Map<String, Tensor> wrong = Map.of(ports.getFirst().name(), narrow);
    List<List<Map<String, Tensor>>> both = List.of(List.of(fitting, wrong));
    assertThrows(
        OrtNetException.class, () -> LatencyBench.run(files, both, SHORT, Progress.none()));
    assertThrows(
        IllegalArgumentException.class,
        () -> LatencyBench.run(files, List.of(List.of()), SHORT, Progress.none()));
  }

  @Test
  void time_ofStreams_isSharedByTheRunsOfAll() {
    assertEquals(20, Contestant.perRun(600, 10, 3));
    assertEquals(600, Contestant.perRun(600, 1, 1));
    List<Path> files = List.of(OrtNetTest.fixture("resnet"));
    Map<String, Tensor> input = RandomInputs.of(OnnxReader.read(files.getFirst()).inputs(), 0, 1);
    for (int[] expected : new int[][] {{1, 10}, {2, 10}, {4, 12}, {64, 64}}) {
      List<Map<String, Tensor>> inputs = Collections.nCopies(expected[0], input);
      BenchOptions options = SHORT.withRounds(1, 0).withStreams(2);
      BenchResult result = LatencyBench.run(files, List.of(inputs), options, Progress.none());
      assertEquals(2 * expected[1], result.runsPerTime());
    }
  }

  @Test
  void run_ofTwoInputs_feedsBoth() {
    List<Path> files = List.of(OrtNetTest.fixture("two_in_two_out"));
    BenchResult result = LatencyBench.run(files, SHORT, Progress.none());
    assertEquals(12, result.models().getFirst().timing().runs());
  }

  @Test
  void run_ofOpenImage_needsItsShape() {
    List<Path> files = List.of(OrtNetTest.fixture("fully_conv"));
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> LatencyBench.run(files, SHORT, Progress.none()));
    assertTrue(e.getMessage().contains("--input"), e.getMessage());
    Shape shape = new Shape(List.of(Dim.unknown(), Dim.of(3), Dim.of(40), Dim.of(24)));
    BenchOptions options = SHORT.withInputShapes(Map.of("input", shape));
    BenchResult result = LatencyBench.run(files, options, Progress.none());
    assertTrue(result.models().getFirst().cost().macs() > 0);
  }

  @Test
  void run_ofDifferentBatches_isRefused() {
    List<Path> files = List.of(OrtNetTest.fixture("resnet"), OrtNetTest.fixture("medley_opset7"));
    Exception e =
        assertThrows(
            IllegalArgumentException.class, () -> LatencyBench.run(files, SHORT, Progress.none()));
    assertTrue(e.getMessage().contains("runs 2 samples at once"), e.getMessage());
  }

  @Test
  void run_ofNothing_isAnError() {
    assertThrows(
        IllegalArgumentException.class, () -> LatencyBench.run(List.of(), SHORT, Progress.none()));
  }

  @Test
  void randomInputs_ofFixedBatch_refuseAnother() {
    List<Port> inputs = List.of(new Port("x", ValueType.floats(2, 3, 4, 4)));
    assertEquals(2, RandomInputs.of(inputs, 0, 1).get("x").size(0));
    Exception e = assertThrows(IllegalArgumentException.class, () -> RandomInputs.of(inputs, 1, 1));
    assertEquals("input 'x' has the shape [2, 3, 4, 4], which takes no batch of 1", e.getMessage());
  }

  @Test
  void randomInputs_ofEqualSeed_areEqualAndFitTheType() {
    List<Port> inputs =
        List.of(
            new Port("x", ValueType.floats(1, 2)),
            new Port("index", new ValueType(DataType.INT64, Shape.of(50))));
    Map<String, Tensor> tensors = RandomInputs.of(inputs, 0, 5);
    assertEquals(tensors, RandomInputs.of(inputs, 0, 5));
    for (long value : tensors.get("index").toLongs()) {
      assertTrue(value == 0 || value == 1);
    }
  }
}
