package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scan by itself, and methods that search. */
class ScanTest {
  @TempDir Path temp;
  private Path net;
  private String data;

  @BeforeEach
  void write() throws IOException {
    net = Samples.network(temp, "net.onnx", 1);
    data = "idx:" + Samples.images(temp);
  }

  private Invocation scan(Object... more) {
    Object[] words = {
      "scan",
      net,
      "--data",
      data,
      "--set",
      "keep=0.5",
      "--set",
      "images=24",
      "--threads",
      1,
      "--run",
      temp.resolve("scan-run")
    };
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return Invocation.of(all);
  }

  @Test
  void scan_writesTableJsonAndPlot_thatPruneReads() throws IOException {
    Invocation run = scan("--json");
    assertEquals(0, run.code(), run.err());
    JsonNode json = run.json();
    assertEquals(24, json.at("/scan/images").asInt());
    assertTrue(json.at("/scan/groups").size() > 3);
    Path file = temp.resolve("net-scan.json");
    assertEquals(file.toString(), json.path("output").asText());
    assertTrue(Files.readString(temp.resolve("net-scan.svg")).contains("<svg"));
    assertTrue(Files.readString(temp.resolve("net-scan.md")).contains("(net-scan.svg)"));
    Invocation prune =
        Invocation.of(
            "prune",
            net,
            "--data",
            data,
            "-m",
            "sensitivity",
            "--set",
            "scan=" + file,
            "--run",
            temp.resolve("run"),
            "--no-bench",
            "--json");
    assertEquals(0, prune.code(), prune.err());
    JsonNode result = prune.json();
    assertTrue(2 * result.at("/after/macs").asLong() <= result.at("/before/macs").asLong());
    assertTrue(result.at("/method/allocation/predictedLoss").isNumber(), result.toString());
    assertTrue(Files.exists(temp.resolve("run/sensitivity.json")));
  }

  @Test
  void scan_forPeople_isATable() {
    Invocation run = scan("--freeze", "stage2*");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().startsWith("accuracy in % on 24 images with one group cut by l1; uncut "));
    assertTrue(run.out().contains("-50 %"), run.out());
    assertFalse(run.out().contains("stage2"), run.out());
    assertTrue(run.out().contains("wrote " + temp.resolve("net-scan.json")), run.out());
  }

  @Test
  void scan_again_takesWhatWasMeasuredAndRefusesToReplace() throws IOException {
    Invocation first = scan("--json");
    Invocation refused = scan("--json");
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("net-scan.json exists already"), refused.err());
    long begin = System.nanoTime();
    Invocation again = scan("--json", "--force");
    assertTrue(System.nanoTime() - begin < 60e9);
    assertEquals(first.json(), again.json());
  }

  @Test
  void scan_withSettingsWithoutEffectOrWrong_isUsage() {
    for (String setting :
        new String[] {"scan=x.json", "objective=loss", "keep=2", "criterion=l3", "kept=0.5"}) {
      Invocation run = Invocation.of("scan", net, "--data", data, "--set", setting);
      assertEquals(2, run.code(), run.err());
      assertEquals(1, run.errorLines(), run.err());
      assertTrue(run.err().startsWith("espalier: --set"), run.err());
    }
    assertEquals(2, Invocation.of("scan", net).code());
  }

  @Test
  void prune_byASearchWithoutTraining_keepsARun() throws IOException {
    Path run = temp.resolve("search-run");
    Object[] command = {
      "prune",
      net,
      "--data",
      data,
      "-m",
      "annealing",
      "--set",
      "evaluations=3",
      "--run",
      run,
      "--no-bench",
      "--json",
      "--out",
      temp.resolve("small.onnx"),
      "--force"
    };
    Invocation first = Invocation.of(command);
    assertEquals(0, first.code(), first.err());
    assertTrue(Files.readString(run.resolve("run.json")).contains("candidate-0002"));
    assertEquals(first.json(), Invocation.of(command).json());
  }
}
