package io.espalier.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Refuses an option that is given twice. picocli does so by itself, but not for options under a
 * heading of the help: there the second one makes it forget all others under that heading.
 */
final class RepeatedOptions {
  private RepeatedOptions() {}

  /** Throws a ParameterException if {@code parsed} or its subcommand has such an option. */
  static void refuse(ParseResult parsed) {
    parsed.commandSpec().argGroups().forEach(group -> refuse(parsed, group));
    if (parsed.hasSubcommand()) {
      refuse(parsed.subcommand());
    }
  }

  private static void refuse(ParseResult parsed, ArgGroupSpec group) {
    List<ParseResult.GroupMatch> matches =
        parsed.findMatches(group).stream().flatMap(found -> found.matches().stream()).toList();
    for (OptionSpec option : group.options()) {
      if (matches.stream().filter(match -> !match.matchedValues(option).isEmpty()).count() > 1) {
        throw new CommandLine.ParameterException(
            parsed.commandSpec().commandLine(),
            "option %s is given more than once".formatted(option.longestName()));
      }
    }
    group.subgroups().forEach(inner -> refuse(parsed, inner));
  }
}
