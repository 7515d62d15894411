package io.espalier.method;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.Member;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What there is to judge a channel group by: one slot for each weight that its units have a part
 * in. No method has to know what kind of layer a slot belongs to.
 */
public final class Evidence {
  private final Graph graph;
  private final ChannelGroup group;
  private final long seed;

  Evidence(Graph graph, ChannelGroup group, long seed) {
    this.graph = graph;
    this.group = group;
    this.seed = seed;
  }

  /** The evidence on {@code group} of {@code graph}; {@code seed} is that of the whole prune. */
  public static Evidence of(Graph graph, ChannelGroup group, long seed) {
    return new Evidence(graph, group, seed);
  }

  /** The group that is judged. */
  public ChannelGroup group() {
    return group;
  }

  /** Number of units. */
  public int units() {
    return group.units();
  }

  /** The slots of the given roles, in network order. */
  public List<Slot> slots(Role first, Role... others) {
    Set<Role> roles = EnumSet.of(first, others);
    List<Slot> slots = new ArrayList<>();
    for (Member member : group.members()) {
      if (roles.contains(member.role())) {
        slots.add(new Slot(member, graph));
      }
    }
    return List.copyOf(slots);
  }

  /** Random numbers that depend on the prune's seed and the group alone. */
  public SplittableRandom random() {
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + group.name().hashCode());
  }

  /** One weight of the group. */
  public static final class Slot {
    private final Member member;
    private final Graph graph;

    private Slot(Member member, Graph graph) {
      this.member = member;
      this.graph = graph;
    }

    /** What the weight is to a unit. */
    public Role role() {
      return member.role();
    }

    /** The node that reads the weight. */
    public String node() {
      return member.node();
    }

    /** The name of the weight. */
    public String initializer() {
      return member.initializer();
    }

    /**
     * The elements of the weight that belong to each unit, {@code [units][rest]} in unit order; an
     * empty row for a unit without a part in this weight.
     */
    public double[][] weights() {
      return member.matrix(graph.weight(member.initializer()));
    }
  }
}
