package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Taps that show all gates of a pass together, once the last one is there. */
final class GateTrace implements Taps {
  /** Reads the gates of a pass. */
  interface Reader {
    /**
     * @param gates by number of the gate, as {@link CostOfBatch#perChannel} gives them; they live
     *     as long as the scope around the pass
     * @param samples N
     */
    void read(List<DeviceTensor> gates, int samples);
  }

  private final Map<String, Integer> numbers = new HashMap<>();
  private final String input;
  private final Reader reader;
  private final DeviceTensor[] gates;
  private int samples;
  private int seen;

  GateTrace(DynamicNet net, Reader reader) {
    this.input = net.graph().inputs().getFirst().name();
    this.reader = reader;
    this.gates = new DeviceTensor[net.gates().size()];
    for (Gate gate : net.gates()) {
      numbers.put(gate.gate(), numbers.size());
    }
  }

  @Override
  public Set<String> values() {
    Set<String> values = new HashSet<>(numbers.keySet());
    values.add(input);
    return values;
  }

  @Override
  public DeviceTensor tap(String value, DeviceTensor tensor) {
    if (value.equals(input)) {
      samples = Math.toIntExact(tensor.size(0));
      return tensor;
    }
    // Counts of channels are exact in float32, not in bfloat16.
    gates[numbers.get(value)] = CostOfBatch.perChannel(tensor.to(DataType.FLOAT));
    seen++;
    if (seen == gates.length) {
      seen = 0;
      reader.read(List.of(gates), samples);
    }
    return tensor;
  }
}
