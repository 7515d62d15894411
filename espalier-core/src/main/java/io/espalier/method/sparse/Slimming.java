package io.espalier.method.sparse;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.criterion.UnitScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Network slimming: sparse scales of batch normalisation say which channels go. */
public final class Slimming implements MethodProvider {
  private static final String ID = "slimming";
  private static final String LAMBDA = "lambda";
  private static final String SHARE = "share";
  private static final String STREAM = "stream";
  private static final String PASSES = "passes";
  private static final int MOST_PASSES = 100;

  @Override
  public MethodInfo info() {
    List<Setting> settings = new ArrayList<>(SparseTraining.settings(10, 0.1, 1e-4, 4));
    settings.add(Setting.number(LAMBDA, 1e-4, "factor of the penalty on the scales"));
    settings.add(
        Setting.number(SHARE, 0.5, "share of all scales that goes where no budget is given"));
    settings.add(
        Setting.choice(
            STREAM,
            "gather",
            List.of("gather", "joint"),
            "gather: streams stay whole and each reader chooses, where that is possible;"
                + " joint: channels go for all readers"));
    settings.add(Setting.integer(PASSES, 1, "sparse training and cut, that many times"));
    settings.add(UnitScores.membersSetting());
    settings.add(UnitScores.scaleSetting("none"));
    return new MethodInfo(
        ID,
        MethodKind.SPARSE_TRAINING,
        "Learning Efficient Convolutional Networks through Network Slimming",
        "Liu, Li, Shen, Huang, Yan, Zhang; ICCV 2017; arXiv:1708.06519",
        2017,
        Set.of(Need.WEIGHTS, Need.BATCH_NORM, Need.TRAINING),
        settings,
        "Trains with an L1 penalty on the scales of batch normalisation and removes the channels"
            + " with the smallest.");
  }

  @Override
  public Procedure create(Settings settings) {
    return new NetworkSlimming(
        SparseTraining.of(ID, settings),
        Ranges.notNegative(ID, settings, LAMBDA),
        Ranges.share(ID, settings, SHARE),
        settings.choice(STREAM).equals("gather"),
        (int) Ranges.integer(ID, settings, PASSES, 1, MOST_PASSES),
        UnitScores.of(settings));
  }
}
