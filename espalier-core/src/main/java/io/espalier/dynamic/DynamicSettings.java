package io.espalier.dynamic;

import static io.espalier.dynamic.Variant.CHANNEL_GATING;
import static io.espalier.dynamic.Variant.FBS;
import static io.espalier.dynamic.Variant.FIXED_K;
import static io.espalier.dynamic.Variant.SANP;
import static io.espalier.dynamic.Variant.STATIC;

import io.espalier.train.TrainOptions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything that a user may choose about the dynamic methods, by name. */
public final class DynamicSettings {
  private static final Set<Variant> ANY = EnumSet.allOf(Variant.class);
  private static final DynamicSetting.Part<SaliencyOptions> SALIENCY =
      new DynamicSetting.Part<>(
          EnumSet.complementOf(EnumSet.of(CHANNEL_GATING)),
          o -> o.gates().saliency(),
          (o, v) -> o.withGates(o.gates().withSaliency(v)));
  private static final DynamicSetting.Part<SaliencyOptions> HIDDEN =
      SALIENCY.on(SANP, FIXED_K, STATIC);
  private static final DynamicSetting.Part<GatedLayers> LAYERS =
      new DynamicSetting.Part<>(
          ANY, o -> o.gates().layers(), (o, v) -> o.withGates(o.gates().withLayers(v)));
  private static final DynamicSetting.Part<GateOptions> GATES =
      new DynamicSetting.Part<>(ANY, DynamicOptions::gates, DynamicOptions::withGates);
  private static final DynamicSetting.Part<Binarization> CODES =
      new DynamicSetting.Part<>(
          EnumSet.of(SANP, STATIC),
          o -> o.learning().binarization(),
          (o, v) -> o.withLearning(o.learning().withBinarization(v)));
  private static final DynamicSetting.Part<BudgetControl> CONTROL =
      new DynamicSetting.Part<>(
          EnumSet.of(SANP, STATIC, CHANNEL_GATING),
          o -> o.learning().control(),
          (o, v) -> o.withLearning(o.learning().withControl(v)));
  private static final DynamicSetting.Part<BudgetControl> COST = CONTROL.on(SANP, STATIC);
  private static final DynamicSetting.Part<ThresholdLearning> THRESHOLDS =
      new DynamicSetting.Part<>(
          EnumSet.of(CHANNEL_GATING),
          o -> o.learning().thresholds(),
          (o, v) -> o.withLearning(o.learning().withThresholds(v)));
  private static final DynamicSetting.Part<GateLearning> LEARNING =
      new DynamicSetting.Part<>(ANY, DynamicOptions::learning, DynamicOptions::withLearning);
  private static final DynamicSetting.Part<DynamicOptions> WHOLE =
      new DynamicSetting.Part<>(ANY, o -> o, (o, v) -> v);

