package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The gates of one training pass: where the rule is {@code s > 0}, what the binarizer makes of the
 * saliencies takes the place of the network's own gates. Its tensors live as long as the pass.
 */
final class GatePass implements Taps {
  private final DynamicNet net;
  private final Binarizer binarizer;
  private final Map<String, Integer> bySaliency = new HashMap<>();
  private final Map<String, Integer> byGate = new HashMap<>();
  private final DeviceTensor[] saliencies;
  private final DeviceTensor[] own;
  private final Binarizer.Gates[] gates;

  GatePass(DynamicNet net, Binarizer binarizer) {
    this.net = net;
    this.binarizer = binarizer;
    int count = net.gates().size();
    this.saliencies = new DeviceTensor[count];
    this.own = new DeviceTensor[count];
    this.gates = new Binarizer.Gates[count];
    for (int i = 0; i < count; i++) {
      bySaliency.put(net.gates().get(i).saliency().value(), i);
      byGate.put(net.gates().get(i).gate(), i);
    }
  }

  @Override
  public Set<String> values() {
    Set<String> values = new java.util.HashSet<>(bySaliency.keySet());
    values.addAll(byGate.keySet());
    return values;
  }

  @Override
  public DeviceTensor tap(String value, DeviceTensor tensor) {
    Integer saliency = bySaliency.get(value);
    if (saliency != null) {
      saliencies[saliency] = tensor.to(DataType.FLOAT);
      return tensor;
    }
    int gate = byGate.get(value);
    own[gate] = tensor.to(DataType.FLOAT);
    if (!net.variant().isSteered()) {
      return tensor;
    }
    gates[gate] = binarizer.of(saliencies[gate], net.block(gate));
    return gates[gate].code().to(tensor.type());
  }

  /** {@code s} of every gate. */
  List<DeviceTensor> saliencies() {
    return Arrays.asList(saliencies);
  }

  /** What was made of them; only for the rule {@code s > 0}. */
  List<Binarizer.Gates> gates() {
    return Arrays.asList(gates);
  }

  /** The gates of the saliencies themselves, without noise: what the network's own nodes made. */
  List<DeviceTensor> clean() {
    return Arrays.asList(own);
  }

  /** The gates of the noisy saliencies, zeros and ones. */
  List<DeviceTensor> codes() {
    return net.variant().isSteered()
        ? Arrays.stream(gates).map(made -> Binarizer.step(made.noisy())).toList()
        : clean();
  }

  /** Sum of the saliencies that their gates let through, of the mean sample: a scalar. */
  DeviceTensor winners() {
    DeviceTensor sum = null;
    for (int i = 0; i < own.length; i++) {
      DeviceTensor layer = saliencies[i].abs().mul(own[i]).sum(false, 1).mean();
      sum = sum == null ? layer : sum.add(layer);
    }
    return sum;
  }
}
