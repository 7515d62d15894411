package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.dynamic.SampleCosts;

/** What a number of images cost, as JSON. */
final class CostsJson {
  private CostsJson() {}

  static ObjectNode of(SampleCosts costs) {
    ObjectNode macs = Output.object().put("dense", costs.dense());
    macs.put("mean", costs.mean()).put("share", costs.share());
    macs.put("deviation", costs.deviation()).put("least", costs.quantile(0));
    return macs.put("median", costs.quantile(0.5)).put("most", costs.quantile(1));
  }

  /** One line for people. */
  static String text(SampleCosts costs) {
    return "%s MACs for the mean image, %s of all channels' %s; standard deviation %s, from %s to %s"
        .formatted(
            Numbers.count(Math.round(costs.mean())),
            Numbers.percent(costs.share()),
            Numbers.count(costs.dense()),
            Numbers.percent(costs.deviation() / costs.dense()),
            Numbers.count(costs.quantile(0)),
            Numbers.count(costs.quantile(1)));
  }
}
