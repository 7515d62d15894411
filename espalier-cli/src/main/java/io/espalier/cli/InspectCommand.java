package io.espalier.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier inspect}. */
@Command(
    name = "inspect",
    description = "Show layers, costs, what can be pruned, and why the rest cannot.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier inspect net.onnx",
      "  espalier inspect net.onnx --all                  every node and group",
      "  espalier inspect detector.onnx --input 3x640x640",
      "  espalier inspect net.onnx --json | jq '.frozen[].reason'"
    })
final class InspectCommand implements Callable<Integer> {
  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;

  @Parameters(paramLabel = "NET.onnx", description = "The network.")
  private Path file;

  @Option(names = "--all", description = "Show every node and group, however many there are.")
  private boolean all;

  @Override
  public Integer call() throws IOException {
    Output output = common.output(parent);
    Inspection inspection = Inspection.of(file, input.read(file));
    output.print(new InspectionText(inspection, all).toString());
    output.result(new InspectionJson(inspection).object());
    return 0;
  }
}
