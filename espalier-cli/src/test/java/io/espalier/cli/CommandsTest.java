package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.data.Framing;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command on small files, in this process. */
class CommandsTest {
  @TempDir Path temp;
  private Path net;

  @BeforeEach
  void write() {
    net = Samples.network(temp, "net.onnx", 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "inspect",
        "scan",
        "train",
        "prune",
        "evaluate",
        "bench",
        "diff",
        "methods"
      })
  void help_ofEachCommand_showsExamples(String command) {
    Invocation run = Invocation.of(command, "--help");
    assertEquals(0, run.code());
    assertTrue(run.out().contains("Examples:\n  espalier " + command), run.out());
    assertEquals("", run.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"prune", "train"})
  void help_ofCommandsThatTrain_isInSections(String command) {
    String help = Invocation.of(command, "--help").out();
    for (String heading : List.of("Options:", "Images:", "Training:", "Learning from ", "Files:")) {
      assertTrue(help.contains("\n\n" + heading), help);
    }
    assertTrue(help.indexOf("Images:") < help.indexOf("--data="), help);
    assertTrue(help.indexOf("--data=") < help.indexOf("Training:"), help);
    assertTrue(help.indexOf("--lr=") < help.indexOf("Learning from "), help);
    assertTrue(help.indexOf("Learning from ") < help.indexOf("--temperature="), help);
    assertTrue(help.indexOf("Files:") < help.indexOf("--out="), help);
  }

  @Test
  void version_namesWhatItStandsOn() {
    Invocation run = Invocation.of("--version");
    assertEquals(0, run.code());
    assertTrue(run.out().startsWith("espalier "), run.out());
    assertTrue(run.out().contains("libtorch "), run.out());
  }

  @Test
  void inspect_ofResidualNet_freezesOnlyInputAndOutput() {
    JsonNode json = Invocation.of("inspect", net, "--json").json();
    assertTrue(json.path("macs").asLong() > 0);
    assertEquals(77_754 - 7 * 65, json.path("params").asLong());
    assertTrue(json.path("groups").size() > 3);
    assertEquals(0, json.path("frozenMacs").asLong());
    assertEquals(2, json.path("frozen").size());
    assertTrue(json.at("/frozen/0/reason").asText().contains("input"), json.path("frozen") + "");
    assertTrue(json.at("/frozen/1/reason").asText().contains("output"), json.path("frozen") + "");
  }

  @Test
  void inspect_forPeople_endsWithReasons() {
    Invocation run = Invocation.of("inspect", net);
    assertEquals(0, run.code());
    assertTrue(run.out().contains("network input"), run.out());
    assertTrue(run.out().contains("16x1x3x3"), run.out());
    assertEquals("", run.err());
  }

  @Test
  void prune_withoutData_halvesMacsAndWritesThreeFiles() throws IOException {
    JsonNode json = Invocation.of("prune", net, "--json").json();
    long before = json.at("/before/macs").asLong();
    long after = json.at("/after/macs").asLong();
    assertTrue(after <= before / 2 && after > before / 3, json.toString());
    assertTrue(json.at("/after/params").asLong() < json.at("/before/params").asLong());
    assertTrue(json.at("/proof/passed").asBoolean());
    assertTrue(json.at("/proof/maxDifference").asDouble() < 1e-9);
    assertTrue(json.at("/after/latencyMillis").asDouble() > 0);
    Path output = Path.of(json.path("output").asText());
    assertEquals(temp.resolve("net-pruned.onnx"), output);
    assertEquals(after, Invocation.of("inspect", output, "--json").json().path("macs").asLong());
    assertTrue(Files.exists(temp.resolve("net-pruned.plan.json")));
    assertTrue(Files.readString(temp.resolve("net-pruned.run.json")).contains("\"digest\""));
  }

  @Test
  void prune_ofNothing_hasNoDifferenceToTell() throws IOException {
    JsonNode json =
        Invocation.of("prune", net, "--budget", "macs=100%", "--no-bench", "--json").json();
    assertEquals(json.at("/before/macs"), json.at("/after/macs"));
    assertTrue(json.at("/proof/passed").asBoolean());
    assertTrue(json.at("/proof/maxDifference").isMissingNode(), json.toString());
  }

