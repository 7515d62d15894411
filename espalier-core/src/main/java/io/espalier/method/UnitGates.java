package io.espalier.method;

import io.espalier.channel.Carriage;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Reader;
import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Taps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One gate a unit, multiplied onto the unit wherever its channels are read: the place where a unit
 * that goes is missed. With gates of ones the network computes what it always does, and the
 * gradient of the loss with respect to a gate says, to first order, what the loss gains when the
 * unit goes; with gates of zeros the unit is gone.
 */
public final class UnitGates {
  private final List<Carriage> places;
  private final int[] starts;
  private final int units;

  private UnitGates(List<Carriage> places, int[] starts, int units) {
    this.places = places;
    this.starts = starts;
    this.units = units;
  }

  /** Gates for all units of {@code map}, which is that of {@code graph}. */
  public static UnitGates of(Graph graph, ChannelMap map) {
    Map<String, Carriage> places = new LinkedHashMap<>();
    int[] starts = new int[map.groups().size() + 1];
    for (ChannelGroup group : map.groups()) {
      starts[group.index() + 1] = starts[group.index()] + group.units();
      for (Reader reader : group.readers()) {
        String value = graph.node(reader.node()).orElseThrow().input(reader.input());
        places.computeIfAbsent(value, name -> map.carriage(name).orElseThrow());
      }
    }
    return new UnitGates(List.copyOf(places.values()), starts, starts[map.groups().size()]);
  }

  /** Number of gates: the units of all groups, group after group. */
  public int count() {
    return units;
  }

  /** The number of the gate of {@code unit} of the group with index {@code group}. */
  public int index(int group, int unit) {
    return starts[group] + unit;
  }

  /** The values that the gates act on. */
  public List<Carriage> places() {
    return places;
  }

  /** The part of {@code all}, one number a gate, that belongs to each group, by group index. */
  public List<double[]> byGroup(double[] all) {
    if (all.length != units) {
      throw new IllegalArgumentException("%d numbers for %d gates".formatted(all.length, units));
    }
    List<double[]> parts = new ArrayList<>();
    for (int group = 0; group + 1 < starts.length; group++) {
      parts.add(java.util.Arrays.copyOfRange(all, starts[group], starts[group + 1]));
    }
    return parts;
  }

  /**
   * Taps that multiply by {@code gates}.
   *
   * @param gates {@code [units]}, or {@code [N, units]} for gates of each sample's own, in a scope
   *     that is open during the pass
   */
  public Taps taps(DeviceTensor gates) {
    long[] shape = gates.shape();
    if (shape.length < 1 || shape.length > 2 || shape[shape.length - 1] != units) {
      throw new IllegalArgumentException(
          "gates must be [%d] or [N, %d], but got %s"
              .formatted(units, units, java.util.Arrays.toString(shape)));
    }
    DeviceTensor padded = padded(gates);
    Map<String, UnaryOperator<DeviceTensor>> functions = new HashMap<>();
    for (Carriage place : places) {
      functions.put(place.value(), x -> x.mul(spread(padded, place).to(x.type())));
    }
    return Taps.of(functions);
  }

  /**
   * The value {@code x} of {@code place} times its gates: for gates that are found while the
   * network runs.
   *
   * @param gates as for {@link #taps}
   */
  public DeviceTensor gated(Carriage place, DeviceTensor x, DeviceTensor gates) {
    return x.mul(spread(padded(gates), place).to(x.type()));
  }

  /** Rows of gates with a one behind each, for the positions that are no unit. */
  private DeviceTensor padded(DeviceTensor gates) {
    DeviceTensor rows = gates.shape().length == 1 ? gates.reshape(1, units) : gates;
    return DeviceTensor.cat(List.of(rows, DeviceTensor.ones(rows.size(0), 1)), 1);
  }

  /** The gates of {@code place}'s positions, {@code [N or 1, ...]}, to be broadcast over it. */
  private DeviceTensor spread(DeviceTensor padded, Carriage place) {
    long[] columns = new long[place.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = place.group(i) < 0 ? units : index(place.group(i), place.unit(i));
    }
    long[] shape = place.space().stream().mapToLong(Integer::longValue).toArray();
    if (shape[0] != 1) {
      throw new MethodException(
          "value '%s' carries channels along its first axis, which is that of the samples"
              .formatted(place.value()));
    }
    shape[0] = padded.size(0);
    return padded.indexSelect(1, columns).reshape(shape);
  }
}
