package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.TorchNet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the gates add to the loss of a training step. */
sealed interface GateObjective {
  /**
   * A scalar, or nothing.
   *
   * @param pass the gates of the step
   * @param net the network that is trained
   * @param lambda what follows from the running cost and the budget
   * @param fallen the learning rate's peak over what it is now
   */
  Optional<DeviceTensor> loss(GatePass pass, TorchNet net, double lambda, double fallen);

  /** What of it the budget steers, by name, for people to see. */
  default Map<String, Double> steered(double lambda) {
    return Map.of();
  }

  /** The objective of {@code net} in the joint training. */
  static GateObjective joint(DynamicNet net, GateLearning learning) {
    return switch (net.variant().design()) {
      case GateDesign.Channels channels ->
          switch (channels.choice()) {
            case POSITIVE ->
                new CostOfGates(DynamicCost.of(net), net.saliencies(), learning.control());
            case LARGEST -> new None();
            case WINNERS -> winners(learning);
          };
      case GateDesign.Pixels pixels -> new Thresholds(shifts(net), learning.thresholds());
    };
  }

  /** The objective of {@code net} in the warm-up: no cost. */
  static GateObjective warmUp(DynamicNet net, GateLearning learning) {
    return net.variant().isSteered() ? new None() : joint(net, learning);
  }

  private static List<String> shifts(DynamicNet net) {
    return net.gates().stream().flatMap(gate -> gate.learned().stream()).toList();
  }

  private static GateObjective winners(GateLearning learning) {
    return learning.penalty() == 0 ? new None() : new Winners(learning.penalty());
  }

  /** Nothing: the classification loss alone. */
  record None() implements GateObjective {
    @Override
    public Optional<DeviceTensor> loss(GatePass pass, TorchNet net, double lambda, double fallen) {
      return Optional.empty();
    }
  }

  /**
   * Lambda times the cost term: SANP, equation 9.
   *
   * @param saliencies how many are predicted for a sample
   */
  record CostOfGates(DynamicCost cost, int saliencies, BudgetControl control)
      implements GateObjective {
    @Override
    public Optional<DeviceTensor> loss(GatePass pass, TorchNet net, double lambda, double fallen) {
      if (lambda == 0) {
        return Optional.empty();
      }
      DeviceTensor term =
          control
              .term()
              .of(
                  cost,
                  pass.saliencies(),
                  pass.gates(),
                  saliencies,
                  control.normalised(),
                  lambda > 0);
      return Optional.of(term.mul(lambda * Math.clamp(fallen, 1, control.hold())));
    }

    @Override
    public Map<String, Double> steered(double lambda) {
      return Map.of("lambda", lambda);
    }
  }

  /** A penalty on the saliencies that win: FBS. */
  record Winners(double penalty) implements GateObjective {
    @Override
    public Optional<DeviceTensor> loss(GatePass pass, TorchNet net, double lambda, double fallen) {
      return Optional.of(pass.winners().mul(penalty));
    }
  }

  /**
   * Squared distances of the thresholds to their target: Channel Gating.
   *
   * @param shifts parameters that hold minus the thresholds
   */
  record Thresholds(List<String> shifts, ThresholdLearning learning) implements GateObjective {
    @Override
    public Optional<DeviceTensor> loss(GatePass pass, TorchNet net, double lambda, double fallen) {
      double target = target(lambda);
      return shifts.stream()
          .map(name -> net.parameters().get(name).to(DataType.FLOAT))
          .map(shift -> shift.add(target).square().sum())
          .reduce(DeviceTensor::add)
          .map(sum -> sum.mul(learning.pull()));
    }

    private double target(double lambda) {
      return learning.target().orElse(lambda);
    }

    @Override
    public Map<String, Double> steered(double lambda) {
      return Map.of("target", target(lambda));
    }
  }
}
