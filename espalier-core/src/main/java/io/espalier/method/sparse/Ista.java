package io.espalier.method.sparse;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Iterative shrinkage and thresholding of the scales of batch normalisation. */
public final class Ista implements MethodProvider {
  private static final String ID = "ista";
  private static final String RHO = "rho";
  private static final String ALPHA = "alpha";

  @Override
  public MethodInfo info() {
    List<Setting> settings = new ArrayList<>(SparseTraining.settings(10, 0.1, 1e-4, 4));
    settings.add(Setting.number(RHO, 0.005, "factor of the penalty on the scales"));
    settings.add(
        Setting.number(
            ALPHA,
            0.3,
            "what scales are multiplied by, and their readers divided by, in training"));
    return new MethodInfo(
        ID,
        MethodKind.SPARSE_TRAINING,
        "Rethinking the Smaller-Norm-Less-Informative Assumption in Channel Pruning of Convolution"
            + " Layers",
        "Ye, Lu, Lin, Wang; ICLR 2018; arXiv:1802.00124",
        2018,
        Set.of(Need.WEIGHTS, Need.BATCH_NORM, Need.TRAINING),
        settings,
        "Trains with proximal steps that make scales of batch normalisation exactly zero, and"
            + " removes those channels.");
  }

  @Override
  public Procedure create(Settings settings) {
    return new IterativeShrinkage(
        SparseTraining.of(ID, settings),
        Ranges.notNegative(ID, settings, RHO),
        Ranges.positive(ID, settings, ALPHA));
  }
}
