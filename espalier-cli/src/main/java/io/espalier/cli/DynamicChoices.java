package io.espalier.cli;

import io.espalier.cost.Budget;
import io.espalier.dynamic.DynamicOptions;
import io.espalier.dynamic.DynamicSettings;
import io.espalier.dynamic.GateLearning;
import io.espalier.dynamic.GateOptions;
import io.espalier.dynamic.Variant;
import io.espalier.train.TrainOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How to make a network choose its channels for each image. */
final class DynamicChoices {
  private static final double HALF = 0.5;

  /** Sets of settings that belong together. */
  enum Preset {
    /** What was measured to work. */
    DEFAULT,
    /** The text of the paper. */
    PAPER
  }

  @Option(
      names = "--dynamic",
      paramLabel = "ID",
      description =
          "Train a network that chooses its channels for each image: sanp, fixed-k, static, fbs or"
              + " channel-gating; see docs/methods/sanp.md.")
  private String id;

  @Option(
      names = {"-b", "--budget"},
      paramLabel = "macs=SHARE",
      description = "What the mean image may cost. Default: macs=50%%.")
  private Budget budget;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "default, or paper: the settings of the paper's text.")
  private Preset preset = Preset.DEFAULT;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting of the dynamic method; docs/methods/sanp.md lists them.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Whether a dynamic network was asked for. */
  boolean asked() {
    return id != null;
  }

  /** What was set without effect, one line each. */
  List<String> withoutEffect() {
    return DynamicSettings.withoutEffect(Variant.of(id), settings.keySet());
  }

  /** Whether a smaller network without gates is written, too. */
  boolean writesACut() {
    return asked() && Variant.find(id).equals(Optional.of(Variant.STATIC));
  }

  /**
   * The options, given those of the joint training.
   *
   * @param isNew whether the network has random weights, so that it is trained by itself first
   */
  DynamicOptions over(TrainOptions joint, boolean isNew) {
    try {
      Variant variant = Variant.of(id);
      TrainOptions warmUp = joint.withEpochs(1);
      DynamicOptions options =
          preset == Preset.PAPER
              ? DynamicOptions.paper(variant, share(), warmUp, joint)
              : DynamicOptions.of(variant, share(), joint).withWarmUp(Optional.of(warmUp));
      options = isNew ? options.withBackbone(Optional.of(joint)) : options;
      return DynamicSettings.apply(options, settings);
    } catch (IllegalArgumentException wrong) {
      throw CliException.misuse(wrong.getMessage());
    }
  }

  private double share() {
    if (budget == null) {
      return HALF;
    }
    if (budget instanceof Budget.Share limit && limit.quantity() == Budget.Quantity.MACS) {
      return limit.share();
    }
    throw CliException.misuse(
        "--budget: a dynamic network needs a share of the MACs, such as macs=35%%, but got %s"
            .formatted(budget));
  }

  /** What was asked for, in one line. */
  static String text(DynamicOptions options) {
    GateOptions gates = options.gates();
    GateLearning learning = options.learning();
    StringBuilder text = new StringBuilder(gates.variant().id());
    text.append(", macs=").append(Numbers.percent(learning.budget()).replace(" ", ""));
    DynamicSettings.all()
        .forEach(
            s -> text.append(", ").append(s.name()).append('=').append(s.read().apply(options)));
    return text.toString();
  }
}
