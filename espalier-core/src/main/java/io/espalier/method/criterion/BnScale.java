package io.espalier.method.criterion;

import io.espalier.channel.Role;
import io.espalier.method.Criterion;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Set;

/** The scale of the batch normalisation behind a channel: {@code |gamma|}. */
public final class BnScale implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "bn-scale",
        MethodKind.CRITERION,
        "Learning Efficient Convolutional Networks through Network Slimming",
        "Liu, Li, Shen, Huang, Yan, Zhang; ICCV 2017; arXiv:1708.06519 (the ranking alone)",
        2017,
        Set.of(Need.WEIGHTS, Need.BATCH_NORM),
        List.of(UnitScores.membersSetting(), UnitScores.scaleSetting("none")),
        "Removes the channels whose batch normalisation has the smallest scale.");
  }

  @Override
  public Criterion create(Settings settings) {
    UnitScores scores = UnitScores.of(settings);
    return evidence ->
        scores.score(evidence.slots(Role.SCALE), rows -> Norms.each(rows, Norms::euclidean));
  }
}
