package io.espalier.method.criterion;

import io.espalier.method.Criterion;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Set;

/** The Euclidean norm of a filter: {@code sqrt(sum w^2)}. */
public final class L2 implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "l2",
        MethodKind.CRITERION,
        "Soft Filter Pruning for Accelerating Deep Convolutional Neural Networks",
        "He, Kang, Dong, Fu, Yang; IJCAI 2018; arXiv:1808.06866 (the criterion alone)",
        2018,
        Set.of(Need.WEIGHTS),
        List.of(
            Norms.weightsSetting(), UnitScores.membersSetting(), UnitScores.scaleSetting("mean")),
        "Removes the filters with the smallest Euclidean norm.");
  }

  @Override
  public Criterion create(Settings settings) {
    UnitScores scores = UnitScores.of(settings);
    return evidence ->
        scores.score(Norms.slots(evidence, settings), rows -> Norms.each(rows, Norms::euclidean));
  }
}
