package io.espalier.cli;

import io.espalier.data.Augmentation;
import io.espalier.data.DataSplits;
import io.espalier.torch.Precision;
import io.espalier.train.Schedule;
import io.espalier.train.TrainOptions;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** How to train; what is not given stays at the command's default. */
final class TrainingOptions {
  /** What says nothing about a network that is only cut and measured. */
  static final String[] ONLY_FOR_TRAINING = {
    "--batch",
    "--lr",
    "--momentum",
    "--no-nesterov",
    "--weight-decay",
    "--decay-all",
    "--clip",
    "--schedule",
    "--warmup",
    "--milestones",
    "--smoothing",
    "--augment",
    "--evaluate-every",
    "--checkpoint-every"
  };

  /** Courses of the learning rate. */
  enum Course {
    COSINE,
    STEP,
    ONE_CYCLE,
    CONSTANT
  }

  @Option(
      names = "--epochs",
      converter = Range.CountOrNone.class,
      paramLabel = "N",
      description =
          "Passes over the training images. Default: 10 of train (0: untrained), 0 of other"
              + " commands.")
  private Integer epochs;

  @Option(
      names = "--batch",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Images a step. Default: 128.")
  private Integer batch;

  @Option(
      names = "--lr",
      converter = Range.Positive.class,
      paramLabel = "RATE",
      description =
          "Peak learning rate. Default: 0.1 for a new network, 0.01 for one that is trained.")
  private Double rate;

  @Option(
      names = "--momentum",
      converter = Range.PartialShare.class,
      paramLabel = "M",
      description = "Default: 0.9, Nesterov.")
  private Double momentum;

  @Option(names = "--no-nesterov", description = "Plain momentum.")
  private boolean plain;

  @Option(
      names = "--weight-decay",
      converter = Range.NotNegative.class,
      paramLabel = "D",
      description = "Default: 5e-4.")
  private Double decay;

  @Option(
      names = "--decay-all",
      description = "Weight decay also on batch normalisation and biases.")
  private boolean decayAll;

  @Option(
      names = "--clip",
      converter = Range.NotNegative.class,
      paramLabel = "NORM",
      description = "Largest norm of all gradients. Default: 0, no limit.")
  private Double clip;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "Course of the rate: cosine (default), step, one-cycle or constant.")
  private Course schedule;

  @Option(
      names = "--warmup",
      converter = Range.NotNegative.class,
      paramLabel = "EPOCHS",
      description = "Epochs in which the rate rises. Default: 0.")
  private Double warmup;

  @Option(
      names = "--milestones",
      paramLabel = "E,E",
      split = ",",
      converter = Range.Positive.class,
      description = "With step: epochs after which the rate falls to a tenth.")
  private List<Double> milestones;

  @Option(
      names = "--smoothing",
      converter = Range.PartialShare.class,
      paramLabel = "S",
      description = "Label smoothing. Default: 0.")
  private Double smoothing;

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "fp32 (default) or bf16, faster on processors that have it.")
  private Precision precision;

  @Option(
      names = "--augment",
      paramLabel = "LIST",
      description = "none, standard (default: crop=4,flip), crop=PIXELS, flip.")
  private Augmentation augment;

  @Option(names = "--seed", paramLabel = "N", description = "Order and augmentation. Default: 1.")
  private Long seed;

  @Option(
      names = "--threads",
      converter = Range.Threads.class,
      paramLabel = "N",
      description = "Threads; another number gives other bits. Default: all processors.")
  private Integer threads;

  @Option(
      names = "--evaluate-every",
      converter = Range.Count.class,
      paramLabel = "N",
      description = "Epochs between evaluations on the validation split. Default: 1.")
  private Integer evaluateEvery;

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      converter = Range.PartialShare.class,
      description = "Share of the training images to set aside and measure on. Default: 0.")
  private double validation;

  @Option(
      names = "--checkpoint-every",
      converter = Range.CountOrNone.class,
      paramLabel = "SECONDS",
      description = "Seconds between checkpoints inside an epoch. Default: 60.")
  private Integer checkpointSeconds;

  /** Whether anything is trained, where without {@code --epochs} nothing is. */
  boolean trains() {
    return epochs != null && epochs > 0;
  }

  int epochs(int otherwise) {
    return epochs == null ? otherwise : epochs;
  }

  long seed() {
    return seed == null ? 1 : seed;
  }

  /** {@code splits} with as many training images set aside as was asked for. */
  DataSplits setAside(DataSplits splits) {
    return splits.withValidation(validation, seed());
  }

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  int batch() {
    return batch == null ? 128 : batch;
  }

  Precision precision() {
    return precision == null ? Precision.FLOAT32 : precision;
  }

  static Precision parsePrecision(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "fp32", "float32" -> Precision.FLOAT32;
      case "bf16", "bfloat16" -> Precision.BFLOAT16;
      default ->
          throw new IllegalArgumentException("expected fp32 or bf16, but got '%s'".formatted(text));
    };
  }

  /** {@code base} with everything that was given. */
  TrainOptions over(TrainOptions base) {
    TrainOptions options =
        base.withEpochs(Math.max(1, epochs(base.epochs())))
            .withBatchSize(batch == null ? base.batchSize() : batch)
            .withLearningRate(rate == null ? base.learningRate() : rate)
            .withWeightDecay(decay == null ? base.weightDecay() : decay)
            .withDecayNormAndBias(decayAll || base.decayNormAndBias())
            .withClipNorm(clip == null ? base.clipNorm() : clip)
            .withLabelSmoothing(smoothing == null ? base.labelSmoothing() : smoothing)
            .withPrecision(precision == null ? base.precision() : precision)
            .withSeed(seed == null ? base.seed() : seed)
            .withThreads(threads == null ? base.threads() : threads)
            .withEvaluateEvery(evaluateEvery == null ? base.evaluateEvery() : evaluateEvery);
    options = momentum(options);
    if (augment != null) {
      options = options.withAugmentation(augment);
    }
    if (checkpointSeconds != null) {
      options = options.withCheckpointSeconds(checkpointSeconds);
    }
    return options.withSchedule(course(options));
  }

  private TrainOptions momentum(TrainOptions options) {
    double value = momentum == null ? options.momentum() : momentum;
    boolean nesterov = options.nesterov() && !plain && value > 0;
    return options.withNesterov(false).withMomentum(value).withNesterov(nesterov);
  }

  private Schedule course(TrainOptions options) {
    if (schedule == null && warmup == null && milestones == null) {
      return options.schedule();
    }
    Course course = milestones == null ? Course.COSINE : Course.STEP;
    double rise = warmup == null ? 0 : warmup;
    return switch (schedule == null ? course : schedule) {
      case COSINE -> new Schedule.Cosine(rise, 0);
      case CONSTANT -> new Schedule.Constant(rise);
      case STEP -> new Schedule.Step(rise, milestones(options.epochs()), 0.1);
      case ONE_CYCLE ->
          warmup == null
              ? Schedule.oneCycle(options.epochs())
              : new Schedule.OneCycle(rise, 0.04, 1e-4);
    };
  }

  private List<Double> milestones(int all) {
    if (milestones == null) {
      return List.of(0.5 * all, 0.75 * all);
    }
    if (!milestones.equals(milestones.stream().sorted().distinct().toList())) {
      throw CliException.misuse(
          "--milestones: expected epochs that ascend, but got %s".formatted(milestones));
    }
    return milestones;
  }
}
