package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.cost.Cost;
import io.espalier.latency.BenchResult;
import io.espalier.latency.ModelLatency;
import io.espalier.method.PruneResult;
import io.espalier.train.Accuracy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the demo ends with.
 *
 * @param files where everything lies
 * @param results one a method
 * @param latency the original network, then one a method, if they were measured
 */
record DemoReport(
    DemoFiles files, Map<String, PruneResult> results, Optional<BenchResult> latency) {

  private record Row(
      String name,
      Path file,
      Cost cost,
      Optional<Accuracy> afterCut,
      Optional<Accuracy> accuracy,
      Optional<ModelLatency> latency) {}

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    PruneResult any = results.values().iterator().next();
    Optional<Accuracy> original = any.accuracy().original();
    rows.add(new Row("original", files.network(), any.before(), original, original, measured(0)));
    results.forEach(
        (method, result) ->
            rows.add(
                new Row(
                    method,
                    files.pruned(method).network(),
                    result.after(),
                    result.accuracy().afterCut(),
                    result.accuracy().fineTuned(),
                    measured(rows.size()))));
    return rows;
  }

  private Optional<ModelLatency> measured(int model) {
    return latency.map(all -> all.models().get(model));
  }

  String text() {
    Table table =
        Table.of(
            "network",
            ">MACs",
            ">parameters",
            ">after the cut",
            ">fine-tuned",
            ">latency",
            ">faster");
    List<Row> rows = rows();
    for (Row row : rows) {
      table.row(
          row.name(),
          Numbers.count(row.cost().macs()),
          Numbers.count(row.cost().params()),
          row.name().equals("original") ? "" : accuracy(row.afterCut()),
          accuracy(row.accuracy()),
          row.latency().map(l -> Numbers.millis(l.timing().medianMillis())).orElse("-"),
          row.latency().map(l -> Numbers.factor(l.speedup())).orElse("-"));
    }
    StringBuilder text = new StringBuilder().append(table);
    int images = rows.getFirst().accuracy().map(Accuracy::images).orElse(0);
    text.append("\naccuracy on %d test images; latency of one image, one thread".formatted(images));
    latency
        .map(BenchResult::warning)
        .filter(w -> !w.isEmpty())
        .ifPresent(w -> text.append('\n').append(w));
    rows.forEach(
        row ->
            row.latency()
                .filter(l -> !l.diagnosis().isEmpty())
                .ifPresent(l -> text.append("\n%s: %s".formatted(row.name(), l.diagnosis()))));
    text.append("\n\nThe networks, with plans and records beside them:");
    rows.forEach(row -> text.append("\n  ").append(row.file()));
    text.append("\nNext: espalier inspect %s".formatted(files.network()));
    return text.toString();
  }

  private static String accuracy(Optional<Accuracy> accuracy) {
    return accuracy.map(a -> Numbers.accuracy(a.top1())).orElse("-");
  }

  ObjectNode object() {
    ObjectNode object = Output.object().put("folder", files.folder().toString());
    ArrayNode networks = object.putArray("networks");
    for (Row row : rows()) {
      ObjectNode network = networks.addObject().put("name", row.name());
      network.put("file", row.file().toString());
      network.put("macs", row.cost().macs()).put("params", row.cost().params());
      row.afterCut().ifPresent(a -> network.put("accuracyAfterCut", a.top1()));
      row.accuracy().ifPresent(a -> network.put("accuracy", a.top1()).put("images", a.images()));
      row.latency().ifPresent(l -> network.put("latencyMillis", l.timing().medianMillis()));
      Optional.ofNullable(results.get(row.name()))
          .map(result -> new Proofs(result.findings()).maxDifference())
          .ifPresent(all -> all.ifPresent(most -> network.put("maxDifference", most)));
    }
    return object;
  }
}
