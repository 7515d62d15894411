package io.espalier.method.sparse;

import io.espalier.method.Setting;
import io.espalier.method.Settings;
import io.espalier.train.Schedule;
import io.espalier.train.TrainOptions;
import java.util.List;

/**
 * How the training with the penalty goes: what its paper fixes, over what the user chose for all
 * training.
 *
 * @param epochs passes over the training images
 * @param learningRate the rate at the start; a tenth of it from half of the epochs on, a hundredth
 *     from three quarters on
 * @param weightDecay factor of the usual L2 penalty on weights
 * @param reach how far the penalty must be able to go in all of that training, in medians of the
 *     factors that it is to drive to zero
 */
record SparseTraining(int epochs, double learningRate, double weightDecay, double reach) {
  private static final String EPOCHS = "epochs";
  private static final String RATE = "learning-rate";
  private static final String DECAY = "weight-decay";
  private static final String REACH = "reach";
  private static final int MOST_EPOCHS = 100_000;

  static SparseTraining of(String method, Settings settings) {
    return new SparseTraining(
        (int) Ranges.integer(method, settings, EPOCHS, 1, MOST_EPOCHS),
        Ranges.positive(method, settings, RATE),
        Ranges.notNegative(method, settings, DECAY),
        Ranges.notNegative(method, settings, REACH));
  }

  static List<Setting> settings(int epochs, double learningRate, double weightDecay, double reach) {
    return List.of(
        Setting.integer(EPOCHS, epochs, "epochs of training with the penalty"),
        Setting.number(RATE, learningRate, "learning rate at the start of that training"),
        Setting.number(DECAY, weightDecay, "weight decay in that training"),
        Setting.number(
            REACH,
            reach,
            "a weaker penalty is raised until it alone could move the median factor to zero this"
                + " many times in that training; 0 never raises it"));
  }

  /**
   * Options of one training.
   *
   * @param base what the user chose
   * @param pass number of the training, from 1 on: each has other images first
   */
  TrainOptions options(TrainOptions base, int pass) {
    return base.withEpochs(epochs)
        .withLearningRate(learningRate)
        .withWeightDecay(weightDecay)
        .withSchedule(new Schedule.Step(0, List.of(epochs * 0.5, epochs * 0.75), 0.1))
        .withSeed(base.seed() + pass);
  }

  /**
   * The strength of a penalty that is constant in size. Whether it drives a factor to zero depends
   * on the gradients that hold against it; but where the training is too short for the way, nothing
   * arrives, whatever the gradients are.
   *
   * @param asked the strength that the user or the paper says
   * @param median the median of the factors before the training
   * @param speed by how much a factor moves in a step, per strength and learning rate
   * @param options of the training
   * @param images that it is made on
   */
  double strength(double asked, double median, double speed, TrainOptions options, int images) {
    double way = speed * options.learningRate() * rates(options, images);
    return Math.max(asked, way > 0 ? reach * median / way : 0);
  }

  /** The sum of the schedule's factors over all steps. */
  private static double rates(TrainOptions options, int images) {
    long steps = Math.max(1, Math.round((double) images / options.batchSize()));
    long all = steps * options.epochs();
    double sum = 0;
    for (long step = 0; step < all; step++) {
      sum += options.schedule().factor(step, all, options.epochs());
    }
    return sum;
  }

  /** How much faster than by plain steps a parameter moves under a constant gradient. */
  static double momentumSpeed(TrainOptions options) {
    return 1 / (1 - options.momentum());
  }
}
