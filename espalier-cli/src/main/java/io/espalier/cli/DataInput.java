package io.espalier.cli;

import io.espalier.data.DataException;
import io.espalier.data.DataOptions;
import io.espalier.data.DataSpec;
import io.espalier.data.DataSplits;
import io.espalier.data.Dataset;
import io.espalier.data.Datasets;
import io.espalier.data.Framing;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
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

  @ArgGroup(validate = false)
  private FramingOptions framing = new FramingOptions();

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

  /** The images as they are stored, or as {@code --resize} and {@code --crop} want them. */
  DataSplits open(Output output) {
    DataOptions options = options().withFraming(framingForNew());
    return limited(Datasets.open(spec(), options, output.progress()));
  }

  /** The images in the size that {@code graph} reads. */
  DataSplits open(Graph graph, Output output) {
    Shape input = graph.inputs().getFirst().type().shape();
    if (graph.inputs().size() != 1 || input.rank() != 4) {
      throw CliException.misuse(
          "images need a network of one input [N, C, H, W], but %s reads %s"
              .formatted(graph.name(), graph.inputs().stream().map(p -> p.name()).toList()));
    }
    DataOptions options = options().withFraming(framing(graph));
    if (input.size(1) == 1 || input.size(1) == 3) {
      options = options.withChannels((int) input.size(1));
    }
    if (framing.asked().isEmpty() && options.framing() instanceof Framing.Cropped crop) {
      output.note(
          "images are resized to a shortest side of %d and cut to %dx%d, as the file records"
              .formatted(crop.shortestSide(), crop.height(), crop.width()));
    }
    DataSplits splits = Datasets.open(spec(), options, output.progress());
    requireSize(splits.forEvaluation(), input);
    return limited(splits);
  }

  private DataSplits limited(DataSplits splits) {
    return limit == null ? splits : splits.limit(limit);
  }

  private DataOptions options() {
    DataOptions options = DataOptions.defaults();
    return memory == null ? options : options.withMemoryLimit(memory * MEGABYTE);
  }

  /** What was asked for; for image files else what {@code graph} records, else its input's size. */
  Framing framing(Graph graph) {
    return framing.asked().or(() -> fitting(graph)).orElseGet(Framing.Stored::new);
  }

  /** For a network that is not trained yet. */
  Framing framingForNew() {
    return framing.asked().orElseGet(Framing.Stored::new);
  }

  private Optional<Framing> fitting(Graph graph) {
    boolean files =
        switch (spec().kind()) {
          case IMAGES, CSV -> true;
          case CIFAR10, CIFAR100, IDX -> false;
        };
    if (!files) {
      return Optional.empty();
    }
    Shape input = graph.inputs().getFirst().type().shape();
    boolean fixed = input.dim(2).isFixed() && input.dim(3).isFixed();
    return Framing.fromMetadata(graph.header().metadata())
        .or(
            () ->
                fixed
                    ? Optional.of(new Framing.Stretched((int) input.size(2), (int) input.size(3)))
                    : Optional.empty());
  }

  private void requireSize(Dataset images, Shape input) {
    boolean height = !input.dim(2).isFixed() || input.size(2) == images.height();
    boolean width = !input.dim(3).isFixed() || input.size(3) == images.width();
    if (!height || !width) {
      boolean crops = framing.asked().filter(Framing.Cropped.class::isInstance).isPresent();
      throw CliException.misuse(
          "the network reads images of %s x %s, but %s has %d x %d: %s %sx%s"
              .formatted(
                  input.dim(2),
                  input.dim(3),
                  data,
                  images.height(),
                  images.width(),
                  crops ? "give --crop" : "add --resize",
                  input.dim(2),
                  input.dim(3)));
    }
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
