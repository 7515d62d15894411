package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.dynamic.SampleCosts;
import io.espalier.latency.BenchResult;
import io.espalier.latency.ModelLatency;
import io.espalier.latency.Timing;
import java.util.Map;

/**
 * What a measurement came to, for people and for programs.
 *
 * @param result the times
 * @param costs what the inputs cost in those networks that choose their channels for each, by file
 * @param data which images were used; empty for a random input
 * @param images how many took turns; 0 for a random input
 */
record BenchReport(BenchResult result, Map<String, SampleCosts> costs, String data, int images) {
  /** The table, and what it means. */
  String text() {
    return "%s%n%s%s".formatted(table(), conditions(), sentences());
  }

  private Table table() {
    Table table =
        Table.of(
            "network",
            ">median",
            ">spread",
            ">faster",
            ">samples/s",
            ">MACs",
            ">fewer MACs",
            ">parameters");
    for (ModelLatency model : result.models()) {
      table.row(
          model.name(),
          Numbers.millis(model.timing().medianMillis()),
          Numbers.percent(model.timing().spread()),
          Numbers.factor(model.speedup()),
          Numbers.rate(result.samplesPerSecond(model)),
          Numbers.count(macs(model)),
          Numbers.factor(macRatio(model)),
          Numbers.count(model.cost().params()));
    }
    return table;
  }

  private String conditions() {
    StringBuilder text = new StringBuilder(result.runtime());
    text.append(", batch ").append(result.batch());
    text.append(", ")
        .append(result.threads())
        .append(result.threads() == 1 ? " thread" : " threads");
    if (result.streams() > 1) {
      text.append(", ").append(result.streams()).append(" streams");
    }
    if (images > 0) {
      text.append(", ").append(images).append(" images of ").append(data).append(" in turn");
    }
    int times = result.models().getFirst().timing().runs();
    text.append(", ").append(times);
    return result.runsPerTime() == 1
        ? text.append(" runs each").toString()
        : text.append(" times each, of %d runs".formatted(result.runsPerTime())).toString();
  }

  private String sentences() {
    StringBuilder sentences = new StringBuilder();
    for (ModelLatency model : result.models()) {
      if (costs.containsKey(model.name())) {
        sentences.append(
            "\n%s chooses its channels for each input: %s"
                .formatted(model.name(), CostsJson.text(costs.get(model.name()))));
      } else if (!model.diagnosis().isEmpty()) {
        sentences.append('\n').append(model.name()).append(": ").append(model.diagnosis());
      }
    }
    if (!result.warning().isEmpty()) {
      sentences.append('\n').append(result.warning());
    }
    return sentences.toString();
  }

  /** Of the mean input. */
  private long macs(ModelLatency model) {
    SampleCosts own = costs.get(model.name());
    return own == null ? model.cost().macs() : Math.round(own.mean());
  }

  private double macRatio(ModelLatency model) {
    return 1.0 * macs(result.models().getFirst()) / macs(model);
  }

  ObjectNode object() {
    ObjectNode object = Output.object();
    object.put("runtime", result.runtime());
    object.put("warning", result.warning());
    object.put("batch", result.batch()).put("threads", result.threads());
    object.put("streams", result.streams()).put("runsPerTime", result.runsPerTime());
    if (images > 0) {
      object.put("data", data).put("images", images);
    }
    ArrayNode models = object.putArray("models");
    result.models().forEach(model -> fill(models.addObject(), model));
    return object;
  }

  private void fill(ObjectNode object, ModelLatency model) {
    Timing timing = model.timing();
    object.put("file", model.name()).put("medianMillis", timing.medianMillis());
    object.put("lowerQuartileMillis", timing.lowerQuartileMillis());
    object.put("upperQuartileMillis", timing.upperQuartileMillis());
    object.put("minMillis", timing.minMillis()).put("runs", timing.runs());
    object.put("samplesPerSecond", result.samplesPerSecond(model));
    object.put("macs", macs(model)).put("params", model.cost().params());
    object.put("speedup", model.speedup()).put("macRatio", macRatio(model));
    if (costs.containsKey(model.name())) {
      object.put("diagnosis", "");
      object.set("sampleMacs", CostsJson.of(costs.get(model.name())));
    } else {
      object.put("diagnosis", model.diagnosis());
    }
  }
}
