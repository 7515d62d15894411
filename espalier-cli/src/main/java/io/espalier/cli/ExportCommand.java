package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.dynamic.CompactCheck;
import io.espalier.dynamic.CompactForm;
import io.espalier.dynamic.CompactOptions;
import io.espalier.dynamic.DynamicNet;
import io.espalier.dynamic.PayingLayers;
import io.espalier.dynamic.RuntimeBlock;
import io.espalier.dynamic.SampleCosts;
import io.espalier.dynamic.SampleRunner;
import io.espalier.dynamic.SampleUse;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier export}. */
@Command(
    name = "export",
    description =
        "Write a network that chooses its channels for each image in a form that skips the others.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier export --dynamic net.onnx --form compact -o net-compact.onnx",
      "  espalier export --dynamic net.onnx --measure --data cifar10:DIR",
      "  espalier export --dynamic net.onnx --form blocked",
      "  espalier export --dynamic net.onnx --form masked -o net-masked.onnx",
      "  espalier bench net-masked.onnx net-compact.onnx",
      "",
      "The network is one that 'espalier train --dynamic' wrote. All forms give the same numbers;",
      "those that skip are compared with the masked one before they are written, and skip most",
      "when they see one image at a time. Masked and compact are standard ONNX; blocked is for",
      "ONNX Runtime on processors with blocks of the same size. See docs/methods/sanp.md."
    })
final class ExportCommand implements Callable<Integer> {
  /** What is written. */
  enum Form {
    /** Computes every channel and multiplies those that are not used by 0. */
    MASKED,
    /** Leaves them out. */
    COMPACT,
    /** Leaves them out in ONNX Runtime's own layout. */
    BLOCKED
  }

  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;
  @Mixin private InputOption input;

  @Parameters(paramLabel = "NET.onnx", description = "The network, with its gates as masks.")
  private Path file;

  @Option(
      names = "--dynamic",
      description = "Export a network with gates; there is no other export, so it may be left out.")
  private boolean dynamic;

  @Option(
      names = "--form",
      paramLabel = "NAME",
      description =
          "masked, compact, or blocked: compact in ONNX Runtime's own layout, for gates that were"
              + " trained in blocks (--set block=16) and machines like this one. Default: compact.")
  private Form form = Form.COMPACT;

  @Option(
      names = "--block",
      converter = Range.Count.class,
      paramLabel = "N",
      description =
          "Compute or skip N neighbouring channels together: faster for gates that were trained"
              + " so. Default: 1; for blocked what ONNX Runtime has on this machine.")
  private Integer block;

  @Option(
      names = "--measure",
      description =
          "Time every layer both ways, and let those skip that this makes faster; on images of"
              + " --data if given, else on random ones.")
  private boolean measure;

  @Option(
      names = "--check",
      converter = Range.Count.class,
      paramLabel = "N",
      description =
          "Compare both forms on N images of --data, or on all if there are fewer. Default: "
              + ExportImages.COUNT
              + ".")
  private int check = ExportImages.COUNT;

  @Option(
      names = "--threads",
      converter = Range.Threads.class,
      paramLabel = "N",
      description = "Threads of one operator for --measure. Default: 1.")
  private int threads = 1;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Where to write. Default: NET-FORM.onnx beside the network.")
  private Path out;

  @Option(names = "--force", description = "Replace an output file that exists.")
  private boolean force;

  @ArgGroup(validate = false, order = 20, heading = "%nImages:%n")
  private DataInput data = new DataInput();

  @Override
  public Integer call() {
    requireUseful();
    Output output = common.output(parent);
    String end = "-" + form.name().toLowerCase(Locale.ROOT) + ".onnx";
    Path target = out == null ? OutputFile.beside(file, end) : out;
    InputFiles.NONE.and("the network", file).and("the data", data.path()).requireKept(target);
    OutputFile.check(target, force);
    DynamicNet net = net(input.read(file));
    ExportImages source = new ExportImages(data, net.graph(), output);
    ObjectNode object = Output.object().put("output", target.toString());
    object.put("form", form.name().toLowerCase(Locale.ROOT));
    object.put("variant", net.variant().id());
    if (form == Form.MASKED) {
      OnnxWriter.write(net.graph(), target);
      output.print("wrote %s".formatted(target));
    } else {
      compact(net, source, target, object, output);
    }
    object.set("macs", CostsJson.of(costs(net.graph(), source.some())));
    output.result(object);
    return 0;
  }

