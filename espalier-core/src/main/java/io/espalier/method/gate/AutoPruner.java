package io.espalier.method.gate;

import io.espalier.method.MethodInfo;
import io.espalier.method.MethodKind;
import io.espalier.method.MethodProvider;
import io.espalier.method.Need;
import io.espalier.method.Procedure;
import io.espalier.method.Setting;
import io.espalier.method.Settings;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Learns which units stay while it trains the network: a small layer behind each activation makes a
 * code of the batch, {@code v = sigmoid(alpha (W f + b))}, which multiplies the units and is driven
 * to zeros and ones as {@code alpha} grows.
 */
public final class AutoPruner implements MethodProvider {
  private static final String STRUCTURE = "structure";
  private static final String ORDER = "order";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "rate";
  private static final String KEPT = "kept";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "autopruner",
        MethodKind.GATE,
        "AutoPruner: An End-to-End Trainable Filter Pruning Method for Efficient Deep Model"
            + " Inference",
        "Luo, Wu; Pattern Recognition 2020; arXiv:1805.08941",
        2018,
        Set.of(Need.TRAINING),
        List.of(
            Setting.choice(
                STRUCTURE,
                "channels",
                List.of("channels", "blocks"),
                "what goes: channels, or whole residual branches (our reading of the paper)"),
            Setting.choice(
                ORDER,
                "all",
                List.of("all", "stage", "layer"),
                "which groups are learned at the same time: all of them, those of one map size, or"
                    + " one after the other"),
            Setting.integer(EPOCHS, 5, "epochs of training for each of these"),
            Setting.number(RATE, 0.01, "learning rate, a tenth of it in the second half"),
            Setting.number(KEPT, 0.5, "r, the share of ones, where no budget says it"),
            Setting.number(CodeOptions.ALPHA_START, 0.1, "sharpness of the codes at the start"),
            Setting.number(CodeOptions.ALPHA_STOP, 100, "sharpness of the codes at the end"),
            Setting.number(
                CodeOptions.INCREMENT, 1, "what the adaptive rules add to the sharpness to come"),
            Setting.number(
                CodeOptions.LOCK_AFTER,
                0.125,
                "share of the training after which codes that have not taken sides are sharpened"),
            Setting.number(CodeOptions.LAMBDA, 10, "weight of the sparsity loss at the start"),
            Setting.flag(
                CodeOptions.ADAPTIVE,
                true,
                "whether that weight becomes 100 times the distance from the wanted share"),
            Setting.integer(CodeOptions.INTERVAL, 20, "steps between two looks at the codes"),
            Setting.number(
                CodeOptions.INIT_SCALE, 10, "factor on the first weights of the code layers")),
        "Trains a code of zeros and ones with the network and removes the units whose code is"
            + " zero.");
  }

  @Override
  public Procedure create(Settings settings) {
    return new CodePruning(
        CodeOptions.of(settings),
        CodePruning.Structure.valueOf(settings.choice(STRUCTURE).toUpperCase(Locale.ROOT)),
        CodePruning.Order.valueOf(settings.choice(ORDER).toUpperCase(Locale.ROOT)),
        Math.clamp(settings.integer(EPOCHS), 0, Integer.MAX_VALUE),
        settings.number(RATE),
        settings.number(KEPT));
  }
}
