package io.espalier.cli;

import io.espalier.data.Framing;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How images get the size that a network reads. */
final class FramingOptions {
  @Option(
      names = "--resize",
      paramLabel = "SIZE",
      description =
          "HxW: resize every image to that; image files are resized to the network's input anyway."
              + " With --crop one number: resize in proportion until the shortest side is that.")
  private Size resize;

  @Option(
      names = "--crop",
      paramLabel = "SIZE",
      description =
          "Cut HxW, or a square of one number, out of the centre, such as --resize 256 --crop 224."
              + " Default: what the file records.")
  private Size crop;

  /** What was asked for; empty where nothing was. */
  Optional<Framing> asked() {
    if (crop == null) {
      return Optional.ofNullable(resize).map(to -> new Framing.Stretched(to.height(), to.width()));
    }
    if (resize == null || !resize.single()) {
      throw CliException.misuse(
          "--crop %s: it needs the shortest side before it as --resize N, such as --resize 256, but got %s"
              .formatted(crop, resize == null ? "none" : "--resize " + resize));
    }
    int least = Math.max(crop.height(), crop.width());
    if (resize.height() < least) {
      throw CliException.misuse(
          "--resize %s: expected %d or more, because --crop cuts out %s"
              .formatted(resize, least, crop));
    }
    return Optional.of(new Framing.Cropped(resize.height(), crop.height(), crop.width()));
  }
}
