package io.espalier.method.criterion;

import io.espalier.method.Criterion;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Set;

/** The sum of the absolute weights of a filter: {@code sum |w|}. */
public final class L1 implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "l1",
        MethodKind.CRITERION,
        "Pruning Filters for Efficient ConvNets",
        "Li, Kadav, Durdanovic, Samet, Graf; ICLR 2017; arXiv:1608.08710",
        2017,
        Set.of(Need.WEIGHTS),
        List.of(
            Norms.weightsSetting(), UnitScores.membersSetting(), UnitScores.scaleSetting("mean")),
        "Removes the filters whose absolute weights have the smallest sum.");
  }

  @Override
  public Criterion create(Settings settings) {
    UnitScores scores = UnitScores.of(settings);
    return evidence ->
        scores.score(
            Norms.slots(evidence, settings), rows -> Norms.each(rows, Norms::sumOfAbsolutes));
  }
}
