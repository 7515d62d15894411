package io.espalier.method;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** A method as a third party would bring it: removes the last units of each group. */
public final class LastUnits implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "last-units",
        MethodKind.CRITERION,
        "Last units",
        "a test",
        2026,
        Set.of(),
        List.of(Setting.number("slope", 1, "how fast scores fall")),
        "Removes the last units of each group.");
  }

  @Override
  public Criterion create(Settings settings) {
    double slope = settings.number("slope");
    return evidence ->
        Optional.of(
            IntStream.range(0, evidence.units())
                .mapToDouble(unit -> -slope * unit / evidence.units())
                .toArray());
  }
}