  private static final List<DynamicSetting> ALL =
      List.of(
          HIDDEN.whole(
              "reduction",
              "the hidden width of a saliency is the layer's width over this",
              SaliencyOptions::reduction,
              (s, v) -> s.withHidden(v, s.leastHidden())),
          HIDDEN.whole(
              "least-hidden",
              "the least hidden width",
              SaliencyOptions::leastHidden,
              (s, v) -> s.withHidden(s.reduction(), v)),
          HIDDEN.choice(
              "activation",
              "what the saliencies go through",
              Saliency.Activation.class,
              SaliencyOptions::activation,
              SaliencyOptions::withActivation),
          SALIENCY.of(
              "bias",
              "a number, or none",
              "what the biases of W2 start with",
              s -> s.bias().isEmpty() ? "none" : plain(s.bias()),
              SaliencyOptions::withBias,
              text -> number(text, "none")),
          SALIENCY.number(
              "spread",
              "standard deviation of W2's first weights, times the root of its inputs",
              SaliencyOptions::spread,
              SaliencyOptions::withSpread),
          SALIENCY
              .on(SANP, FIXED_K)
              .flag(
                  "standardise",
                  "whether W1 reads standardised means",
                  SaliencyOptions::standardised,
                  SaliencyOptions::withStandardised),
          SALIENCY.whole(
              "block",
              "how many neighbouring channels are used or not together",
              SaliencyOptions::block,
              SaliencyOptions::withBlock),
          LAYERS.choice(
              "placement",
              "whether convolutions without a normalisation of their own are gated too",
              GatedLayers.Placement.class,
              GatedLayers::placement,
              GatedLayers::withPlacement),
          LAYERS.flag(
              "first-layer",
              "whether convolutions that read the network's input are gated",
              GatedLayers::first,
              GatedLayers::withFirst),
          LAYERS.of(
              "ungated",
              "patterns with commas between them, or none",
              "layers that are not gated",
              l -> l.ungated().isEmpty() ? "none" : String.join(",", l.ungated()),
              GatedLayers::withUngated,
              text -> text.equals("none") ? List.of() : Arrays.asList(text.split(","))),
          GATES
              .on(SANP, FIXED_K, STATIC, FBS)
              .whole(
                  "gate-seed",
                  "seed of the saliencies' weights; by default that of the run",
                  g -> (int) g.seed(),
                  (g, v) -> g.withSeed(v)),
          CODES.number(
              "noise",
              "standard deviation of the noise on saliencies",
              Binarization::noise,
              Binarization::withNoise),
          CODES.choice(
              "course",
              "how the noise goes on",
              Binarization.Course.class,
              Binarization::course,
              Binarization::withCourse),
          CODES.number(
              "soft",
              "share of the gates that are soft in training",
              Binarization::soft,
              Binarization::withSoft),
          CODES.choice(
              "mix",
              "what is soft or hard together",
              Binarization.Mix.class,
              Binarization::mix,
              Binarization::withMix),
          CODES.number(
              "quiet",
              "share of the joint training, at its end, without noise and soft gates",
              Binarization::quiet,
              Binarization::withQuiet),
          COST.choice(
              "term",
              "what the cost objective adds up",
              CostTerm.class,
              BudgetControl::term,
              BudgetControl::withTerm),
          COST.flag(
              "mean",
              "whether the cost objective is a mean over the gated channels, or a sum",
              BudgetControl::normalised,
              BudgetControl::withNormalised),
          CONTROL.number(
              "gain",
              "lambda for a distance of the whole network, lambda_0",
              BudgetControl::gain,
              BudgetControl::withGain),
          CONTROL.number(
              "integral",
              "share of the joint training in which a lasting distance doubles lambda, 0 for never",
              BudgetControl::integral,
              BudgetControl::withIntegral),
          CONTROL.number(
              "ramp",
              "share of the joint training in which the budget comes down from the whole network",
              BudgetControl::ramp,
              BudgetControl::withRamp),
          CONTROL.number(
              "forgetting",
              "share of the integral that is lost a step while it points the other way than the"
                  + " distance",
              BudgetControl::forgetting,
              BudgetControl::withForgetting),
          COST.number(
              "hold",
              "most that lambda is multiplied by as the learning rate falls, 1 for not at all",
              BudgetControl::hold,
              BudgetControl::withHold),
          CONTROL.number(
              "least",
              "the smallest lambda",
              BudgetControl::least,
              (c, v) -> c.withBounds(v, c.most())),
          CONTROL.number(
              "most",
              "the largest lambda",
              BudgetControl::most,
              (c, v) -> c.withBounds(c.least(), v)),
          CONTROL.whole(
              "window",
              "steps that the running cost is averaged over, M",
              BudgetControl::window,
              BudgetControl::withWindow),
          COST.choice(
              "code",
              "which gates the running cost is counted by",
              BudgetControl.Code.class,
              BudgetControl::code,
              BudgetControl::withCode),
          GATES
              .on(CHANNEL_GATING)
              .whole(
                  "p",
                  "the base path of channel-gating reads one in this many of a layer's inputs",
                  GateOptions::parts,
                  GateOptions::withParts),
          THRESHOLDS.of(
              "target",
              "a number, or budget",
              "what the thresholds of channel-gating are drawn to, T; budget for what meets it",
              t -> t.target().isEmpty() ? "budget" : plain(t.target()),
              ThresholdLearning::withTarget,
              text -> number(text, "budget")),
          THRESHOLDS.number(
              "pull",
              "factor of the squared distances to the target in the loss of channel-gating",
              ThresholdLearning::pull,
              ThresholdLearning::withPull),
          THRESHOLDS.number(
              "slope",
              "slope of the sigmoid that is the gradient of a gate of channel-gating, a",
              ThresholdLearning::slope,
              ThresholdLearning::withSlope),
          THRESHOLDS.flag(
              "one-sided",
              "whether closed gates of channel-gating pass no gradient",
              ThresholdLearning::oneSided,
              ThresholdLearning::withOneSided),
          LEARNING
              .on(FBS)
              .number(
                  "penalty",
                  "factor of the winners' saliencies in the loss of fbs",
                  GateLearning::penalty,
                  GateLearning::withPenalty),
          LEARNING.flag(
              "warm-up-norms",
              "whether the warm-up trains everything but kernels, or saliencies alone",
              GateLearning::normsInWarmUp,
              GateLearning::withNormsInWarmUp),
          LEARNING
              .on(SANP, FIXED_K, FBS)
              .flag(
                  "stop-gradient",
                  "whether no gradient of a gate reaches the layers in front of it",
                  GateLearning::stopsAtInputs,
                  GateLearning::withStopsAtInputs),
          WHOLE.whole(
              "backbone-epochs",
              "epochs of the network before it is gated",
              o -> epochs(o.backbone()),
              (o, v) -> o.withBackbone(stage(o, v))),
          WHOLE.whole(
              "warm-up-epochs",
              "epochs of the warm-up",
              o -> epochs(o.warmUp()),
              (o, v) -> o.withWarmUp(stage(o, v))),
          WHOLE.whole(
              "recalibration",
              "batches to measure batch statistics on at the end",
              DynamicOptions::recalibrationBatches,
              DynamicOptions::withRecalibrationBatches));

