package io.espalier.data;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** Which data set: a kind and a path, written {@code kind:path}. */
public record DataSpec(Kind kind, Path path) {

  /** How a data set is stored. */
  public enum Kind {
    /** CIFAR-10 binary version: folder, .tar.gz archive or one .bin file. */
    CIFAR10,
    /** CIFAR-100 binary version, fine labels: folder, .tar.gz archive or one .bin file. */
    CIFAR100,
    /** MNIST family: folder of train-* and t10k-* IDX files, gzip or not. */
    IDX,
    /** Image files in a folder or zip: split/class/file, class/file, or just files. */
    IMAGES,
    /** A CSV file of path, label and, if wanted, split. */
    CSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public DataSpec {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(path);
  }

  /**
   * Reads {@code cifar10:PATH} and its like. A leading {@code ~/} stands for the home folder,
   * because no shell expands it behind a colon.
   *
   * @throws DataException where the kind is unknown or the path is missing
   */
  public static DataSpec parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0 || colon == text.length() - 1) {
      throw new DataException(
          "data '%s': expected KIND:PATH with KIND one of %s".formatted(text, kinds()));
    }
    String name = text.substring(0, colon);
    String path = text.substring(colon + 1);
    if (path.startsWith("~/")) {
      path = System.getProperty("user.home") + path.substring(1);
    }
    try {
      return new DataSpec(kind(name, text), Path.of(path));
    } catch (InvalidPathException e) {
      throw new DataException("data '%s': not a path on this system".formatted(text), e);
    }
  }

  private static Kind kind(String name, String text) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new DataException(
                    "data '%s': unknown kind '%s', expected one of %s"
                        .formatted(text, name, kinds())));
  }

  private static String kinds() {
    return Arrays.stream(Kind.values()).map(Kind::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return kind + ":" + path;
  }
}
