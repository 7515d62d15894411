package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UntrainedTest {
  @TempDir Path temp;

  @Test
  void train_forNoEpoch_writesTheNetworkThatTrainingBeginsWith() throws IOException {
    String data = "idx:" + Samples.images(temp);
    Path first = temp.resolve("first.onnx");
    Path second = temp.resolve("second.onnx");
    Object[] train = {"train", "resnet8", "--data", data, "--epochs", 0, "--json", "--out"};
    List<Object> words = new ArrayList<>(List.of(train));
    words.add(first);
    JsonNode json = Invocation.of(words.toArray()).json();
    assertEquals(0, json.path("epochs").asInt(-1));
    assertTrue(json.path("params").asLong() > 70_000, json.toString());
    words.set(words.size() - 1, second);
    words.addAll(List.of("--seed", 2));
    assertEquals(0, Invocation.of(words.toArray()).code());
    assertFalse(Arrays.equals(Files.readAllBytes(first), Files.readAllBytes(second)));
    Invocation prune =
        Invocation.of(
            "prune",
            first,
            "--data",
            data,
            "-m",
            "snip",
            "--no-bench",
            "--out",
            temp.resolve("small.onnx"));
    assertEquals(0, prune.code(), prune.err());
  }
}
