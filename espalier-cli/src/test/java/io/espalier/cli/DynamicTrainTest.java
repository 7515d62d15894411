package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.espalier.data.Framing;
import io.espalier.dynamic.DynamicNet;
import io.espalier.graph.Graph;
import io.espalier.onnx.OnnxReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code espalier train --dynamic} on small files, in this process. */
class DynamicTrainTest {
  @TempDir Path temp;
  private String data;
  private Path out;

  @BeforeEach
  void write() throws IOException {
    data = "idx:" + Samples.images(temp);
    out = temp.resolve("out.onnx");
  }

  private Invocation train(String network, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", network, "--data", data));
    words.addAll(List.of("--epochs", 2, "--batch", 16, "--augment", "none", "--threads", 1));
    words.addAll(List.of("--run", temp.resolve("run"), "--out", out, "--json"));
    words.addAll(Arrays.asList(more));
    return Invocation.of(words.toArray());
  }

  @Test
  void train_aDynamicNetwork_writesItsMaskedFormWithItsGatesAndWhichImagesUseThem()
      throws IOException {
    Path net = Samples.network(temp, "net.onnx", 1);
    Invocation run = train(net.toString(), "--dynamic", "sanp", "--budget", "macs=60%");
    assertEquals(0, run.code(), run.err());
    JsonNode json = run.json();
    assertEquals(40, json.path("images").asInt());
    assertEquals(0.6, json.path("budget").asDouble());
    assertEquals(2, json.at("/epochs/joint").asInt());
    assertEquals(1, json.at("/epochs/warm-up").asInt());
    assertFalse(json.path("epochs").has("backbone"));
    assertTrue(json.at("/macs/mean").asDouble() <= json.at("/macs/most").asDouble());
    Graph graph = OnnxReader.read(out);
    DynamicNet read = DynamicNet.of(graph);
    assertEquals(8, read.gates().size());
    assertAnalysed(json);
    JsonNode evaluated = Invocation.of("evaluate", out, "--data", data, "--json").json();
    assertEquals(json.path("accuracy").asDouble(), evaluated.path("accuracy").asDouble());
    assertEquals(0, Invocation.of("inspect", out).code());
  }

  private void assertAnalysed(JsonNode json) throws IOException {
    Path folder = temp.resolve("run/analysis");
    for (String name : List.of("gates.json", "channels.csv", "images.csv", "examples.png")) {
      assertTrue(Files.size(folder.resolve(name)) > 0, name);
    }
    assertFalse(json.path("analysis").isEmpty());
    json.path("analysis").forEach(file -> assertTrue(Files.exists(Path.of(file.asText()))));
    JsonNode gates = new JsonMapper().readTree(folder.resolve("gates.json").toFile());
    assertEquals(json.path("images").asInt(), gates.path("images").asInt());
    assertEquals(json.path("accuracy").asDouble(), gates.path("accuracy").asDouble());
    double mean = json.at("/macs/mean").asDouble();
    assertEquals(mean, gates.at("/macs/mean").asDouble(), 1e-3 * mean);
  }

  @Test
  void train_aNewStaticNetwork_writesASmallerOneToo() {
    Invocation run =
        train(
            "resnet8",
            "--dynamic",
            "static",
            "--set",
            "warm-up-epochs=0",
            "--set",
            "gain=2",
            "--set",
            "penalty=1");
    assertEquals(0, run.code(), run.err());
    String idle = "setting 'penalty' has no effect on static, it is for fbs";
    assertTrue(run.err().contains(idle), run.err());
    assertFalse(run.err().contains("'gain'"), run.err());
    assertEquals(2, run.json().at("/epochs/backbone").asInt());
    assertFalse(run.json().path("epochs").has("warm-up"));
    Path smaller = Path.of(run.json().path("smaller").asText());
    assertEquals(temp.resolve("out-cut.onnx"), smaller);
    assertFalse(DynamicNet.isDynamic(OnnxReader.read(smaller)));
    JsonNode whole = Invocation.of("evaluate", out, "--data", data, "--json").json();
    JsonNode cut = Invocation.of("evaluate", smaller, "--data", data, "--json").json();
    assertEquals(whole.path("accuracy").asDouble(), cut.path("accuracy").asDouble());
  }

  /** Both stages learn from it, and the run's folder belongs to it. */
  @Test
  void train_aDynamicNetwork_learnsFromATeacher() throws IOException {
    String net = Samples.network(temp, "net.onnx", 1).toString();
    Invocation run = train(net, "--dynamic", "sanp", "--teacher", net, "--distill-weight", 1);
    assertEquals(0, run.code(), run.err());
    for (String stage : List.of("warm-up", "joint")) {
      Path description = temp.resolve("run").resolve(stage).resolve("run.json");
      String teacher =
          new JsonMapper().readTree(description.toFile()).path("teacherDigest").asText();
      assertFalse(teacher.isEmpty(), stage);
    }
    Invocation again = train(net, "--dynamic", "sanp", "--force");
    assertEquals(1, again.code());
    assertTrue(again.err().contains("holds another run"), again.err());
  }

