package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** A value that an option cannot have is a wrong use of the command line, and says which option. */
class OptionRangesTest {
  private static final Set<Class<?>> NUMBERS =
      Set.of(int.class, Integer.class, long.class, Long.class, double.class, Double.class);

  /** Seeds are any number. */
  private static final Set<String> UNBOUNDED = Set.of("--seed");

  /** The command and the name of every option that takes a number. */
  static Stream<List<String>> numbers() {
    CommandLine line = Main.commandLine(Console.system(), false);
    List<List<String>> found = new ArrayList<>();
    line.getSubcommands()
        .forEach(
            (name, command) ->
                command.getCommandSpec().options().stream()
                    .filter(option -> isNumber(option) && !UNBOUNDED.contains(option.longestName()))
                    .forEach(option -> found.add(List.of(name, option.longestName()))));
    return found.stream();
  }

  private static boolean isNumber(OptionSpec option) {
    Class<?>[] types = option.typeInfo().getAuxiliaryTypes();
    return NUMBERS.contains(types[types.length - 1]);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void numberOutOfRange_namesOptionValueAndRange(List<String> option) {
    String value = option.get(1).equals("--ratio") ? "x=-7" : "-7";
    assertRefused(option.get(0), option.get(1), value, "-7");
    String endless = value.replace("-7", "NaN");
    assertRefused(option.get(0), option.get(1), endless, "NaN");
  }

  @Test
  void numbers_areThoseOfManyCommands() {
    assertTrue(numbers().count() > 40, "options found: " + numbers().toList());
  }

  @ParameterizedTest
  @CsvSource({
    "prune, --floor, 1.5, from 0 to 1",
    "prune, --align, 0, 1 or more",
    "prune, --ratio, x=1, from 0 to below 1",
    "prune, --momentum, 1, from 0 to below 1",
    "prune, --temperature, 0, above 0",
    "prune, --distill-weight, 0, above 0 and at most 1",
    "prune, --threads, 100000, from 1 to 1024",
    "prune, --memory, 99999999999, from 0 to",
    "train, --milestones, '3,x', above 0",
    "bench, --seconds, Infinity, above 0",
    "prune, --schedule, sine, 'cosine, step, one-cycle, constant'",
    "prune, --ranking, local, 'global, uniform'",
    "prune, --scope, streams, 'all, branches'",
    "evaluate, --split, all, 'test, validation, train'",
    "prune, --precision, fp8, fp32 or bf16",
    "prune, --augment, blur, 'none, standard'",
    "prune, --normalization, sun, imagenet",
    "prune, --data, cifar:x, cifar10",
  })
  void valueOutOfRange_saysWhatIsExpected(
      String command, String option, String value, String expected) {
    String got = value.substring(value.indexOf('=') + 1).replace("3,", "");
    Invocation run = assertRefused(command, option, value, got);
    assertTrue(run.err().contains(expected), run.err());
  }

  private static Invocation assertRefused(String command, String option, String value, String got) {
    Invocation run = Invocation.of(command, option, value);
    assertEquals(2, run.code(), run.err());
    assertEquals("", run.out());
    assertEquals(1, run.errorLines(), run.err());
    assertTrue(run.err().contains("'" + option + "'"), run.err());
    assertTrue(run.err().contains(got), run.err());
    assertTrue(run.err().contains("expected"), run.err());
    return run;
  }
}
