package io.espalier.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.espalier.data.Augmentation;
import io.espalier.torch.Precision;
import java.util.function.Consumer;

/**
 * How to train. {@link #defaults()} is a starting point that is changed by {@code with...}; the
 * JSON form has one entry a component.
 *
 * @param epochs passes over the training split
 * @param batchSize images a step
 * @param learningRate the peak rate, which the schedule scales
 * @param momentum share of the last update that is kept; 0 for plain gradient descent
 * @param nesterov looks ahead along the momentum
 * @param weightDecay L2 penalty's factor on a weight's gradient
 * @param decayNormAndBias whether weight decay also holds for the scales and shifts of batch
 *     normalisation and for biases
 * @param clipNorm largest norm of all gradients together; 0 clips nothing
 * @param schedule how the learning rate moves
 * @param labelSmoothing share of each label that is spread over all classes
 * @param precision arithmetic of the forward and backward pass; weights stay in float32
 * @param seed of the order of the images, their augmentation and dropout
 * @param augmentation random changes of training images
 * @param evaluateEvery epochs between two evaluations on the validation split; the last epoch is
 *     always evaluated
 * @param distillation what is learned from a teacher
 * @param threads threads of one operator; another number gives other bits
 * @param checkpointSeconds seconds between two checkpoints inside an epoch
 */
