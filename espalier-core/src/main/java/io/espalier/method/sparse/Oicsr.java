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

/** Out-in-channel sparsity regularisation: a group lasso over whole channels. */
public final class Oicsr implements MethodProvider {
  private static final String ID = "oicsr";
  private static final String LAMBDA = "lambda";
  private static final String THRESHOLD = "threshold";
  private static final String PASSES = "passes";
  private static final int MOST_PASSES = 100;

  @Override
  public MethodInfo info() {
    List<Setting> settings = new ArrayList<>(SparseTraining.settings(10, 0.1, 1e-4, 4));
    settings.add(Setting.number(LAMBDA, 1e-4, "factor of the penalty on the channels' norms"));
    settings.add(
        Setting.number(
            THRESHOLD,
            0.01,
            "norm up to which channels go where no budget is given, as a share of the median"
                + " norm"));
    settings.add(Setting.integer(PASSES, 1, "sparse training and cut, that many times"));
    return new MethodInfo(
        ID,
        MethodKind.SPARSE_TRAINING,
        "OICSR: Out-In-Channel Sparsity Regularization for Compact Deep Neural Networks",
        "Li, Qi, Wang, Ge, Li, Yue, Sun; CVPR 2019; arXiv:1905.11664",
        2019,
        Set.of(Need.WEIGHTS, Need.TRAINING),
        settings,
        "Trains with a group lasso over the weights that make and read a channel, and removes the"
            + " channels with the least energy.");
  }

  @Override
  public Procedure create(Settings settings) {
    return new OutInRegularisation(
        SparseTraining.of(ID, settings),
        Ranges.notNegative(ID, settings, LAMBDA),
        Ranges.notNegative(ID, settings, THRESHOLD),
        (int) Ranges.integer(ID, settings, PASSES, 1, MOST_PASSES));
  }
}