  @Test
  void prune_byPlanOfEarlierRun_writesTheSameNetwork() throws IOException {
    assertEquals(0, Invocation.of("prune", net, "--no-bench").code());
    Path plan = temp.resolve("net-pruned.plan.json");
    Path again = temp.resolve("again.onnx");
    Invocation run = Invocation.of("prune", net, "--plan", plan, "--out", again, "--no-bench");
    assertEquals(0, run.code(), run.err());
    assertEquals(-1, Files.mismatch(again, temp.resolve("net-pruned.onnx")));
  }

  @Test
  void train_andEvaluateAndPrune_keepTheNormalisation() throws IOException {
    String data = "idx:" + Samples.images(temp);
    Path trained = temp.resolve("trained.onnx");
    Invocation train =
        Invocation.of(
            "train",
            "resnet8",
            "--data",
            data,
            "--mean",
            "0.4",
            "--std",
            "0.3",
            "--epochs",
            3,
            "--batch",
            16,
            "--augment",
            "none",
            "--run",
            temp.resolve("run"),
            "--out",
            trained,
            "--json");
    assertEquals(0, train.code(), train.err());
    assertEquals(40, train.json().path("images").asInt());
    JsonNode evaluated = Invocation.of("evaluate", trained, "--data", data, "--json").json();
    assertEquals(train.json().path("accuracy").asDouble(), evaluated.path("accuracy").asDouble());
    assertTrue(evaluated.path("accuracy").asDouble() > 0.6, evaluated.toString());
    Path small = temp.resolve("small.onnx");
    Invocation prune =
        Invocation.of(
            "prune",
            trained,
            "--data",
            data,
            "--epochs",
            1,
            "--batch",
            16,
            "--augment",
            "none",
            "--run",
            temp.resolve("prune-run"),
            "--out",
            small,
            "--no-bench",
            "--temperature",
            2.5,
            "--json");
    assertEquals(0, prune.code(), prune.err());
    String record = Files.readString(temp.resolve("small.run.json"));
    assertTrue(record.contains("\"temperature\" : 2.5"), record);
    assertTrue(prune.json().at("/after/accuracy").isNumber(), prune.out());
    Graph graph = OnnxReader.read(small);
    assertEquals(
        Optional.of(Normalization.parse("0.4", "0.3")),
        Normalization.fromMetadata(graph.header().metadata()));
  }

  @Test
  void crop_isRecordedAndUsedAgain() throws IOException {
    String data = "images:" + Samples.pictures(temp);
    Path trained = temp.resolve("cropped.onnx");
    List<Object> words = new ArrayList<>(List.of("train", "resnet8", "--data", data));
    words.addAll(List.of("--resize", 12, "--crop", 8, "--epochs", 1, "--batch", 8));
    words.addAll(List.of("--out", trained, "--run", temp.resolve("crop-run"), "--quiet"));
    Invocation train = Invocation.of(words.toArray());
    assertEquals(0, train.code(), train.err());
    assertEquals(Map.of("espalier.resize", "12", "espalier.crop", "8x8"), framing(trained));

    Invocation again = Invocation.of("evaluate", trained, "--data", data, "--json");
    assertEquals(0, again.code(), again.err());
    assertTrue(again.err().contains("shortest side of 12 and cut to 8x8"), again.err());
    assertEquals("8x8", again.json().at("/framing/espalier.crop").asText());
    JsonNode other =
        Invocation.of("evaluate", trained, "--data", data, "--resize", "8x8", "--json").json();
    assertTrue(other.path("framing").isEmpty(), other.toString());
    assertNotEquals(other.path("loss").asDouble(), again.json().path("loss").asDouble());

    Path small = temp.resolve("small.onnx");
    Invocation.of("prune", trained, "--data", data, "--out", small, "--no-bench");
    assertEquals(framing(trained), framing(small));
    Invocation.of("prune", trained, "--data", data, "--resize", "8x8", "--out", small, "--force");
    assertEquals(Map.of(), framing(small));
  }