  private DynamicSettings() {}

  /** All settings, in the order in which they are shown. */
  public static List<DynamicSetting> all() {
    return ALL;
  }

  /**
   * What a user chose without any effect on {@code variant}, by name and in words.
   *
   * @param given names of settings
   */
  public static List<String> withoutEffect(Variant variant, Set<String> given) {
    return ALL.stream()
        .filter(setting -> given.contains(setting.name()) && !setting.variants().contains(variant))
        .map(
            setting ->
                "setting '%s' has no effect on %s, it is for %s"
                    .formatted(setting.name(), variant.id(), ids(setting.variants())))
        .toList();
  }

  private static String ids(Set<Variant> variants) {
    return variants.stream().sorted().map(Variant::id).collect(Collectors.joining(", "));
  }

  /**
   * {@code options} with what a user chose.
   *
   * @param given values by name
   * @throws IllegalArgumentException if a name or a value does not fit; one line
   */
  public static DynamicOptions apply(DynamicOptions options, Map<String, String> given) {
    DynamicOptions result = options;
    for (Map.Entry<String, String> entry : given.entrySet()) {
      result = apply(result, entry.getKey(), entry.getValue());
    }
    return result;
  }

  private static DynamicOptions apply(DynamicOptions options, String name, String value) {
    DynamicSetting setting =
        ALL.stream()
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "dynamic methods have no setting '%s'; there are %s"
                            .formatted(name, names())));
    try {
      return setting.write().apply(options, value);
    } catch (IllegalArgumentException problem) {
      throw new IllegalArgumentException(
          "setting '%s' is %s, but got '%s' (%s)"
              .formatted(name, setting.values(), value, problem.getMessage()),
          problem);
    }
  }

  private static String names() {
    return ALL.stream().map(DynamicSetting::name).collect(Collectors.joining(", "));
  }

  private static String plain(OptionalDouble value) {
    return DynamicSetting.Part.plain(value.getAsDouble());
  }

  /** A number, or none for the word that stands for it. */
  private static OptionalDouble number(String text, String none) {
    return text.equals(none)
        ? OptionalDouble.empty()
        : OptionalDouble.of(DynamicSetting.Part.decimal(text));
  }

  private static int epochs(Optional<TrainOptions> stage) {
    return stage.map(TrainOptions::epochs).orElse(0);
  }

  /** The joint training's options for another number of epochs; none for 0. */
  private static Optional<TrainOptions> stage(DynamicOptions options, int epochs) {
    return epochs == 0 ? Optional.empty() : Optional.of(options.joint().withEpochs(epochs));
  }
}
