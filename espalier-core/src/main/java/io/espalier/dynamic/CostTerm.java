package io.espalier.dynamic;

import io.espalier.torch.DeviceTensor;
import java.util.List;
import java.util.stream.Stream;

/** What the cost objective adds up, before it is multiplied by lambda. */
public enum CostTerm {
  /** Absolute saliencies, the L1 norm of SANP's equation 9. */
  ABSOLUTE,
  /** Saliencies above 0. */
  POSITIVE,
  /** Saliencies with their sign: it pushes all of them down, or all of them up. */
  SIGNED,
  /** The saturating sigmoids {@code v1}: the number of open gates. */
  GATES,
  /**
   * The MACs that are expected if every gate is open with probability {@code v1}, as a share of the
   * original network. No gradient reaches a gate that is saturated.
   */
  MACS,
  /** As MACS, with the probability {@code sigmoid(v)}, whose gradient never vanishes. */
  SMOOTH_MACS,
  /**
   * As SMOOTH_MACS, but a gate that is decided ({@code v1} is 0 or 1) is pushed no further, and is
   * pushed back as much as one that is about to be decided. So no gate moves so far away while the
   * cost is on one side of the budget that it cannot come back when it is on the other.
   */
  HELD_MACS,
  /**
   * As HELD_MACS, but in each layer the product of the shares of its inputs and of its outputs that
   * are in use is replaced by the mean of their squares, which it is at most and which it is where
   * they are equal. In the product the narrower of two neighbours is pushed the harder, because the
   * other one is wide, until every second layer is closed; here the wider one is.
   */
  EVEN_MACS;

  /** Where {@code v1} becomes 1, and its negative where it becomes 0. */
  private static final double DECIDED =
      Math.log((1 + Binarization.MARGIN) / (Binarization.STRETCH - 1 - Binarization.MARGIN));

  /** Of the sigmoid there: 11/12 of 1/12. */
  private static final double SLOPE = Math.exp(-DECIDED) / Math.pow(1 + Math.exp(-DECIDED), 2);

  /**
   * The term, a scalar: the mean over the batch.
   *
   * @param saliencies {@code s} of every gate, {@code [N, C]} or {@code [1, C]}
   * @param gates what was made of them
   * @param distinct how many saliencies there are; fewer than channels where these share them
   * @param normalised whether the term is a mean over the saliencies, or a sum: a sum of saliencies
   *     is divided by their number, or a share of MACs multiplied by it
   * @param closing whether the term is to fall, so that gates are pushed shut
   */
  DeviceTensor of(
      DynamicCost cost,
      List<DeviceTensor> saliencies,
      List<Binarizer.Gates> gates,
      int distinct,
      boolean normalised,
      boolean closing) {
    double channels = saliencies.stream().mapToLong(layer -> layer.size(1)).sum();
    // A saliency that several channels share is added up as often; where only some layers can be
    // divided into blocks, those count for more and the others for less.
    double divisor = normalised ? channels : channels / distinct;
    return switch (this) {
      case ABSOLUTE -> mean(saliencies.stream().map(DeviceTensor::abs), divisor);
      case POSITIVE -> mean(saliencies.stream().map(DeviceTensor::relu), divisor);
      case SIGNED -> mean(saliencies.stream(), divisor);
      case GATES -> mean(gates.stream().map(Binarizer.Gates::gate), divisor);
      case MACS ->
          share(cost, gates.stream().map(Binarizer.Gates::gate), normalised ? 1 : distinct);
      case SMOOTH_MACS ->
          share(cost, gates.stream().map(g -> g.noisy().sigmoid()), normalised ? 1 : distinct);
      case HELD_MACS ->
          share(cost, gates.stream().map(g -> held(g.noisy(), closing)), normalised ? 1 : distinct);
      case EVEN_MACS ->
          CostOfBatch.evenShare(cost, gates.stream().map(g -> held(g.noisy(), closing)).toList())
              .mul(normalised ? 1 : distinct);
    };
  }

  /** {@code sigmoid(v)} with the gradient that {@link #HELD_MACS} tells of. */
  static DeviceTensor held(DeviceTensor v, boolean closing) {
    double side = closing ? 1 : -1;
    DeviceTensor inside = v.clamp(-DECIDED, DECIDED).sigmoid();
    DeviceTensor beyond = v.mul(side).add(-DECIDED).relu().mul(SLOPE * side);
    DeviceTensor moving = inside.add(beyond);
    return v.sigmoid().sub(moving).detach().add(moving);
  }

  private static DeviceTensor mean(Stream<DeviceTensor> layers, double divisor) {
    return layers
        .map(layer -> layer.sum(false, 1).mean())
        .reduce(DeviceTensor::add)
        .orElseThrow()
        .div(divisor);
  }

  private static DeviceTensor share(DynamicCost cost, Stream<DeviceTensor> gates, long factor) {
    return CostOfBatch.share(cost, gates.toList()).mul(factor);
  }
}