  private static Map<String, String> framing(Path file) {
    Map<String, String> metadata = OnnxReader.read(file).header().metadata();
    return Framing.fromMetadata(metadata).map(Framing::toMetadata).orElse(Map.of());
  }

  @Test
  void evaluate_ofUntrainedNet_warnsOfChance() throws IOException {
    String data = "idx:" + Samples.images(temp);
    Invocation run = Invocation.of("evaluate", net, "--data", data);
    assertEquals(0, run.code());
    assertTrue(run.err().contains("near chance"), run.err());
  }

  @Test
  void evaluate_ofTheTestSplit_leavesTheTrainingImagesAlone() throws IOException {
    Path data = temp.resolve("split");
    for (String split : List.of("train", "test")) {
      Files.createDirectories(data.resolve(split).getParent());
      Files.move(Samples.pictures(temp), data.resolve(split));
    }
    Files.write(data.resolve("train/dark/0.png"), new byte[9]);
    Files.write(data.resolve("test/dark/8.png"), new byte[9]);
    Object[] command = {"evaluate", net, "--data", "images:" + data, "--json"};
    assertEquals(1, Invocation.of(command).code());
    List<Object> limited = new ArrayList<>(List.of(command));
    limited.addAll(List.of("--limit", 2));
    Invocation run = Invocation.of(limited.toArray());
    assertEquals(0, run.code(), run.err());
    assertEquals(2, run.json().path("images").asInt());
  }

  @Test
  void train_withAnOptionThatDoesNotFit_decodesNothing() throws IOException {
    Path data = Samples.pictures(temp);
    Files.write(data.resolve("dark/0.png"), new byte[9]);
    Object[] command = {"train", net, "--data", "images:" + data, "--epochs", 1, "--batch", 8};
    List<Object> words = new ArrayList<>(List.of(command));
    words.addAll(List.of("--run", temp.resolve("run"), "--out", temp.resolve("out.onnx")));
    words.addAll(List.of("--dynamic", "sanp"));
    Invocation damaged = Invocation.of(words.toArray());
    assertEquals(1, damaged.code());
    assertTrue(damaged.err().contains("dark/0.png"), damaged.err());
    words.addAll(List.of("--budget", "params=40%"));
    Invocation run = Invocation.of(words.toArray());
    assertEquals(2, run.code());
    assertTrue(run.err().contains("needs a share of the MACs"), run.err());
  }

  @Test
  void evaluate_inOnnxRuntime_saysSoAndAgrees() throws IOException {
    String data = "idx:" + Samples.images(temp);
    JsonNode libtorch = Invocation.of("evaluate", net, "--data", data, "--json").json();
    JsonNode ort =
        Invocation.of("evaluate", net, "--data", data, "--runtime", "ort", "--json").json();
    assertEquals("libtorch", libtorch.path("runtime").asText());
    assertEquals("ort", ort.path("runtime").asText());
    assertEquals(libtorch.path("accuracy").asDouble(), ort.path("accuracy").asDouble());
    Invocation run = Invocation.of("evaluate", net, "--data", data, "--runtime", "ort");
    assertTrue(run.out().contains(", in ONNX Runtime)"), run.out());
  }

  @Test
  void bench_ofTwoNetworks_comparesWithTheFirst() {
    Path other = Samples.network(temp, "other.onnx", 2);
    Invocation run = Invocation.of("bench", net, other, "--rounds", 3, "--json");
    assertEquals(0, run.code(), run.err());
    JsonNode models = run.json().path("models");
    assertEquals(net.toString(), models.at("/0/file").asText());
    assertTrue(models.at("/1/medianMillis").asDouble() > 0);
    assertEquals(models.at("/0/macs").asLong(), models.at("/1/macs").asLong());
    assertEquals(1.0, models.at("/1/macRatio").asDouble());
    double seconds = models.at("/0/medianMillis").asDouble() / 1000;
    assertEquals(1 / seconds, models.at("/0/samplesPerSecond").asDouble(), 1e-6 / seconds);
  }

