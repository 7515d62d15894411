package io.espalier.method.gate;

import io.espalier.channel.Carriage;
import io.espalier.method.UnitGates;
import io.espalier.torch.DeviceTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/** Where codes weigh what a network computes. */
interface Gating {
  /** The values that are weighed. */
  Set<String> values();

  /**
   * The value {@code x} of name {@code value}, weighed.
   *
   * @param codes the code with a source of the given index; empty for none
   */
  DeviceTensor weighed(String value, DeviceTensor x, IntFunction<Optional<DeviceTensor>> codes);

  /**
   * Weighs units where they are read. The index of a source is that of its channel group.
   *
   * @param fixed the gates of all units by group index, for groups that have no code
   */
  static Gating ofUnits(UnitGates gates, List<double[]> fixed) {
    Map<String, Carriage> places = new LinkedHashMap<>();
    gates.places().forEach(place -> places.put(place.value(), place));
    List<double[]> constants = List.copyOf(fixed);
    return new Gating() {
      @Override
      public Set<String> values() {
        return places.keySet();
      }

      @Override
      public DeviceTensor weighed(
          String value, DeviceTensor x, IntFunction<Optional<DeviceTensor>> codes) {
        Carriage place = places.get(value);
        List<Integer> here = place.groups();
        List<DeviceTensor> parts = new ArrayList<>();
        for (int group = 0; group < constants.size(); group++) {
          Optional<DeviceTensor> code =
              here.contains(group) ? codes.apply(group) : Optional.empty();
          double[] constant = constants.get(group);
          parts.add(code.orElseGet(() -> tensor(constant)));
        }
        return gates.gated(place, x, DeviceTensor.cat(parts, 0));
      }
    };
  }

  /** Weighs whole values by one number each. The index of a source is its place in the list. */
  static Gating ofValues(List<String> values) {
    return new Gating() {
      @Override
      public Set<String> values() {
        return Set.copyOf(values);
      }

      @Override
      public DeviceTensor weighed(
          String value, DeviceTensor x, IntFunction<Optional<DeviceTensor>> codes) {
        return codes.apply(values.indexOf(value)).map(code -> x.mul(code.to(x.type()))).orElse(x);
      }
    };
  }

  /** {@code values} as float32. */
  static DeviceTensor tensor(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return DeviceTensor.of(floats, floats.length);
  }
}
