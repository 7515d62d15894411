package io.espalier.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command above all commands; by itself it shows the help. */
@Command(
    name = "espalier",
    description = "Makes trained convolutional networks smaller: ONNX in, smaller ONNX out.",
    versionProvider = Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier demo                          everything once, in a minute",
      "  espalier inspect net.onnx              what can be pruned, and why not",
      "  espalier prune net.onnx                half the MACs, without data",
      "  espalier prune net.onnx --data cifar10:DIR --epochs 15",
      "  espalier bench net.onnx net-pruned.onnx",
      "",
      "'espalier COMMAND --help' explains a command."
    },
    subcommands = {
      DemoCommand.class,
      PruneCommand.class,
      InspectCommand.class,
      ScanCommand.class,
      TrainCommand.class,
      ExportCommand.class,
      EvaluateCommand.class,
      BenchCommand.class,
      DiffCommand.class,
      MethodsCommand.class,
    })
final class Espalier implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and what it runs on.")
  private boolean version;

  @Spec private CommandSpec spec;

  private final Console console;

  Espalier(Console console) {
    this.console = console;
  }

  Console console() {
    return console;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "a command is missing: try 'espalier demo' or 'espalier --help'");
  }
}
