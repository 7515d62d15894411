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
 * ThiNet (Luo, Wu, Lin; ICCV 2017; journal version Luo et al., TPAMI 2019). Layer by layer, a
 * greedy search chooses the inputs whose sum gives a layer's outputs best, and scales what they
 * contribute by least squares.
 *
 * <p>Differs from the paper: no training between layers; every layer loses the same share unless
 * ratios say otherwise; see {@code docs/methods/thinet.md}.
 */
public final class ThiNet implements MethodProvider {
  private static final String GROWS = "grows";
  private static final String IMAGES = "images";
  private static final String PAIRS = "pairs";
  private static final String RESCALE = "rescale";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "thinet",
        MethodKind.RECONSTRUCTION,
        "ThiNet: A Filter Level Pruning Method for Deep Neural Network Compression",
        "Luo, Wu, Lin; ICCV 2017; arXiv:1707.06342",
        2017,
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        List.of(
            Setting.choice(
                GROWS,
                "removed",
                List.of("removed", "kept"),
                "removed: the set that goes grows (ICCV); kept: the set that stays grows, with a"
                    + " fit at each step (journal)"),
            Setting.integer(IMAGES, 10_000, "training images to compare layers on"),
            Setting.integer(PAIRS, 10, "pairs of a position and an output in each image"),
            Setting.flag(RESCALE, true, "whether channels that stay are scaled by least squares")),
        "Chooses each layer's inputs greedily so that their sum gives the layer's outputs.");
  }

  @Override
  public Procedure create(Settings settings) {
    int images = Counts.of("thinet", settings, IMAGES);
    int pairs = Counts.of("thinet", settings, PAIRS);
    boolean rescale = settings.flag(RESCALE);
    GreedyOrder order =
        settings.choice(GROWS).equals("kept") ? GreedyOrder.KEPT : GreedyOrder.REMOVED;
    return new Reconstruction(bench -> new Greedy(Bench.of(bench, images, pairs), order, rescale));
  }
}
