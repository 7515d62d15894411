package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The data set that the command line brings with it. */
class DemoDataTest {
  private static final Path FOLDER =
      Path.of("../espalier-cli/src/main/resources/demo/fashion-mnist");

  @Test
  void bundledSubset_opened_isBalancedAndNamed() {
    DataSplits splits = Fixtures.open("idx:" + FOLDER);
    assertEquals(new Geometry(1, 28, 28), Geometry.of(splits.train()));
    assertEquals("Ankle boot", splits.classNames().get(9));
    assertBalanced(splits.train(), 1000);
    assertBalanced(splits.test(), 200);
  }

  private static void assertBalanced(Dataset data, int perClass) {
    int[] counts = new int[10];
    for (int i = 0; i < data.size(); i++) {
      counts[data.label(i)]++;
    }
    for (int count : counts) {
      assertEquals(perClass, count);
    }
  }

  @Test
  void bundledSubset_withItsLicence_staysSmall() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    assertTrue(bytes < 6_000_000, "bytes: " + bytes);
    assertTrue(Files.readString(FOLDER.resolve("LICENSE")).contains("Zalando SE"));
  }
}
