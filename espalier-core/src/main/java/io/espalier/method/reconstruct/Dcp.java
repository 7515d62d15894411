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
 * Selects the inputs of each layer greedily, by the gradient of a loss that asks for the original
 * feature maps and for classes that can be told apart.
 */
public final class Dcp implements MethodProvider {
  private static final String ID = "dcp";
  private static final String HEADS = "heads";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "rate";
  private static final String IMAGES = "images";
  private static final String BATCH = "batch";
  private static final String CHANNELS = "channels";
  private static final String SELECT_RATE = "select-rate";
  private static final String FEATURE_WEIGHT = "feature-weight";
  private static final String CLASS_WEIGHT = "class-weight";
  private static final String TOLERANCE = "tolerance";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        ID,
        MethodKind.RECONSTRUCTION,
        "Discrimination-aware Channel Pruning for Deep Neural Networks",
        "Zhuang, Tan, Zhuang, Liu, Guo, Wu, Huang, Zhu; NeurIPS 2018; arXiv:1810.11809",
        2018,
        Set.of(Need.TRAINING, Need.LABELS),
        List.of(
            Setting.integer(HEADS, 3, "classifiers on the way, besides the network's own"),
            Setting.integer(EPOCHS, 2, "epochs of training with these before the selection"),
            Setting.number(RATE, 0.01, "learning rate of that training"),
            Setting.integer(IMAGES, 512, "training images to select by"),
            Setting.integer(BATCH, 64, "images a step of the selection"),
            Setting.integer(CHANNELS, 4, "channels that are selected at once"),
            Setting.number(SELECT_RATE, 0.01, "learning rate of what is selected"),
            Setting.number(FEATURE_WEIGHT, 1, "weight of the difference to the original features"),
            Setting.number(CLASS_WEIGHT, 1, "weight of the cross entropy of the next head"),
            Setting.number(
                TOLERANCE,
                0.01,
                "without a budget: relative change of the loss that is not worth a channel")),
        "Adds channels layer by layer, those first that help features and classes most.");
  }

  @Override
  public Procedure create(Settings settings) {
    DcpOptions options =
        new DcpOptions(
            Counts.of(ID, settings, IMAGES),
            Counts.of(ID, settings, BATCH),
            Counts.of(ID, settings, CHANNELS),
            settings.number(SELECT_RATE),
            settings.number(FEATURE_WEIGHT),
            settings.number(CLASS_WEIGHT),
            settings.number(TOLERANCE));
    return new DiscriminationAware(
        options,
        Counts.of(ID, settings, HEADS),
        Counts.of(ID, settings, EPOCHS),
        settings.number(RATE));
  }
}
