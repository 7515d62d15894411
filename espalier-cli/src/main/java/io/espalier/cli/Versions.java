package io.espalier.cli;

import io.espalier.torch.Torch;
import picocli.CommandLine;

/** The version of Espalier and of what it stands on. */
final class Versions implements CommandLine.IVersionProvider {
  /** The version of Espalier. */
  static String espalier() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "espalier " + espalier(),
      "libtorch " + Torch.version(),
      "JDK %s on %s %s"
          .formatted(
              Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch")),
    };
  }
}
