package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several networks on the same images. */
class EvaluateTest {
  @TempDir Path temp;
  private Path net;
  private Path other;
  private String data;

  @BeforeEach
  void write() throws IOException {
    net = Samples.network(temp, "net.onnx", 1);
    other = Samples.network(temp, "other.onnx", 2);
    data = "idx:" + Samples.images(temp);
  }

  @Test
  void severalNetworks_areComparedWithTheFirst() {
    JsonNode models =
        Invocation.of("evaluate", net, other, net, "--data", data, "--runtime", "ort", "--json")
            .json()
            .path("models");
    assertEquals(3, models.size());
    assertTrue(models.path(0).path("change").isMissingNode());
    JsonNode alone = Invocation.of("evaluate", other, "--data", data, "--json").json();
    assertEquals(alone.path("accuracy"), models.path(1).path("accuracy"));
    JsonNode change = models.path(1).path("change");
    double difference =
        alone.path("accuracy").asDouble() - models.path(0).path("accuracy").asDouble();
    assertEquals(net.toString(), change.path("from").asText());
    assertEquals(difference, change.path("accuracy").asDouble(), 1e-12);
    int lost = change.path("lost").asInt();
    int won = change.path("won").asInt();
    assertNotEquals(0, lost + won);
    assertEquals(difference, (double) (won - lost) / alone.path("images").asInt(), 1e-12);
    assertTrue(change.path("low").asDouble() < change.path("high").asDouble());
    JsonNode same = models.path(2).path("change");
    assertEquals(0, same.path("lost").asInt() + same.path("won").asInt());
  }

  @Test
  void difference_isSaid() {
    Invocation run = Invocation.of("evaluate", net, other, "--data", data);
    assertEquals(0, run.code(), run.err());
    String number = "[+-]\\d+\\.\\d\\d";
    String expected =
        "(?s).*\n  %s points against \\S+ \\(95 %% interval %s to %s\\); \\d+ images right only there, \\d+ only here\n.*"
            .formatted(number, number, number);
    assertTrue(run.out().matches(expected), run.out());
  }

  @Test
  void report_isAboutOneNetwork() {
    Path report = temp.resolve("report");
    Invocation run =
        Invocation.of("evaluate", net, other, "--data", data, "--dynamic-report", report);
    assertEquals(2, run.code());
    assertTrue(run.err().contains("--dynamic-report"), run.err());
  }
}
