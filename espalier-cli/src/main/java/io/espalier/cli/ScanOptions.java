package io.espalier.cli;

import io.espalier.data.DataSplits;
import io.espalier.method.Methods;
import io.espalier.method.PruneOptions;
import io.espalier.method.search.Sensitivity;
import io.espalier.surgery.PlanOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a scan measures. */
final class ScanOptions {
  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of the scan: criterion, keep, images, recalibrate; see 'espalier methods"
              + " sensitivity'.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--freeze",
      paramLabel = "GLOB",
      description = "Leave out the layers that match, such as '*layer1*'.")
  private List<String> freeze = new ArrayList<>();

  @Option(
      names = "--scope",
      paramLabel = "NAME",
      description =
          "all (default): every channel group; branches: leave out the streams that residual adds"
              + " join.")
  private PlanOptions.Scope scope = PlanOptions.Scope.ALL;

  @Option(
      names = "--validation",
      converter = Range.PartialShare.class,
      paramLabel = "SHARE",
      description =
          "Set this share of the training images aside and measure on them, as prune does with the"
              + " same share and seed.")
  private double validation;

  /** The settings for a scan. */
  PruneOptions toOptions() {
    requireSettings();
    PlanOptions plan =
        new PlanOptions(
            Optional.empty(), PlanOptions.Ranking.GLOBAL, Map.of(), freeze, 0, 1, scope);
    return PruneOptions.of(Sensitivity.ID, plan).withSettings(settings);
  }

  private void requireSettings() {
    for (String pointless : List.of("scan", "objective")) {
      if (settings.containsKey(pointless)) {
        throw CliException.misuse("--set %s: has no effect on a scan".formatted(pointless));
      }
    }
    try {

      Methods.create(Sensitivity.ID, settings);
    } catch (IllegalArgumentException wrong) {
      throw CliException.misuse("--set: " + wrong.getMessage());
    }
  }

  DataSplits setAside(DataSplits splits, long seed) {
    return splits.withValidation(validation, seed);
  }
}