  private void requireUseful() {
    if (check > ExportImages.COUNT && !data.given()) {
      throw CliException.misuse(
          "--check: more than %d images need --data".formatted(ExportImages.COUNT));
    }
    if (form == Form.MASKED && (measure || block != null)) {
      throw CliException.misuse(
          "%s: the masked form computes every channel; give --form compact"
              .formatted(measure ? "--measure" : "--block"));
    }
  }

  private DynamicNet net(Graph graph) {
    if (!DynamicNet.isDynamic(graph)) {
      throw new CliException(
          SampleRunner.runs(graph)
              ? "%s is compact already: export from the masked network that 'espalier train --dynamic' wrote"
                  .formatted(file)
              : "%s has no gates: make some with 'espalier train %s --dynamic sanp'"
                  .formatted(file, file));
    }
    DynamicNet net = DynamicNet.of(graph);
    if (net.decidesPixels() && form != Form.MASKED) {
      throw new CliException(
          "%s decides pixel by pixel (%s), and no standard convolution leaves single pixels out: give --form masked, or train with --dynamic sanp for a network that skips"
              .formatted(file, net.variant().id()));
    }
    return net;
  }

  private void compact(
      DynamicNet net, ExportImages source, Path target, ObjectNode object, Output output) {
    CompactOptions options = options();
    CompactForm compact =
        measure
            ? PayingLayers.choose(
                net, options, typical(net, source.some()), threads, output.progress())
            : CompactForm.of(net, options);
    CompactCheck found = source.compare(net.graph(), compact.graph(), check);
    if (!found.passed()) {
      throw new CliException(
          "%s was not written: the results of an image differ from the masked network's by %.1e of the largest, more than %.0e"
              .formatted(target, found.maxDifference(), CompactCheck.TOLERANCE));
    }
    OnnxWriter.write(compact.graph(), target);
    if (compact.skipping().isEmpty()) {
      output.warn("no layer skips: %s is no faster than the masked network".formatted(target));
    }
    output.print(table(net, compact));
    output.print(
        "wrote %s: %d of %d gated layers skip; largest difference to the masked network %.1e on %d images, whose layers used no channel %d times, one %d times, all %d times"
            .formatted(
                target,
                compact.skipping().size(),
                net.gates().size(),
                found.maxDifference(),
                found.samples(),
                found.none(),
                found.one(),
                found.all()));
    object.put("block", options.block()).put("measured", measure);
    object.put("maxDifference", found.maxDifference()).put("samples", found.samples());
    object.put("none", found.none()).put("one", found.one()).put("all", found.all());
    ArrayNode layers = object.putArray("layers");
    net.gates()
        .forEach(
            gate -> {
              String reason = compact.masked().getOrDefault(gate.layer(), "");
              ObjectNode layer = layers.addObject().put("layer", gate.layer());
              layer.put("channels", gate.channels()).put("skips", reason.isEmpty());
              if (!reason.isEmpty()) {
                layer.put("reason", reason);
              }
            });
  }

  private CompactOptions options() {
    if (form == Form.COMPACT) {
      return CompactOptions.defaults().withBlock(block == null ? 1 : block);
    }
    int size = block == null ? RuntimeBlock.ofThisMachine() : block;
    try {
      return CompactOptions.blocked().withBlock(size);
    } catch (IllegalArgumentException wrong) {
      throw CliException.misuse("--block: " + wrong.getMessage());
    }
  }

  private static String table(DynamicNet net, CompactForm compact) {
    Table table = Table.of("layer", ">channels", "skips");
    net.gates()
        .forEach(
            gate -> {
              String reason = compact.masked().get(gate.layer());
              table.row(gate.layer(), gate.channels(), reason == null ? "yes" : "no: " + reason);
            });
    return table.toString();
  }

  /** The image whose cost is the median. */
  private static Tensor typical(DynamicNet net, Tensor images) {
    List<SampleUse> uses = uses(net.graph(), images);
    long median = costs(net.graph(), uses).quantile(0.5);
    int index = uses.stream().map(SampleUse::macs).toList().indexOf(median);
    return images.select(0, new int[] {index});
  }

  private static List<SampleUse> uses(Graph graph, Tensor images) {
    try (SampleRunner runner = SampleRunner.of(graph, OrtOptions.fast(1))) {
      return runner.run(images).samples();
    }
  }

  private static SampleCosts costs(Graph graph, Tensor images) {
    return costs(graph, uses(graph, images));
  }

  private static SampleCosts costs(Graph graph, List<SampleUse> uses) {
    long dense = SampleRunner.denseMacs(graph);
    return new SampleCosts(dense, uses.stream().mapToLong(SampleUse::macs).toArray());
  }
}
