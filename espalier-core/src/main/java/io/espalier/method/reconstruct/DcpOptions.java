package io.espalier.method.reconstruct;

/**
 * How channels are selected.
 *
 * @param images how many images to select by
 * @param batch images a batch
 * @param channels channels that are added at once
 * @param rate learning rate of the weights of selected channels
 * @param featureWeight weight of the difference in features
 * @param classWeight weight of the cross entropy
 * @param tolerance relative change of the loss below which nothing more is added, where no budget
 *     says how many channels stay
 */
record DcpOptions(
    int images,
    int batch,
    int channels,
    double rate,
    double featureWeight,
    double classWeight,
    double tolerance) {
  DcpOptions {
    require(rate > 0, "select-rate must be above 0", rate);
    require(featureWeight >= 0, "feature-weight must be 0 or more", featureWeight);
    require(classWeight >= 0, "class-weight must be 0 or more", classWeight);
    require(
        featureWeight + classWeight > 0, "feature-weight and class-weight must not both be 0", 0);
    require(tolerance >= 0 && tolerance < 1, "tolerance must be from 0 to below 1", tolerance);
  }

  private static void require(boolean holds, String rule, double got) {
    if (!holds) {
      throw new IllegalArgumentException("method 'dcp': %s, but got %s".formatted(rule, got));
    }
  }
}
