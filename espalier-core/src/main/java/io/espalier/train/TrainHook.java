package io.espalier.train;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.Taps;
import java.util.Map;
import java.util.Optional;

/**
 * Takes part in training: a penalty on the loss or on gradients, a proximal step after the update,
 * gates on values. What it remembers from step to step belongs into its {@link #save() state}, so
 * that an interrupted run ends in the same bits.
 */
public interface TrainHook {
  /** A hook that does nothing. */
  TrainHook NONE = new TrainHook() {};

  /** The hook's name and settings, in words; a run goes on only with the same ones. */
  default String identity() {
    return "";
  }

  /**
   * The run starts, also when it goes on; {@link #restore} follows in that case. A parameter for
   * which the hook turns gradients off here stays as it is: neither weight decay nor momentum moves
   * it.
   */
  default void start(TrainRun run) {}

  /** What to read or replace in a forward pass of {@code mode}: TRAIN, or EVAL for validation. */
  default Taps taps(Mode mode) {
    return Taps.none();
  }

  /** A scalar that is added to the loss. */
  default Optional<DeviceTensor> extraLoss(TrainStep step) {
    return Optional.empty();
  }

  /** Gradients are there and not yet clipped. */
  default void afterBackward(TrainStep step) {}

  /** The parameters have been updated. */
  default void afterStep(TrainStep step) {}

  /**
   * What the hook has to say about the epoch that is complete, evaluation included: finite numbers
   * by name, for the epoch's line in {@code metrics.jsonl}.
   */
  default Map<String, Double> figures() {
    return Map.of();
  }

  /** An epoch is complete, evaluation included, and its checkpoint is not yet written. */
  default void endOfEpoch(EpochMetrics metrics) {}

  /** What the hook needs to go on from here. */
  default HookState save() {
    return HookState.EMPTY;
  }

  /** Goes on from what {@link #save()} gave. */
  default void restore(HookState state) {}
}