public record TrainOptions(
    int epochs,
    int batchSize,
    double learningRate,
    double momentum,
    boolean nesterov,
    double weightDecay,
    boolean decayNormAndBias,
    double clipNorm,
    Schedule schedule,
    double labelSmoothing,
    Precision precision,
    long seed,
    Augmentation augmentation,
    int evaluateEvery,
    Distillation distillation,
    int threads,
    int checkpointSeconds) {
  public TrainOptions {
    require(epochs >= 1, "epochs must be 1 or more", epochs);
    require(batchSize >= 1, "batch size must be 1 or more", batchSize);
    require(
        learningRate > 0 && isFinite(learningRate), "learning rate must be above 0", learningRate);
    require(momentum >= 0 && momentum < 1, "momentum must be from 0 to below 1", momentum);
    require(!nesterov || momentum > 0, "Nesterov needs a momentum above 0", momentum);
    require(
        weightDecay >= 0 && isFinite(weightDecay), "weight decay must be 0 or more", weightDecay);
    require(clipNorm >= 0 && isFinite(clipNorm), "clip norm must be 0 or more", clipNorm);
    require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label smoothing must be from 0 to below 1",
        labelSmoothing);
    require(evaluateEvery >= 1, "epochs between evaluations must be 1 or more", evaluateEvery);
    require(threads >= 1, "threads must be 1 or more", threads);
    require(checkpointSeconds >= 0, "checkpoint seconds must be 0 or more", checkpointSeconds);
  }

  /**
   * Nesterov SGD at rate 0.1 under a cosine, 10 epochs of batches of 128, standard augmentation.
   */
  public static TrainOptions defaults() {
    return new TrainOptions(
        10,
        128,
        0.1,
        0.9,
        true,
        5e-4,
        false,
        0,
        Schedule.cosine(),
        0,
        Precision.FLOAT32,
        1,
        Augmentation.STANDARD,
        1,
        new Distillation.None(),
        Runtime.getRuntime().availableProcessors(),
        60);
  }

  public TrainOptions withEpochs(int value) {
    return edit(draft -> draft.epochs = value);
  }

  public TrainOptions withBatchSize(int value) {
    return edit(draft -> draft.batchSize = value);
  }

  public TrainOptions withLearningRate(double value) {
    return edit(draft -> draft.learningRate = value);
  }

  public TrainOptions withMomentum(double value) {
    return edit(draft -> draft.momentum = value);
  }

  public TrainOptions withNesterov(boolean value) {
    return edit(draft -> draft.nesterov = value);
  }

  public TrainOptions withWeightDecay(double value) {
    return edit(draft -> draft.weightDecay = value);
  }

  public TrainOptions withDecayNormAndBias(boolean value) {
    return edit(draft -> draft.decayNormAndBias = value);
  }

  public TrainOptions withClipNorm(double value) {
    return edit(draft -> draft.clipNorm = value);
  }

  public TrainOptions withSchedule(Schedule value) {
    return edit(draft -> draft.schedule = value);
  }

  public TrainOptions withLabelSmoothing(double value) {
    return edit(draft -> draft.labelSmoothing = value);
  }

  public TrainOptions withPrecision(Precision value) {
    return edit(draft -> draft.precision = value);
  }

  public TrainOptions withSeed(long value) {
    return edit(draft -> draft.seed = value);
  }

  public TrainOptions withAugmentation(Augmentation value) {
    return edit(draft -> draft.augmentation = value);
  }

  public TrainOptions withEvaluateEvery(int value) {
    return edit(draft -> draft.evaluateEvery = value);
  }

  public TrainOptions withDistillation(Distillation value) {
    return edit(draft -> draft.distillation = value);
  }

  public TrainOptions withThreads(int value) {
    return edit(draft -> draft.threads = value);
  }

  public TrainOptions withCheckpointSeconds(int value) {
    return edit(draft -> draft.checkpointSeconds = value);
  }

  /** The options as JSON. */
  public JsonNode toJson() {
    return Json.MAPPER.valueToTree(this);
  }

  /**
   * The options that {@link #toJson()} gave.
   *
   * @throws IllegalArgumentException if an entry is missing, unknown or out of range
   */
  public static TrainOptions fromJson(JsonNode json) {
    try {
      return Json.MAPPER.treeToValue(json, TrainOptions.class);
    } catch (JsonProcessingException problem) {
      throw new IllegalArgumentException("options: " + problem.getOriginalMessage(), problem);
    }
  }

  /** SHA-256 of what decides about the result: everything but how often checkpoints are written. */
  public String digest() {
    return Digests.of(identity().toString());
  }

  /** The options that two runs must share to be the same run. */
  JsonNode identity() {
    return withCheckpointSeconds(0).toJson();
  }

  private static boolean isFinite(double value) {
    return value < Double.POSITIVE_INFINITY;
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", but got " + got);
    }
  }

  private TrainOptions edit(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.finish();
  }

  private static final class Draft {
    private int epochs;
    private int batchSize;
    private double learningRate;
    private double momentum;
    private boolean nesterov;
    private double weightDecay;
    private boolean decayNormAndBias;
    private double clipNorm;
    private Schedule schedule;
    private double labelSmoothing;
    private Precision precision;
    private long seed;
    private Augmentation augmentation;
    private int evaluateEvery;
    private Distillation distillation;
    private int threads;
    private int checkpointSeconds;

    private Draft(TrainOptions from) {
      epochs = from.epochs;
      batchSize = from.batchSize;
      learningRate = from.learningRate;
      momentum = from.momentum;
      nesterov = from.nesterov;
      weightDecay = from.weightDecay;
      decayNormAndBias = from.decayNormAndBias;
      clipNorm = from.clipNorm;
      schedule = from.schedule;
      labelSmoothing = from.labelSmoothing;
      precision = from.precision;
      seed = from.seed;
      augmentation = from.augmentation;
      evaluateEvery = from.evaluateEvery;
      distillation = from.distillation;
      threads = from.threads;
      checkpointSeconds = from.checkpointSeconds;
    }

    private TrainOptions finish() {
      return new TrainOptions(
          epochs,
          batchSize,
          learningRate,
          momentum,
          nesterov,
          weightDecay,
          decayNormAndBias,
          clipNorm,
          schedule,
          labelSmoothing,
          precision,
          seed,
          augmentation,
          evaluateEvery,
          distillation,
          threads,
          checkpointSeconds);
    }
  }
}
