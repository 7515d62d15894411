package io.espalier.cli;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Finds options that were given but would be ignored.
 *
 * @param command the command that was given, with what was on its line
 */
record UnusedOptions(CommandSpec command) {
  /** Refuses every option that one of {@code holders} declares. */
  void refuse(String why, Class<?>... holders) {
    List<Class<?>> all = List.of(holders);
    refuseIf(
        why,
        option ->
            option.userObject() instanceof Field field && all.contains(field.getDeclaringClass()));
  }

  /** Refuses the options of these names. */
  void refuse(String why, String... names) {
    refuseIf(why, option -> Arrays.asList(names).contains(option.longestName()));
  }

  private void refuseIf(String why, Predicate<OptionSpec> unused) {
    command.commandLine().getParseResult().matchedOptions().stream()
        .filter(unused)
        .findFirst()
        .ifPresent(
            option -> {
              throw CliException.misuse("%s: %s".formatted(option.longestName(), why));
            });
  }
}
