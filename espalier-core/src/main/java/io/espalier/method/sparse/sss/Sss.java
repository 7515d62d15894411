package io.espalier.method.sparse.sss;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Settings;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sparse structure selection: a factor on each structure, an l1 penalty on the factors, and
 * accelerated proximal gradient descent, which sets factors to exactly zero.
 */
public final class Sss implements MethodProvider {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "sss",
        MethodKind.SPARSE_TRAINING,
        "Data-Driven Sparse Structure Selection for Deep Neural Networks",
        "Huang, Wang; ECCV 2018; arXiv:1707.01213",
        2018,
        Set.of(Need.TRAINING),
        ProximalSettings.all(Stream.of()),
        "Trains factors on channels, convolution groups or blocks until the needless ones are"
            + " zero.");
  }

  @Override
  public Procedure create(Settings settings) {
    return ProximalSettings.selection(settings, structures -> new Weighting.Even());
  }
}
