package io.espalier.cli;

import io.espalier.data.DataException;
import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Datasets;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which images, and how they become the network's input. */
final class DataInput {
  private static final long MEGABYTE = 1L << 20;

  @Option(
      names = "--data",
      paramLabel = "KIND:PATH",
      description =
          "Images: cifar10:PATH, cifar100:PATH, idx:DIR (MNIST family), images:DIR|ZIP,"
              + " csv:FILE.")
  private DataSpec data;

  @Option(
      names = {"--normalization", "--normalisation"},
      paramLabel = "NAME",
      description =
          "Known normalisation: imagenet, cifar10, cifar100, mnist, fashion-mnist, half, none,"
              + " bytes. Default: what the file records.")
  private Normalization preset;

  @Option(
      names = "--mean",
      paramLabel = "M,M,M",
      description = "Means to subtract, on the scale 0 to 1; needs --std.")
  private String mean;

  @Option(
      names = "--std",
      paramLabel = "S,S,S",
      description = "Standard deviations to divide by; needs --mean.")
  private String std;

  @Option(
      names = "--resize",
      paramLabel = "HxW",
      description = "Resize every image. Image files are resized to the network's input anyway.")
  private String resize;

  @Option(
      names = "--limit",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Use at most N images of each split.")
  private Integer limit;

  @Option(
      names = "--memory",
      converter = Range.Megabytes.class,
      paramLabel = "MB",
      description =
          "Keep decoded images in memory up to this size, else decode them whenever they are"
              + " needed. Default: a quarter of the heap.")
  private Integer memory;

  boolean given() {
    return data != null;
  }

  /** What was asked for, for a run record. */
  String text() {
    return data.toString();
  }

  /** Where the images lie; null where none were given. */
  Path path() {
    return data == null ? null : data.path();
  }

  DataSpec spec() {
    if (data == null) {
      throw CliException.misuse("--data is missing: give images, such as --data cifar10:PATH");
    }
    return data;
  }

  /** The images as they are stored, or as {@code --resize} wants them. */
  DataSplits open(Output output) {
    return limited(Datasets.open(spec(), options(Optional.empty()), output.progress()));
  }

  /** The images in the size that {@code graph} reads. */
  DataSplits open(Graph graph, Output output) {
    Shape input = graph.inputs().getFirst().type().shape();
    if (graph.inputs().size() != 1 || input.rank() != 4) {
      throw CliException.misuse(
          "images need a network of one input [N, C, H, W], but %s reads %s"
              .formatted(graph.name(), graph.inputs().stream().map(p -> p.name()).toList()));
    }
    DataSplits splits = Datasets.open(spec(), options(Optional.of(input)), output.progress());
    requireSize(splits.forEvaluation(), input);
    return limited(splits);
  }

  private DataSplits limited(DataSplits splits) {
    return limit == null ? splits : splits.limit(limit);
  }

  private DataOptions options(Optional<Shape> input) {
    DataOptions options = DataOptions.defaults();
    if (memory != null) {
      options = options.withMemoryLimit(memory * MEGABYTE);
    }
    if (resize != null) {
      int[] size = size(resize);
      options = options.withSize(size[0], size[1]);
    }
    return input.isPresent() ? fitted(options, input.get()) : options;
  }

  private DataOptions fitted(DataOptions options, Shape input) {
    DataOptions fitted = options;
    if (input.size(1) == 1 || input.size(1) == 3) {
      fitted = fitted.withChannels((int) input.size(1));
    }
    boolean files =
        switch (spec().kind()) {
          case IMAGES, CSV -> true;
          case CIFAR10, CIFAR100, IDX -> false;
        };
    boolean fixed = input.dim(2).isFixed() && input.dim(3).isFixed();
    return files && fixed && resize == null
        ? fitted.withSize((int) input.size(2), (int) input.size(3))
        : fitted;
  }

  private void requireSize(Dataset images, Shape input) {
    boolean height = !input.dim(2).isFixed() || input.size(2) == images.height();
    boolean width = !input.dim(3).isFixed() || input.size(3) == images.width();
    if (!height || !width) {
      throw CliException.misuse(
          "the network reads images of %s x %s, but %s has %d x %d: add --resize %sx%s"
              .formatted(
                  input.dim(2),
                  input.dim(3),
                  data,
                  images.height(),
                  images.width(),
                  input.dim(2),
                  input.dim(3)));
    }
  }

  private static int[] size(String text) {
    String[] parts = text.split("x", -1);
    try {
      int height = Integer.parseInt(parts[0]);
      int width = parts.length == 1 ? height : Integer.parseInt(parts[1]);
      if (parts.length <= 2 && height > 0 && width > 0) {
        return new int[] {height, width};
      }
    } catch (NumberFormatException wrong) {
      // falls through to the message below
    }
    throw CliException.misuse("--resize '%s': expected HxW, such as 224x224".formatted(text));
  }

  /** What was asked for, else what {@code graph} records, else an assumption that is said. */
  Normalization normalization(Graph graph, Output output) {
    Optional<Normalization> known =
        asked().or(() -> Normalization.fromMetadata(graph.header().metadata()));
    return known.orElseGet(() -> assumed(graph, output));
  }

  private static Normalization assumed(Graph graph, Output output) {
    long channels = graph.inputs().getFirst().type().shape().size(1);
    String name = channels == 3 ? "imagenet" : "half";
    output.note(
        "the file records no normalisation: taking %s; if the network was trained with another,"
                .formatted(name)
            + " give --normalization NAME or --mean and --std");
    return Normalization.defaultFor((int) channels);
  }

  /** For a network that is not trained yet: what was asked for, else what suits the data. */
  Normalization normalizationForNew(Dataset images) {
    return asked()
        .orElseGet(
            () ->
                switch (spec().kind()) {
                  case CIFAR10 -> Normalization.preset("cifar10");
                  case CIFAR100 -> Normalization.preset("cifar100");
                  case IDX, IMAGES, CSV -> Normalization.defaultFor(images.channels());
                });
  }

  private Optional<Normalization> asked() {
    if ((mean == null) != (std == null)) {
      throw CliException.misuse("--mean and --std belong together: give both");
    }
    if (mean != null && preset != null) {
      throw CliException.misuse("give either --normalization or --mean and --std, not both");
    }
    if (mean != null) {
      try {
        return Optional.of(Normalization.parse(mean, std));
      } catch (DataException wrong) {
        throw CliException.misuse("--mean and --std: " + wrong.getMessage());
      }
    }
    return Optional.ofNullable(preset);
  }
}
