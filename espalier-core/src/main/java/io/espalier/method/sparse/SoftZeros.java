package io.espalier.method.sparse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Member;
import io.espalier.channel.Positions;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import io.espalier.torch.TorchNet;
import io.espalier.train.EpochMetrics;
import io.espalier.train.HookState;
import io.espalier.train.TrainHook;
import io.espalier.train.TrainRun;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Sets the filters of chosen units to zero at the end of epochs. Nothing holds them there: the next
 * step gives them gradients like all others.
 */
final class SoftZeros implements TrainHook {
  private final ChannelMap map;
  private final Function<Graph, Map<Integer, BitSet>> chooser;
  private final int epochs;
  private final int interval;
  private final Set<Role> roles;
  private TorchNet net;
  private Map<Integer, BitSet> last = Map.of();
  private int zeroings;
  private int returned;

  /**
   * @param map the channels of the network that is trained
   * @param chooser which units to zero, by group index, where the network has these weights
   * @param epochs of the whole training; its last one ends with a zeroing
   * @param interval epochs from one zeroing to the next
   * @param silent whether shifts and running means become zero too; scales stay, because a channel
   *     with a zero filter and a zero scale has no gradient to grow back by
   */
  SoftZeros(
      ChannelMap map,
      Function<Graph, Map<Integer, BitSet>> chooser,
      int epochs,
      int interval,
      boolean silent) {
    this.map = map;
    this.chooser = chooser;
    this.epochs = epochs;
    this.interval = interval;
    this.roles =
        silent
            ? EnumSet.of(Role.OUTPUT, Role.BIAS, Role.SHIFT, Role.MEAN)
            : EnumSet.of(Role.OUTPUT, Role.BIAS);
  }

  /** How often filters were set to zero. */
  int zeroings() {
    return zeroings;
  }

  /** How many units were so the last time. */
  int zeroed() {
    return last.values().stream().mapToInt(BitSet::cardinality).sum();
  }

  /** How often a unit that was zero was no longer chosen the time after. */
  int returned() {
    return returned;
  }

  @Override
  public String identity() {
    return "soft zeros every %d epochs of %s".formatted(interval, roles);
  }

  @Override
  public void start(TrainRun run) {
    net = run.net();
  }

  @Override
  public void endOfEpoch(EpochMetrics metrics) {
    if (metrics.epoch() % interval != 0 && metrics.epoch() != epochs) {
      return;
    }
    Map<Integer, BitSet> chosen = chooser.apply(net.toGraph());
    last.forEach(
        (group, units) -> {
          BitSet gone = (BitSet) units.clone();
          gone.andNot(chosen.getOrDefault(group, new BitSet()));
          returned += gone.cardinality();
        });
    chosen.forEach((group, units) -> zero(map.groups().get(group), units));
    last = chosen;
    zeroings++;
  }

  private void zero(ChannelGroup group, BitSet units) {
    for (Member member : group.members()) {
      DeviceTensor weight = net.parameters().get(member.initializer());
      weight = weight == null ? net.buffers().get(member.initializer()) : weight;
      if (roles.contains(member.role()) && weight != null) {
        zero(weight, member, units);
      }
    }
  }

  private static void zero(DeviceTensor weight, Member member, BitSet units) {
    int[] shape = Arrays.stream(weight.shape()).mapToInt(Math::toIntExact).toArray();
    float[] mask = new float[Math.toIntExact(weight.elements())];
    Arrays.fill(mask, 1);
    int[] positions = units.stream().flatMap(u -> Arrays.stream(member.positions(u))).toArray();
    for (int element : Positions.elements(member.space(), shape, positions)) {
      mask[element] = 0;
    }
    try (Scope scope = Scope.open()) {
      DeviceTensor factor = DeviceTensor.of(mask, weight.shape());
      DeviceTensor.withoutGradients(() -> weight.mulInPlace(factor));
    }
  }

  @Override
  public HookState save() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("zeroings", zeroings).put("returned", returned);
    ObjectNode units = json.putObject("last");
    last.forEach((group, bits) -> bits.stream().forEach(units.withArray("/" + group)::add));
    return new HookState(Map.of(), json);
  }

  @Override
  public void restore(HookState state) {
    JsonNode json = state.json();
    zeroings = json.path("zeroings").asInt();
    returned = json.path("returned").asInt();
    last = new HashMap<>();
    json.path("last")
        .properties()
        .forEach(
            entry -> {
              BitSet bits = new BitSet();
              entry.getValue().forEach(unit -> bits.set(unit.asInt()));
              last.put(Integer.valueOf(entry.getKey()), bits);
            });
  }
}
