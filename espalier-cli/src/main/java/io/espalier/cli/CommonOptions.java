package io.espalier.cli;

import picocli.CommandLine.Option;

/** What every command understands. */
final class CommonOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      order = 90,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--json",
      order = 91,
      description = "Print one JSON object on standard output, all else on standard error.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      order = 92,
      description = "Print results, warnings and errors only.")
  private boolean quiet;

  @Option(names = "--stacktrace", order = 93, description = "Print where an error came from.")
  private boolean stacktrace;

  /** How to talk to the user as these options say. */
  Output output(Espalier parent) {
    return new Output(parent.console(), json, quiet);
  }
}
