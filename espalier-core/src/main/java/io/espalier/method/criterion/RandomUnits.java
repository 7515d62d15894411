package io.espalier.method.criterion;

import io.espalier.method.Criterion;
import io.espalier.method.Evidence;
import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Scores without a reason: the control that every other method has to beat. */
public final class RandomUnits implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "random",
        MethodKind.CRITERION,
        "Random filters",
        "a control, as in Mittal, Bhardwaj, Khapra, Ravindran; WACV 2018; arXiv:1801.10447",
        2018,
        Set.of(),
        List.of(),
        "Removes filters at random; the control for every other method.");
  }

  @Override
  public Criterion create(Settings settings) {
    return evidence -> Optional.of(draw(evidence));
  }

  private static double[] draw(Evidence evidence) {
    SplittableRandom random = evidence.random();
    return random.doubles(evidence.units()).toArray();
  }
}
