package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.dynamic.Variant;
import io.espalier.method.MethodInfo;
import io.espalier.method.Methods;
import io.espalier.method.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code espalier methods}. */
@Command(
    name = "methods",
    description = "List the pruning methods, or tell about one.",
    footerHeading = "%nExamples:%n",
    footer = {"  espalier methods", "  espalier methods l1", "  espalier methods --details"})
final class MethodsCommand implements Callable<Integer> {
  @ParentCommand private Espalier parent;
  @Mixin private CommonOptions common;

  @Parameters(arity = "0..1", paramLabel = "ID", description = "One method.")
  private String id;

  @Option(names = "--details", description = "Tell about each: paper, needs and settings.")
  private boolean details;

  @Override
  public Integer call() {
    Output output = common.output(parent);
    Optional<Variant> dynamic = Optional.ofNullable(id).flatMap(Variant::find);
    if (id == null) {
      List<MethodInfo> all = Methods.all();
      output.print(details ? details(all) : table(all));
      ObjectNode object = Output.object();
      ArrayNode methods = object.putArray("methods");
      all.forEach(info -> methods.add(object(info)));
      ArrayNode variants = object.putArray("dynamic");
      List.of(Variant.values()).forEach(variant -> variants.add(DynamicMethods.object(variant)));
      output.result(object);
    } else if (dynamic.isPresent()) {
      output.print(DynamicMethods.detail(dynamic.get()));
      output.result(DynamicMethods.object(dynamic.get()));
    } else {
      MethodInfo info = known(id);
      output.print(detail(info));
      output.result(object(info));
    }
    return 0;
  }

  private static MethodInfo known(String id) {
    try {
      return Methods.get(id).info();
    } catch (IllegalArgumentException unknown) {
      throw CliException.misuse(unknown.getMessage());
    }
  }

  private static String table(List<MethodInfo> methods) {
    Table table = Table.of("method", "kind", "needs", ">year", "~what it does");
    for (MethodInfo info : methods) {
      table.row(info.id(), info.kind().word(), info.needsInWords(), info.year(), info.summary());
    }
    return "%s%n%n%s%n%n'espalier methods ID' tells about one, 'espalier methods --details' about each"
        .formatted(table, DynamicMethods.table());
  }

  private static String details(List<MethodInfo> methods) {
    Stream<String> pruning = methods.stream().map(MethodsCommand::detail);
    Stream<String> dynamic = Stream.of(Variant.values()).map(DynamicMethods::detail);
    return Stream.concat(pruning, dynamic).collect(Collectors.joining("%n%n".formatted()));
  }

  private static String detail(MethodInfo info) {
    StringBuilder text = new StringBuilder();
    text.append("%s (%s)%n  %s%n".formatted(info.id(), info.kind().word(), info.summary()));
    text.append("  paper     %s, %d%n".formatted(info.title(), info.year()));
    text.append("            %s%n".formatted(info.citation()));
    text.append("  needs     %s%n".formatted(info.needsInWords()));
    for (Setting setting : info.settings()) {
      text.append(
          "  --set %s=%s (%s): %s%n"
              .formatted(setting.name(), setting.initial(), setting.values(), setting.meaning()));
    }
    text.append("  page      docs/methods/%s.md".formatted(info.id()));
    return text.toString();
  }

  private static ObjectNode object(MethodInfo info) {
    ObjectNode object = Output.object();
    object.put("id", info.id()).put("kind", info.kind().word()).put("summary", info.summary());
    object.put("title", info.title()).put("citation", info.citation()).put("year", info.year());
    ArrayNode needs = object.putArray("needs");
    info.needs().forEach(need -> needs.add(need.name().toLowerCase(Locale.ROOT)));
    ArrayNode settings = object.putArray("settings");
    for (Setting setting : info.settings()) {
      settings
          .addObject()
          .put("name", setting.name())
          .put("default", setting.initial())
          .put("values", setting.values())
          .put("meaning", setting.meaning());
    }
    return object;
  }
}
