package io.espalier.method.search;

import io.espalier.channel.ChannelGroup;
import io.espalier.graph.GraphDigest;
import io.espalier.method.MethodException;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.Workbench;
import java.nio.file.Path;
import java.util.Optional;

/** A scan that was made before. */
final class ScanSource {
  private static final String NAME = "scan";
  private static final String NONE = "none";

  private ScanSource() {}

  static Setting setting() {
    return Setting.text(
        NAME, NONE, "a sensitivity.json of the same network to read instead of measuring");
  }

  /** The file that {@code settings} name. */
  static Optional<Path> of(Settings settings) {
    String name = settings.text(NAME);
    return name.equals(NONE) ? Optional.empty() : Optional.of(Path.of(name));
  }

  /**
   * The scan in {@code file}, if it is of the network on the bench.
   *
   * @throws MethodException if it is of another network or was made with another criterion
   */
  static SensitivityScan read(Path file, Workbench bench, InnerCriterion inner) {
    SensitivityScan scan = ScanFile.read(file);
    String network = GraphDigest.of(bench.graph());
    if (!scan.network().equals(network)) {
      throw refused(
          file,
          "it is of another network (digest %.12s, but '%s' has %.12s)"
              .formatted(scan.network(), bench.graph().name(), network));
    }
    if (!scan.criterion().equals(inner.toString())) {
      throw refused(
          file, "it was made with criterion=%s, not %s".formatted(scan.criterion(), inner));
    }
    for (SensitivityScan.Group group : scan.groups()) {
      Optional<ChannelGroup> own = bench.channels().group(group.name());
      if (own.isEmpty() || own.get().units() != group.units()) {
        throw refused(
            file,
            "the network has no group '%s' of %d units".formatted(group.name(), group.units()));
      }
    }
    return scan;
  }

  private static MethodException refused(Path file, String why) {
    return new MethodException(
        "scan %s: %s; leave the setting out to measure anew".formatted(file, why));
  }
}
