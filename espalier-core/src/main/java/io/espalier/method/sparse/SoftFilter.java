package io.espalier.method.sparse;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.method.criterion.UnitScores;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Soft filter pruning: the smallest filters become zero after each epoch, and may grow back. */
public final class SoftFilter implements MethodProvider {
  private static final String ID = "soft-filter";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "learning-rate";
  private static final String DECAY = "weight-decay";
  private static final String INTERVAL = "interval";
  private static final String SHARE = "share";
  private static final String ZERO = "zero";
  private static final int MOST = 100_000;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        ID,
        MethodKind.SPARSE_TRAINING,
        "Soft Filter Pruning for Accelerating Deep Convolutional Neural Networks",
        "He, Kang, Dong, Fu, Yang; IJCAI 2018; arXiv:1808.06866",
        2018,
        Set.of(Need.WEIGHTS, Need.TRAINING),
        List.of(
            Setting.integer(EPOCHS, 200, "epochs of training with soft pruning"),
            Setting.number(RATE, 0.01, "learning rate at the start of that training"),
            Setting.number(DECAY, 5e-4, "weight decay in that training"),
            Setting.integer(INTERVAL, 1, "epochs from one zeroing to the next"),
            Setting.number(
                SHARE, 0.3, "share of each layer's filters that goes where no budget is given"),
            Setting.choice(
                ZERO,
                "filters",
                List.of("filters", "channels"),
                "filters: their weights become zero; channels: also what else makes the channel"
                    + " emit something, shifts and running means"),
            UnitScores.membersSetting(),
            UnitScores.scaleSetting("mean")),
        "Sets the smallest filters to zero after each epoch of training, lets them grow back, and"
            + " removes them at the end.");
  }

  @Override
  public Procedure create(Settings settings) {
    Map<String, String> all = settings.toMap();
    return new SoftPruning(
        (int) Ranges.integer(ID, settings, EPOCHS, 1, MOST),
        Ranges.positive(ID, settings, RATE),
        Ranges.notNegative(ID, settings, DECAY),
        (int) Ranges.integer(ID, settings, INTERVAL, 1, MOST),
        Ranges.share(ID, settings, SHARE),
        settings.choice(ZERO).equals("channels"),
        Map.of("members", all.get("members"), "scale", all.get("scale")));
  }
}
