package io.espalier.dynamic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.torch.DeviceTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far the gates were open over the steps of an epoch and over the validation images. */
final class GateUse {
  private final List<Gate> gates;
  private final double[] open;
  private double trainedSum;
  private long trained;
  private double evaluatedSum;
  private long evaluated;

  GateUse(DynamicNet net) {
    this.gates = net.gates();
    this.open = new double[gates.size()];
  }

  /** A step whose mean sample cost {@code share} of the original, with these gates. */
  void trained(double share, List<DeviceTensor> batch) {
    trainedSum += share;
    trained++;
    List<DeviceTensor> means = batch.stream().map(gate -> gate.mean().reshape(1)).toList();
    float[] now = DeviceTensor.withoutGradients(() -> DeviceTensor.cat(means, 0).toFloats());
    for (int i = 0; i < open.length; i++) {
      open[i] += now[i];
    }
  }

  /** A batch of validation images. */
  void evaluated(double share, int samples) {
    evaluatedSum += share * samples;
    evaluated += samples;
  }

  /** Shares of the original network's MACs, and the share of open gates in the tightest layer. */
  Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (trained > 0) {
      figures.put("macs", trainedSum / trained);
      double least = 1;
      for (double sum : open) {
        least = Math.min(least, sum / trained);
      }
      figures.put("leastOpen", least);
    }
    if (evaluated > 0) {
      figures.put("validationMacs", evaluatedSum / evaluated);
    }
    return figures;
  }

  void clear() {
    java.util.Arrays.fill(open, 0);
    trainedSum = 0;
    trained = 0;
    evaluatedSum = 0;
    evaluated = 0;
  }

  JsonNode save() {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    state.put("trainedSum", trainedSum).put("trained", trained);
    for (double sum : open) {
      state.withArray("open").add(sum);
    }
    return state;
  }

  void restore(JsonNode state) {
    clear();
    trainedSum = state.path("trainedSum").asDouble();
    trained = state.path("trained").asLong();
    for (int i = 0; i < open.length; i++) {
      open[i] = state.path("open").path(i).asDouble();
    }
  }
}
