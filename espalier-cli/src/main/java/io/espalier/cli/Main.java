package io.espalier.cli;

import io.espalier.cost.Budget;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;

/** The program {@code espalier}. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Otherwise a JDK of 22 or later says that there is a console where there is none.
    System.setProperty("jdk.console", "java.base");
    Locale.setDefault(Locale.ROOT);
    int code = execute(Console.system(), args);
    System.out.flush();
    System.exit(code);
  }

  /**
   * Runs a command in this process.
   *
   * @return 0 for success, 1 for a failure, 2 for a wrong use of the command line, 130 after an
   *     interrupt
   */
  static int execute(Console console, String... args) {
    boolean traces = Arrays.asList(args).contains("--stacktrace");
    try {
      return commandLine(console, traces).execute(args);
    } catch (Throwable problem) {
      return Failure.report(console, problem, traces);
    }
  }

  private static CommandLine commandLine(Console console, boolean traces) {
    CommandLine line = new CommandLine(new Espalier(console));
    line.setOut(new java.io.PrintWriter(console.out(), true));
    line.setErr(new java.io.PrintWriter(console.err(), true));
    line.setExpandAtFiles(false);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().usageMessage().abbreviateSynopsis(true).sortOptions(false);
    }
    line.registerConverter(Budget.class, Main::budget);
    line.setParameterExceptionHandler((wrong, words) -> Failure.usage(console, wrong));
    line.setExecutionExceptionHandler((e, command, parsed) -> Failure.report(console, e, traces));
    return line;
  }

  private static Budget budget(String text) {
    try {
      return Budget.parse(text);
    } catch (IllegalArgumentException wrong) {
      throw new CommandLine.TypeConversionException(wrong.getMessage());
    }
  }
}
