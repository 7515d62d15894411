package io.espalier.dynamic;

import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Taps that show all gates of a pass together, once the last one is there. */
final class GateTrace implements Taps {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Consumer<List<DeviceTensor>> reader;
  private final DeviceTensor[] gates;
  private int seen;

  /**
   * @param reader gets the values of all gates by number, {@code [N, C]} or {@code [1, C]}; they
   *     live as long as the scope around the pass
   */
  GateTrace(DynamicNet net, Consumer<List<DeviceTensor>> reader) {
    this.reader = reader;
    this.gates = new DeviceTensor[net.gates().size()];
    for (Gate gate : net.gates()) {
      numbers.put(gate.gate(), numbers.size());
    }
  }

  @Override
  public Set<String> values() {
    return numbers.keySet();
  }

  @Override
  public DeviceTensor tap(String value, DeviceTensor tensor) {
    gates[numbers.get(value)] = tensor;
    seen++;
    if (seen == gates.length) {
      seen = 0;
      reader.accept(new ArrayList<>(Arrays.asList(gates)));
    }
    return tensor;
  }
}
