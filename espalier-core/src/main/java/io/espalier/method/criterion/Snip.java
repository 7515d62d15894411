package io.espalier.method.criterion;

import io.espalier.channel.Role;
import io.espalier.data.Dataset;
import io.espalier.method.DataCriterion;
import io.espalier.method.ImagePass;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.UnitGates;
import io.espalier.method.Workbench;
import io.espalier.surgery.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Connection sensitivity of channels: {@code |dL/dq|} of a gate q on each channel where it is read,
 * or {@code |w dL/dw|} added up over the filter.
 */
public final class Snip implements MethodProvider {
  private static final String FORM = "form";
  private static final String AVERAGE = "average";
  private static final String IMAGES = "images";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "snip",
        MethodKind.CRITERION,
        "SNIP: Single-shot Network Pruning based on Connection Sensitivity",
        "Lee, Ajanthan, Torr; ICLR 2019; arXiv:1810.02340 (for channels; snip-weights is the"
            + " original)",
        2019,
        Set.of(Need.WEIGHTS, Need.GRADIENTS, Need.LABELS),
        List.of(
            Setting.choice(
                FORM,
                "gate",
                List.of("gate", "weights", "weights-mean"),
                "gate: sensitivity to a gate on the channel; weights: sum over the filter of |w"
                    + " dL/dw|; weights-mean: their mean"),
            Setting.choice(
                AVERAGE,
                "signed",
                List.of("signed", "absolute"),
                "of gates: |mean over images| or the mean of each image's absolute value"),
            Setting.integer(IMAGES, 128, "number of training images to measure on"),
            UnitScores.membersSetting("sum"),
            UnitScores.scaleSetting("none")),
        "Removes the channels that the loss is least sensitive to; also on untrained networks.");
  }

  @Override
  public DataCriterion create(Settings settings) {
    UnitScores scores = UnitScores.of(settings);
    int images = Samples.count("snip", IMAGES, settings);
    String form = settings.choice(FORM);
    boolean signed = settings.choice(AVERAGE).equals("signed");
    if (form.equals("gate")) {
      return bench -> byGates(bench, ImagePass.sample(bench, images), signed, scores);
    }
    if (!signed) {
      throw new IllegalArgumentException(
          "method 'snip': average=absolute is of gates, but form is %s: use form=gate"
              .formatted(form));
    }
    UnitScores.RowScores adding =
        rows -> Norms.each(rows, form.equals("weights") ? Norms::sumOfAbsolutes : Snip::mean);
    return bench -> byWeights(bench, ImagePass.sample(bench, images), adding, scores);
  }

  private static double mean(double[] row) {
    return Norms.sumOfAbsolutes(row) / Math.max(1, row.length);
  }

  private static Scores byGates(
      Workbench bench, Dataset images, boolean signed, UnitScores scores) {
    UnitGates gates = UnitGates.of(bench.graph(), bench.channels());
    GateSlopes slopes = GateSlopes.measure(bench, gates, images, bench.evaluation().batchSize());
    double[] all =
        signed ? Arrays.stream(slopes.mean()).map(Math::abs).toArray() : slopes.meanAbsolute();
    return new Scores(gates.byGroup(all).stream().map(scores::scaled).toList());
  }

  private static Scores byWeights(
      Workbench bench, Dataset images, UnitScores.RowScores adding, UnitScores scores) {
    Map<String, double[]> slopes = WeightSlopes.mean(bench, images);
    return Scores.of(
        bench.channels(),
        group ->
            scores
                .scoreRows(
                    WeightSlopes.rows(
                        bench.graph(), group, Role.OUTPUT, slopes, (w, slope) -> w * slope),
                    adding)
                .orElseGet(() -> Samples.stays(group)));
  }
}
