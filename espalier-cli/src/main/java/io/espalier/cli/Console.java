package io.espalier.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err everything else
 * @param terminal whether somebody watches {@code err}, so that a progress bar can move there
 */
record Console(PrintStream out, PrintStream err, boolean terminal) {
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  /** The process's own streams. */
  static Console system() {
    return new Console(System.out, System.err, watchesErrors());
  }

  private static boolean watchesErrors() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    if (Files.exists(STANDARD_ERROR)) {
      return isTerminalDevice();
    }
    return System.console() != null;
  }

  /** The JDK knows only about input and output together; Linux tells for each stream. */
  private static boolean isTerminalDevice() {
    try {
      String device = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
    } catch (IOException unreadable) {
      return false;
    }
  }
}
