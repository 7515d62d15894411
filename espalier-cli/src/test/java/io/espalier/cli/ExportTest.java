package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.espalier.dynamic.ChannelGate;
import io.espalier.dynamic.DynamicNet;
import io.espalier.dynamic.GateOptions;
import io.espalier.dynamic.SampleRunner;
import io.espalier.dynamic.SampleUse;
import io.espalier.dynamic.Variant;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtOptions;
import io.espalier.latency.RandomInputs;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code espalier export}, and what other commands make of its files. */
class ExportTest {
  @TempDir Path temp;
  private Path net;
  private Path compact;

  @BeforeEach
  void write() {
    net = gated("net.onnx");
    compact = temp.resolve("net-compact.onnx");
  }

  /** Gates that differ from image to image. */
  private Path gated(String name) {
    Path plain = Samples.network(temp, "plain.onnx", 1);
    DynamicNet gated = DynamicNet.insert(OnnxReader.read(plain), GateOptions.of(Variant.SANP));
    SplittableRandom random = new SplittableRandom(4);
    Map<String, Tensor> changed = new HashMap<>();
    for (ChannelGate gate : gated.channelGates()) {
      for (String weight : List.of(gate.saliency().weight(), gate.saliency().bias())) {
        Tensor old = gated.graph().weight(weight);
        changed.put(weight, old.withValues(random.doubles(old.elements(), -0.6, 0.6).toArray()));
      }
    }
    Path file = temp.resolve(name);
    OnnxWriter.write(gated.graph().withWeights(changed), file);
    return file;
  }

  @Test
  void export_compact_isWhatEvaluateAndBenchUnderstand() throws IOException {
    Invocation run = Invocation.of("export", "--dynamic", net, "--form", "compact", "--json");
    assertEquals(0, run.code(), run.err());
    JsonNode json = run.json();
    assertEquals(compact.toString(), json.path("output").asText());
    assertEquals(8, json.path("layers").size());
    assertTrue(json.at("/layers/0/skips").asBoolean());
    assertTrue(json.path("maxDifference").asDouble() <= 1e-4);
    assertTrue(json.at("/macs/mean").asDouble() < json.at("/macs/dense").asDouble());

    String data = "idx:" + Samples.images(temp);
    JsonNode masked = Invocation.of("evaluate", net, "--data", data, "--json").json();
    Invocation evaluated = Invocation.of("evaluate", compact, "--data", data, "--json");
    JsonNode skipped = evaluated.json();
    assertEquals("ort", skipped.path("runtime").asText());
    assertEquals(masked.path("accuracy"), skipped.path("accuracy"));
    assertEquals(masked.path("macs"), skipped.path("macs"));
    assertTrue(skipped.at("/macs/deviation").asDouble() > 0);

    JsonNode bench =
        Invocation.of("bench", net, compact, "--rounds", 1, "--seconds", 1, "--json").json();
    JsonNode second = bench.at("/models/1");
    assertEquals(second.path("macs").asDouble(), second.at("/sampleMacs/mean").asDouble(), 1);
    assertEquals(bench.at("/models/0/macs"), second.path("macs"));
    String said = Invocation.of("bench", compact, "--rounds", 1, "--seconds", 1).out();
    assertTrue(said.contains("chooses its channels for each input"), said);
    assertEquals(0, Invocation.of("inspect", compact).code());
  }

  @Test
  void bench_onImages_countsWhatTheyCost() throws IOException {
    String data = "idx:" + Samples.images(temp);
    Invocation.of("export", net, "-q");
    JsonNode evaluated =
        Invocation.of("evaluate", net, "--data", data, "--limit", 20, "--json").json();
    List<Object> words = List.of("bench", net, compact, "--data", data, "--limit", 20);
    Invocation run =
        Invocation.of(Stream.concat(words.stream(), Stream.of("--rounds", 4, "--json")).toArray());
    assertEquals(0, run.code(), run.err());
    assertEquals(data, run.json().path("data").asText());
    assertEquals(20, run.json().path("images").asInt());
    assertEquals(2, run.json().path("models").size());
    for (JsonNode model : run.json().path("models")) {
      assertEquals(evaluated.path("macs"), model.path("sampleMacs"));
      assertEquals(4, model.path("runs").asInt());
    }
  }

  @Test
  void sampleRunner_saysTheSameOfBothForms() {
    Invocation.of("export", net, "-q");
    Tensor images = RandomInputs.of(OnnxReader.read(net).inputs(), 5, 3).values().iterator().next();
    try (SampleRunner masked = SampleRunner.open(net, OrtOptions.plain());
        SampleRunner skipping = SampleRunner.open(compact, OrtOptions.fast(1))) {
      List<SampleUse> uses = masked.run(images).samples();
      assertEquals(uses, skipping.run(images).samples());
      assertEquals(masked.layers(), skipping.layers());
      assertEquals(masked.denseMacs(), skipping.denseMacs());
      assertTrue(uses.stream().map(SampleUse::macs).distinct().count() > 1);
    }
  }

