package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The gates of one training pass. What is made of the values that gates are decided by takes the
 * place of the network's own gates, where a gradient is to reach them. Its tensors live as long as
 * the pass.
 */
final class GatePass implements Taps {
  private final DynamicNet net;
  private final Binarizer binarizer;
  private final ThresholdLearning thresholds;
  private final Set<String> given;
  private final Map<String, Integer> byScore = new HashMap<>();
  private final Map<String, Integer> byGate = new HashMap<>();
  private final DeviceTensor[] scores;
  private final DeviceTensor[] own;
  private final Binarizer.Gates[] gates;

  GatePass(DynamicNet net, Binarizer binarizer, GateLearning learning) {
    this.net = net;
    this.binarizer = binarizer;
    this.thresholds = learning.thresholds();
    this.given = learning.stopsAtInputs() ? means(net) : Set.of();
    int count = net.gates().size();
    this.scores = new DeviceTensor[count];
    this.own = new DeviceTensor[count];
    this.gates = new Binarizer.Gates[count];
    for (int i = 0; i < count; i++) {
      byScore.put(net.gates().get(i).score(), i);
      byGate.put(net.gates().get(i).gate(), i);
    }
  }

  /** What saliencies are predicted from, where that depends on the sample. */
  private static Set<String> means(DynamicNet net) {
    return net.channelGates().stream()
        .map(ChannelGate::saliency)
        .filter(saliency -> saliency.source() != Saliency.Source.CONSTANT)
        .map(Saliency::squeezed)
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Set<String> values() {
    Set<String> values = new HashSet<>(byScore.keySet());
    values.addAll(given);
    values.addAll(byGate.keySet());
    return values;
  }

  @Override
  public DeviceTensor tap(String value, DeviceTensor tensor) {
    if (given.contains(value)) {
      return tensor.detach();
    }
    Integer score = byScore.get(value);
    if (score != null) {
      scores[score] = tensor.to(DataType.FLOAT);
      return tensor;
    }
    int gate = byGate.get(value);
    own[gate] = CostOfBatch.perChannel(tensor.to(DataType.FLOAT));
    return net.variant().isSteered() ? trained(gate).to(tensor.type()) : tensor;
  }

  private DeviceTensor trained(int gate) {
    return switch (net.gates().get(gate)) {
      case ChannelGate channels -> {
        gates[gate] = binarizer.of(scores[gate], net.block(channels));
        yield gates[gate].code();
      }
      case PixelGate pixels -> StraightThrough.gate(scores[gate], thresholds);
    };
  }

  /** {@code s} of every gate. */
  List<DeviceTensor> saliencies() {
    return Arrays.asList(scores);
  }

  /** What was made of them; only for the rule {@code s > 0}. */
  List<Binarizer.Gates> gates() {
    return Arrays.asList(gates);
  }

  /**
   * The gates without noise, as the network's own nodes made them; as {@link
   * CostOfBatch#perChannel} gives them.
   */
  List<DeviceTensor> clean() {
    return Arrays.asList(own);
  }

  /** The gates of the noisy saliencies; where there is no noise, the same as {@link #clean}. */
  List<DeviceTensor> codes() {
    List<DeviceTensor> codes = new ArrayList<>();
    for (int i = 0; i < own.length; i++) {
      codes.add(gates[i] == null ? own[i] : Binarizer.step(gates[i].noisy()));
    }
    return codes;
  }

  /** Sum of the saliencies that their gates let through, of the mean sample: a scalar. */
  DeviceTensor winners() {
    DeviceTensor sum = null;
    for (int i = 0; i < own.length; i++) {
      DeviceTensor layer = scores[i].abs().mul(own[i]).sum(false, 1).mean();
      sum = sum == null ? layer : sum.add(layer);
    }
    return sum;
  }
}
