package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.cost.Cost;
import io.espalier.latency.BenchResult;
import io.espalier.latency.ModelLatency;
import io.espalier.method.PruneResult;
import io.espalier.train.Accuracy;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a prune came to, for people and for programs.
 *
 * @param asked what was asked for, in one line
 * @param result what the library found
 * @param beforeBytes size of the original file
 * @param files what was written
 * @param latency the original network and the smaller one, if they were measured
 */
record PruneReport(
    String asked,
    PruneResult result,
    long beforeBytes,
    WrittenFiles files,
    Optional<BenchResult> latency) {

  /** The table at the end, and what the checks found. */
  String text(long afterBytes) {
    Table table = Table.of("", ">before", ">after", ">left");
    count(table, "MACs", Cost::macs);
    count(table, "FLOPs", Cost::flops);
    count(table, "parameters", Cost::params);
    table.row(
        "file",
        Numbers.bytes(beforeBytes),
        Numbers.bytes(afterBytes),
        Numbers.percent((double) afterBytes / beforeBytes));
    latency.ifPresent(measured -> latency(table, measured));
    accuracies(table);
    StringBuilder text = new StringBuilder(asked).append('\n').append(table);
    diagnosis().ifPresent(sentence -> text.append('\n').append(sentence));
    latency
        .map(BenchResult::warning)
        .filter(warning -> !warning.isEmpty())
        .ifPresent(warning -> text.append('\n').append(warning));
    alignment().ifPresent(sentence -> text.append('\n').append(sentence));
    new Proofs(result.findings()).lines().forEach(line -> text.append('\n').append(line));
    return text.toString();
  }

  private void count(Table table, String name, ToLongFunction<Cost> quantity) {
    long before = quantity.applyAsLong(result.before());
    long after = quantity.applyAsLong(result.after());
    table.row(
        name,
        Numbers.count(before),
        Numbers.count(after),
        Numbers.percent((double) after / before));
  }

  private static void latency(Table table, BenchResult measured) {
    ModelLatency before = measured.models().get(0);
    ModelLatency after = measured.models().get(1);
    table.row(
        "latency, %d thread%s".formatted(measured.threads(), measured.threads() == 1 ? "" : "s"),
        Numbers.millis(before.timing().medianMillis()),
        Numbers.millis(after.timing().medianMillis()),
        Numbers.factor(after.speedup()) + (after.speedup() < 1 ? " as fast" : " faster"));
  }

  private void accuracies(Table table) {
    PruneResult.Accuracies measured = result.accuracy();
    if (measured.original().isEmpty()) {
      return;
    }
    Accuracy before = measured.original().get();
    String name = "accuracy, %d images".formatted(before.images());
    boolean tuned = measured.fineTuned().isPresent();
    measured
        .afterCut()
        .ifPresent(a -> table.row(tuned ? "  after the cut" : name, cell(before), cell(a), ""));
    measured.fineTuned().ifPresent(a -> table.row(name, cell(before), cell(a), ""));
    validation()
        .ifPresent(a -> table.row("validation, %d images".formatted(a.images()), "", cell(a), ""));
  }

  /** On the images that were set aside, after the last epoch. */
  private Optional<Accuracy> validation() {
    return result.history().isEmpty() ? Optional.empty() : result.history().getLast().validation();
  }

  private static String cell(Accuracy accuracy) {
    return Numbers.accuracy(accuracy.top1());
  }

  private Optional<String> diagnosis() {
    return latency
        .map(measured -> measured.models().get(1).diagnosis())
        .filter(sentence -> !sentence.isEmpty());
  }

  /** A budget that could not be met with aligned widths is among the warnings already. */
  private Optional<String> alignment() {
    return result
        .alignment()
        .filter(PruneResult.AlignmentReport::met)
        .map(report -> "every width that changed is a multiple of " + report.align());
  }

  private static void alignment(ObjectNode object, PruneResult.AlignmentReport report) {
    object.put("align", report.align()).put("met", report.met());
    object.set("unaligned", Output.json(report.unaligned()));
    report.nearestMacs().ifPresent(macs -> object.put("nearestMacs", macs));
    if (!report.obstacle().isEmpty()) {
      object.put("obstacle", report.obstacle());
    }
  }

  /** The same for programs. */
  ObjectNode object(long afterBytes) {
    ObjectNode object = Output.object().put("asked", asked);
    object.put("output", files.network().toString());
    object.put("plan", files.plan().toString()).put("record", files.record().toString());
    PruneResult.Accuracies measured = result.accuracy();
    Optional<Accuracy> last = measured.fineTuned().or(measured::afterCut);
    side(object.putObject("before"), result.before(), beforeBytes, 0, measured.original());
    side(object.putObject("after"), result.after(), afterBytes, 1, last);
    measured.afterCut().ifPresent(a -> object.put("accuracyAfterCut", a.top1()));
    validation().ifPresent(a -> object.put("validationAccuracy", a.top1()));
    diagnosis().ifPresent(sentence -> object.put("diagnosis", sentence));
    result.alignment().ifPresent(report -> alignment(object.putObject("alignment"), report));
    new Proofs(result.findings()).fill(object.putObject("proof"));
    object.put("epochs", result.history().size());
    if (!result.records().isEmpty()) {
      object.set("method", result.records());
    }
    object.set("warnings", Output.json(result.warnings()));
    return object;
  }

  private void side(
      ObjectNode object, Cost cost, long bytes, int model, Optional<Accuracy> accuracy) {
    object.put("macs", cost.macs()).put("flops", cost.flops()).put("params", cost.params());
    object.put("activationBytes", cost.activationBytes()).put("bytes", bytes);
    latency.ifPresent(
        all -> object.put("latencyMillis", all.models().get(model).timing().medianMillis()));
    accuracy.ifPresent(a -> object.put("accuracy", a.top1()).put("images", a.images()));
  }
}
