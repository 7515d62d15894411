package io.espalier.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The demo's folder. The demo replaces its own files there and touches no others.
 *
 * @param folder where everything goes
 */
record DemoFiles(Path folder) {
  private static final String NETWORK = "resnet8-fashion.onnx";
  private static final List<String> IMAGES =
      List.of(
          "LICENSE",
          "classes.txt",
          "train-images-idx3-ubyte.gz",
          "train-labels-idx1-ubyte.gz",
          "t10k-images-idx3-ubyte.gz",
          "t10k-labels-idx1-ubyte.gz");

  /** Unpacks the bundled network and images. */
  static DemoFiles unpack(Path folder) throws IOException {
    DemoFiles files = new DemoFiles(folder);
    Files.createDirectories(files.images());
    copy(NETWORK, files.network());
    for (String name : IMAGES) {
      copy("fashion-mnist/" + name, files.images().resolve(name));
    }
    return files;
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in = DemoFiles.class.getResourceAsStream("/demo/" + resource)) {
      if (in == null) {
        throw new IOException("the program is incomplete: it lacks the file demo/" + resource);
      }
      Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  Path network() {
    return folder.resolve(NETWORK);
  }

  Path images() {
    return folder.resolve("fashion-mnist");
  }

  /** Where the network that {@code method} pruned goes. */
  WrittenFiles pruned(String method) {
    WrittenFiles files = WrittenFiles.of(folder.resolve("resnet8-fashion-" + method + ".onnx"));
    files.requireWritable(true);
    return files;
  }

  /** Where the fine-tuning after {@code method} keeps its run; emptied, so that it starts anew. */
  Path emptyRun(String method) throws IOException {
    Path run = folder.resolve("runs").resolve("demo-" + method);
    if (Files.isDirectory(run)) {
      List<Path> old;
      try (Stream<Path> files = Files.walk(run)) {
        old = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : old) {
        Files.delete(file);
      }
    }
    return run;
  }
}