  /** The second file is checked before the training like the first one. */
  @Test
  void train_aStaticNetwork_overwritesNothing() throws IOException {
    Path beside = temp.resolve("out-cut.onnx");
    Path net = Samples.network(temp, "out-cut.onnx", 1);
    byte[] before = Files.readAllBytes(beside);
    Invocation own = train(net.toString(), "--dynamic", "static", "--force");
    assertEquals(1, own.code());
    assertTrue(own.err().contains("it is the network that is read"), own.err());
    Invocation other = train("resnet8", "--dynamic", "static");
    assertEquals(1, other.code());
    assertTrue(other.err().contains("out-cut.onnx exists already"), other.err());
    assertEquals(0, train("resnet8", "--dynamic", "sanp").code());
    assertArrayEquals(before, Files.readAllBytes(beside));
  }

  /** Images are framed later as they were in training. */
  @Test
  void train_onFramedImages_recordsHow() throws IOException {
    data = "images:" + Samples.pictures(temp);
    Invocation run = train("resnet8", "--dynamic", "sanp", "--resize", 10, "--crop", 8);
    assertEquals(0, run.code(), run.err());
    Map<String, String> metadata = OnnxReader.read(out).header().metadata();
    assertEquals("10", metadata.get(Framing.RESIZE_KEY));
    assertEquals("8x8", metadata.get(Framing.CROP_KEY));
  }

  @Test
  void train_byThePaper_takesItsSettings() {
    Path net = Samples.network(temp, "net.onnx", 1);
    Invocation run = train(net.toString(), "--dynamic", "sanp", "--preset", "paper");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.json().path("asked").asText().contains("term=absolute, mean=true, gain=0.01"));
  }

  @Test
  void train_withGatesForPixels_saysWhatStaysDenseAndWhatTheReportShows() throws IOException {
    Path net = Samples.network(temp, "net.onnx", 1);
    Invocation run = train(net.toString(), "--dynamic", "channel-gating", "--budget", "macs=60%");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("no gate on stem"), run.err());
    assertTrue(run.json().path("asked").asText().contains("p=4, target=budget"));
    double share = run.json().at("/macs/share").asDouble();
    assertTrue(share > 0.3 && share < 1, "share " + share);
    Path report = temp.resolve("report");
    Invocation shown = Invocation.of("evaluate", out, "--data", data, "--dynamic-report", report);
    assertEquals(0, shown.code(), shown.err());
    assertTrue(shown.out().contains("decide pixel by pixel"), shown.out());
    String gates = Files.readString(report.resolve("gates.json"));
    assertTrue(gates.contains("\"unit\" : \"pixels\""), gates);
    JsonNode ort =
        Invocation.of("evaluate", out, "--data", data, "--runtime", "ort", "--json").json();
    assertEquals(share, ort.at("/macs/share").asDouble(), 1e-3);
    Invocation compact = Invocation.of("export", out, "--form", "compact");
    assertEquals(1, compact.code());
    assertTrue(compact.err().contains("give --form masked, or train with"), compact.err());
    assertEquals(1, compact.errorLines(), compact.err());
    Path masked = temp.resolve("masked.onnx");
    assertEquals(0, Invocation.of("export", out, "--form", "masked", "-o", masked).code());
    assertEquals(0, Invocation.of("inspect", out).code());
  }

  @Test
  void methods_tellAboutDynamicOnesToo() {
    assertEquals(5, Invocation.of("methods", "--json").json().path("dynamic").size());
    assertTrue(Invocation.of("methods").out().contains("fixed-k"));
    String detail = Invocation.of("methods", "sanp").out();
    assertTrue(detail.contains("--set term=held-macs (one of absolute"), detail);
    assertTrue(detail.contains("ICONIP 2019"), detail);
    JsonNode json = Invocation.of("methods", "fbs", "--json").json();
    assertEquals("dynamic", json.path("kind").asText());
    assertEquals(2019, json.path("year").asInt());
    assertTrue(json.path("citation").asText().contains("1810.05331"));
    assertEquals(2, json.path("needs").size());
    List<String> settings = json.path("settings").findValuesAsText("name");
    assertTrue(settings.contains("penalty") && !settings.contains("noise"), "" + settings);
  }

  @ParameterizedTest
  @CsvSource({
    "--dynamic, snap, 'unknown dynamic method ''snap''; there are sanp, fixed-k, static, fbs,"
        + " channel-gating'",
    "--budget, macs=40%, without --dynamic it has no effect",
    "--set, noise=1, without --dynamic it has no effect"
  })
  void train_withOptionsThatDoNotFit_saysSo(String option, String value, String message) {
    Invocation run = train("resnet8", option, value);
    assertEquals(2, run.code());
    assertTrue(run.err().contains(message), run.err());
    assertEquals(1, run.errorLines(), run.err());
  }

  @ParameterizedTest
  @CsvSource({
    "--budget, params=40%, needs a share of the MACs",
    "--budget, latency=2x, needs a share of the MACs",
    "--set, noise=-1, 'setting ''noise'' is a number'",
    "--set, nothing=1, no setting 'nothing'",
    "--distill-weight, 0.5, without --teacher it has no effect"
  })
  void train_dynamicWithOptionsThatDoNotFit_saysSo(String option, String value, String message) {
    Invocation run = train("resnet8", "--dynamic", "sanp", option, value);
    assertEquals(2, run.code());
    assertTrue(run.err().contains(message), run.err());
  }
}
