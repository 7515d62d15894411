package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.progress.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole data sets, which lie outside the repository. */
@Tag("shared")
class SharedDataTest {
  private static final List<String> CIFAR10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private static final Path DATA =
      Path.of(System.getProperty("espalier.shared", "../../shared"), "data");

  @Test
  void cifarJpegZip_opened_holdsAllImagesNearTheOriginals() {
    DataSplits jpeg = open("images:" + DATA.resolve("cifar10-images.zip"));
    assertEquals(50_000, jpeg.train().size());
    assertEquals(10_000, jpeg.test().size());
    assertEquals(CIFAR10, jpeg.classNames());
    for (int i = 0; i < 10_000; i++) {
      assertEquals(i / 1000, jpeg.test().label(i));
    }
    assertNearOriginals(jpeg.test(), open("cifar10:" + DATA.resolve("cifar10-lossless-test.bin")));
  }

  /** The n-th image of a class is the n-th of that class in the binary file. */
  private static void assertNearOriginals(Dataset jpeg, DataSplits original) {
    assertEquals(1017, original.test().size());
    int[] seen = new int[10];
    List<Integer> same = new ArrayList<>();
    for (int i = 0; i < original.test().size(); i++) {
      int label = original.test().label(i);
      same.add(label * 1000 + seen[label]++);
    }
    byte[] exact = new byte[3072];
    byte[] lossy = new byte[3072];
    double difference = 0;
    for (int i = 0; i < same.size(); i++) {
      original.test().pixels(i, exact, 0);
      jpeg.pixels(same.get(i), lossy, 0);
      for (int k = 0; k < exact.length; k++) {
        difference += Math.abs((exact[k] & 0xff) - (lossy[k] & 0xff));
      }
    }
    double mean = difference / same.size() / 3072;
    assertTrue(mean > 4 && mean < 8, "mean difference of a pixel: " + mean);
  }

  private static DataSplits open(String spec) {
    return Datasets.open(DataSpec.parse(spec), DataOptions.defaults(), Progress.none());
  }
}
