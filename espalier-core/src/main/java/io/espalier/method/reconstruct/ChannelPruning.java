package io.espalier.method.reconstruct;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Set;

/**
 * Channel pruning by reconstruction of feature maps (He, Zhang, Sun; ICCV 2017). Layer by layer, a
 * LASSO chooses the inputs that a layer needs to make what it made in the network that was given,
 * and least squares fit its weights to those inputs.
 *
 * <p>Differs from the paper: all sampled rows take part in the LASSO (the published code draws
 * 400); every layer loses the same share unless ratios say otherwise; see {@code
 * docs/methods/channel-pruning.md}.
 */
public final class ChannelPruning implements MethodProvider {
  private static final String IMAGES = "images";
  private static final String POSITIONS = "positions";
  private static final String SLACK = "slack";
  private static final String NORMALIZE = "normalize";
  private static final String INTERCEPT = "intercept";
  private static final String COMPENSATE = "compensate";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "channel-pruning",
        MethodKind.RECONSTRUCTION,
        "Channel Pruning for Accelerating Very Deep Neural Networks",
        "He, Zhang, Sun; ICCV 2017; arXiv:1707.06168",
        2017,
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        List.of(
            Setting.integer(IMAGES, 5000, "training images to compare layers on"),
            Setting.integer(POSITIONS, 10, "output positions in each image"),
            Setting.number(
                SLACK,
                0.1,
                "share of the wanted count that the search for the penalty may leave over"),
            Setting.flag(NORMALIZE, true, "whether the LASSO sees each channel's kernel at norm 1"),
            Setting.flag(INTERCEPT, true, "whether regressions have a free constant"),
            Setting.flag(
                COMPENSATE,
                true,
                "whether the last layer of a residual branch makes up for what its shortcut lost")),
        "Chooses each layer's inputs by LASSO and fits its weights so that its outputs stay.");
  }

  @Override
  public Procedure create(Settings settings) {
    int images = Counts.of("channel-pruning", settings, IMAGES);
    int positions = Counts.of("channel-pruning", settings, POSITIONS);
    LassoPath path = new LassoPath(settings.number(SLACK));
    boolean normalize = settings.flag(NORMALIZE);
    boolean intercept = settings.flag(INTERCEPT);
    boolean compensate = settings.flag(COMPENSATE);
    return new Reconstruction(
        bench ->
            new Regression(
                Bench.of(bench, images, positions), path, normalize, intercept, compensate));
  }
}