  @Test
  void export_check_comparesEveryImage_andCountsWhatTheLayersUse() throws IOException {
    String data = "idx:" + Samples.images(temp);
    int images =
        Invocation.of("evaluate", net, "--data", data, "--json").json().path("images").asInt();
    Invocation run = Invocation.of("export", net, "--data", data, "--check", 10_000, "--json");
    assertEquals(0, run.code(), run.err());
    assertEquals(images, run.json().path("samples").asInt());
    assertTrue(images > 32, "more than are compared by default: " + images);
    for (String count : List.of("none", "one", "all")) {
      int pairs = run.json().path(count).asInt(-1);
      assertTrue(pairs >= 0 && pairs <= 8 * images, count);
    }
    assertEquals(2, Invocation.of("export", net, "--check", 33).code());
  }

  @Test
  void export_masked_isTheNetworkItself() {
    Path out = temp.resolve("masked.onnx");
    Invocation run = Invocation.of("export", "--dynamic", net, "--form", "masked", "-o", out);
    assertEquals(0, run.code(), run.err());
    assertTrue(DynamicNet.isDynamic(OnnxReader.read(out)));
  }

  @Test
  void export_measured_saysWhichLayersPay() {
    Invocation run = Invocation.of("export", net, "--measure", "--block", 4, "--json");
    assertEquals(0, run.code(), run.err());
    for (JsonNode layer : run.json().path("layers")) {
      boolean skips = layer.path("skips").asBoolean();
      assertEquals(!skips, layer.path("reason").asText().contains("does not pay"));
    }
  }

  @Test
  void export_blocked_runsHere() throws IOException {
    Invocation run = Invocation.of("export", net, "--form", "blocked", "--json");
    assertEquals(0, run.code(), run.err());
    Path blocked = temp.resolve("net-blocked.onnx");
    assertEquals(blocked.toString(), run.json().path("output").asText());
    assertTrue(run.json().path("block").asInt() >= 8);
    String data = "idx:" + Samples.images(temp);
    JsonNode masked = Invocation.of("evaluate", net, "--data", data, "--json").json();
    JsonNode skipped = Invocation.of("evaluate", blocked, "--data", data, "--json").json();
    assertEquals(masked.path("macs"), skipped.path("macs"));
    assertEquals(masked.path("accuracy"), skipped.path("accuracy"));
  }

  @Test
  void evaluate_withAReport_tellsWhatWasUsed() throws IOException {
    Path folder = temp.resolve("report");
    String data = "idx:" + Samples.images(temp);
    Invocation run =
        Invocation.of("evaluate", net, "--data", data, "--dynamic-report", folder, "--json");
    assertEquals(0, run.code(), run.err());
    JsonNode json = new ObjectMapper().readTree(folder.resolve("gates.json").toFile());
    assertEquals(40, json.path("images").asInt());
    assertEquals(run.json().path("macs"), json.path("macs"));
    assertEquals(40, Files.readAllLines(folder.resolve("images.csv")).size() - 1);
    long channels = 0;
    for (JsonNode layer : json.path("layers")) {
      channels += layer.path("channels").asLong();
      long sum = 0;
      for (String key : List.of("neverPruned", "sometimesPruned", "alwaysPruned")) {
        sum += layer.path(key).asLong();
      }
      assertEquals(layer.path("channels").asLong(), sum);
    }
    assertEquals(channels, Files.readAllLines(folder.resolve("channels.csv")).size() - 1);
    long cheapest = json.at("/cheapest/0/macs").asLong();
    assertEquals(json.at("/macs/least").asLong(), cheapest);
    assertEquals(json.at("/macs/most"), json.at("/dearest/0/macs"));
    for (JsonNode file : run.json().path("report")) {
      assertTrue(Files.size(Path.of(file.asText())) > 100, file.asText());
    }
    assertFails(1, "name a new folder", "evaluate", net, "--data", data, "--dynamic-report", temp);
    Path plain = temp.resolve("plain.onnx");
    assertFails(2, "has no gates", "evaluate", plain, "--data", data, "--dynamic-report", folder);
  }

  @Test
  void export_whereItCannot_saysSoInOneLine() {
    Invocation.of("export", net, "-q");
    assertFails(1, "exists already", "export", net);
    assertEquals(0, Invocation.of("export", net, "--force").code());
    Path other = temp.resolve("other.onnx");
    assertFails(1, "is compact already", "export", compact, "-o", other);
    assertFails(1, "has no gates", "export", temp.resolve("plain.onnx"), "-o", other);
    assertFails(1, "it is the network that is read", "export", net, "-o", net, "--force");
    assertFails(2, "computes every channel", "export", net, "--form", "masked", "--measure");
    assertFails(2, "8 or 16", "export", net, "--form", "blocked", "--block", 12, "-o", other);
    assertFails(2, "--form", "export", net, "--form", "tiny");
    assertFalse(Files.exists(other));
  }

  private static void assertFails(int code, String message, Object... words) {
    Invocation run = Invocation.of(words);
    assertEquals(code, run.code(), run.err());
    assertTrue(run.err().contains(message), run.err());
    assertEquals(1, run.errorLines(), run.err());
  }
}
