package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo from start to end, twice in one folder. */
@Tag("long")
class DemoTest {
  @TempDir Path temp;

  @Test
  void demo_again_replacesItsOwnFiles() {
    Path folder = temp.resolve("demo");
    JsonNode first = demo(folder);
    JsonNode original = first.at("/networks/0");
    JsonNode l1 = first.at("/networks/1");
    assertEquals(4, first.path("networks").size());
    assertEquals(2000, original.path("images").asInt());
    assertTrue(original.path("accuracy").asDouble() > 0.88, first.toString());
    assertTrue(l1.path("macs").asLong() <= original.path("macs").asLong() / 2);
    assertTrue(l1.path("accuracy").asDouble() > 0.8, first.toString());
    assertTrue(l1.path("maxDifference").asDouble() < 1e-9);
    first
        .path("networks")
        .forEach(network -> assertTrue(Files.exists(Path.of(network.path("file").asText()))));
    assertEquals(l1.path("accuracy"), demo(folder).at("/networks/1/accuracy"));
  }

  private static JsonNode demo(Path folder) {
    Invocation run = Invocation.of("demo", "--out", folder, "--epochs", 1, "--json", "--quiet");
    assertEquals(0, run.code(), run.err());
    return run.json();
  }
}
