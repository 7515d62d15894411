package io.espalier.method.sparse.sss;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sparse structure selection in which a factor bears less of the penalty the more the loss is
 * sensitive to it.
 */
public final class SssSensitivity implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "sss-sensitivity",
        MethodKind.SPARSE_TRAINING,
        "Sparse structure selection with a penalty by connection sensitivity",
        "variation of Huang, Wang; ECCV 2018; arXiv:1707.01213",
        2018,
        Set.of(Need.TRAINING),
        ProximalSettings.all(
            Stream.of(
                Setting.choice(
                    "weighting",
                    "inverse",
                    List.of("inverse", "even"),
                    "inverse: mean sensitivity over the factor's own, 0.1 to 10; even: 1, which is"
                        + " sss"),
                Setting.number(
                    "memory", 0.9, "share of the running mean of sensitivities kept at a step"))),
        "As sss, but structures that the loss is sensitive to bear less of the penalty.");
  }

  @Override
  public Procedure create(Settings settings) {
    double memory = settings.number("memory");
    if (!(memory >= 0 && memory < 1)) {
      throw new IllegalArgumentException(
          "method 'sss-sensitivity': memory must be from 0 to below 1, but got " + memory);
    }
    if (settings.choice("weighting").equals("even")) {
      return ProximalSettings.selection(settings, structures -> new Weighting.Even());
    }
    return ProximalSettings.selection(
        settings,
        structures ->
            new Weighting.Sensitivity(
                structures.kinds().stream().map(structures::of).toList(), memory));
  }
}