  @Test
  void bench_ofStreams_saysWhatATimeIs() throws IOException {
    Invocation run = Invocation.of("bench", net, "--rounds", 3, "--streams", 2);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("2 streams, 9 times each, of 20 runs"), run.out());
    assertTrue(run.out().contains("samples/s"), run.out());
    JsonNode json = Invocation.of("bench", net, "--rounds", 3, "--streams", 2, "--json").json();
    assertEquals(2, json.path("streams").asInt());
    assertEquals(20, json.path("runsPerTime").asInt());
  }

  @Test
  void bench_onImages_needsEnoughOfOneSize() throws IOException {
    String data = "idx:" + Samples.images(temp);
    Invocation run = Invocation.of("bench", net, "--data", data, "--limit", 5, "--rounds", 3);
    assertEquals(0, run.code(), run.err());
    assertTrue(
        run.out().contains("5 images of " + data + " in turn, 3 times each, of 5 runs"), run.out());
    run = Invocation.of("bench", net, "--data", data, "--limit", 5, "--batch", 6);
    assertEquals(2, run.code());
    assertTrue(run.err().contains("runs 6 images at once, but there are 5"), run.err());
    Path other = temp.resolve("larger.onnx");
    OnnxWriter.write(Zoo.build("resnet8", new ZooOptions(3, Shape.of(1, 32, 32), 1)), other);
    run = Invocation.of("bench", net, other, "--data", data);
    assertEquals(2, run.code());
    assertTrue(
        run.err().contains("images take turns only for networks that read the same"), run.err());
  }

  @Test
  void diff_ofNetAndPruned_showsBothWidths() {
    assertEquals(0, Invocation.of("prune", net, "--no-bench").code());
    Path small = temp.resolve("net-pruned.onnx");
    Invocation run = Invocation.of("diff", net, small);
    assertEquals(0, run.code());
    assertTrue(run.out().contains("16x1x3x3"), run.out());
    JsonNode json = Invocation.of("diff", net, small, "--json").json();
    assertTrue(json.at("/b/macs").asLong() < json.at("/a/macs").asLong());
  }

  @Test
  void diff_ofUnrelatedNetworks_isShort() {
    Graph vgg = Zoo.build("vgg16", new ZooOptions(3, Shape.of(1, 32, 32), 1));
    Path other = temp.resolve("vgg.onnx");
    OnnxWriter.write(vgg, other);
    String text = Invocation.of("diff", net, other).out();
    assertTrue(text.contains("different networks"), text);
    assertTrue(text.contains("16x1x3x3") && text.contains("64x1x3x3"), text);
    assertTrue(text.lines().count() < 8, text);
    String whole = Invocation.of("diff", net, other, "--all").out();
    assertTrue(whole.lines().count() > 20, whole);
    JsonNode json = Invocation.of("diff", net, other, "--json").json();
    assertTrue(json.path("layers").size() > 20, json.toString());
    assertTrue(json.path("commonLayers").asInt() < 3, json.toString());
  }

  @Test
  void methods_listAndDetail_agree() {
    JsonNode all = Invocation.of("methods", "--json").json().path("methods");
    assertTrue(all.findValuesAsText("id").contains("l1"), all.toString());
    String list = Invocation.of("methods").out();
    String details = Invocation.of("methods", "--details").out();
    for (JsonNode method : all) {
      String id = method.path("id").asText();
      assertTrue(list.contains(id), id);
      assertTrue(details.contains(method.path("citation").asText()), id);
      assertTrue(details.contains(Invocation.of("methods", id).out().strip()), id);
      for (JsonNode setting : method.path("settings")) {
        assertTrue(details.contains("--set " + setting.path("name").asText() + "="), id);
      }
    }
  }

  @Test
  void quiet_leavesNothingOnStandardError() {
    Invocation run = Invocation.of("prune", net, "--quiet", "--no-bench");
    assertEquals(0, run.code());
    assertEquals("", run.err());
    assertFalse(run.out().isEmpty());
  }
}
