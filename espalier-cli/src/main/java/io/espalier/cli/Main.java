package io.espalier.cli;

import io.espalier.cost.Budget;
import io.espalier.data.Augmentation;
import io.espalier.data.DataSpec;
import io.espalier.data.Normalization;
import io.espalier.method.Iteration;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.Precision;
import io.espalier.train.Engine;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
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

  static CommandLine commandLine(Console console, boolean traces) {
    CommandLine line = new CommandLine(new Espalier(console));
    line.setOut(new java.io.PrintWriter(console.out(), true));
    line.setErr(new java.io.PrintWriter(console.err(), true));
    line.setExpandAtFiles(false);
    line.setUsageHelpAutoWidth(true);
    for (CommandLine command : line.getSubcommands().values()) {
      command
          .getCommandSpec()
          .usageMessage()
          .abbreviateSynopsis(true)
          .sortOptions(false)
          .parameterListHeading("%n")
          .optionListHeading("%nOptions:%n");
    }
    line.registerConverter(Budget.class, parsed(Budget::parse));
    line.registerConverter(Size.class, parsed(Size::parse));
    line.registerConverter(DataSpec.class, parsed(DataSpec::parse));
    line.registerConverter(Normalization.class, parsed(Normalization::preset));
    line.registerConverter(Augmentation.class, parsed(Augmentation::parse));
    line.registerConverter(Precision.class, parsed(TrainingOptions::parsePrecision));
    line.registerConverter(TrainingOptions.Course.class, word(TrainingOptions.Course.class));
    line.registerConverter(PlanOptions.Ranking.class, word(PlanOptions.Ranking.class));
    line.registerConverter(PlanOptions.Scope.class, word(PlanOptions.Scope.class));
    line.registerConverter(Iteration.Schedule.class, word(Iteration.Schedule.class));
    line.registerConverter(EvaluateCommand.Split.class, word(EvaluateCommand.Split.class));
    line.registerConverter(Engine.class, word(Engine.class));
    line.registerConverter(DynamicChoices.Preset.class, word(DynamicChoices.Preset.class));
    line.registerConverter(ExportCommand.Form.class, word(ExportCommand.Form.class));
    line.setExecutionStrategy(
        parsed -> {
          RepeatedOptions.refuse(parsed);
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setParameterExceptionHandler((wrong, words) -> Failure.usage(console, wrong));
    line.setExecutionExceptionHandler((e, command, parsed) -> Failure.report(console, e, traces));
    return line;
  }

  /** The constants of an enum are written in small letters, {@code ONE_CYCLE} as one-cycle. */
  private static <E extends Enum<E>> CommandLine.ITypeConverter<E> word(Class<E> type) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : type.getEnumConstants()) {
      words.put(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
    }
    return text -> {
      E constant = words.get(text.toLowerCase(Locale.ROOT).replace('_', '-'));
      if (constant == null) {
        throw new CommandLine.TypeConversionException(
            "expected one of %s, but got '%s'".formatted(String.join(", ", words.keySet()), text));
      }
      return constant;
    };
  }

  /** What the library cannot read is a wrong use of the command line, and picocli names where. */
  private static <T> CommandLine.ITypeConverter<T> parsed(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException wrong) {
        throw new CommandLine.TypeConversionException(wrong.getMessage());
      }
    };
  }
}
