package io.espalier.channel;

import java.util.List;

/**
 * Units that stem from the same producers: the channels of one layer, or of a residual stream that
 * several layers write.
 *
 * @param index the group's number in its {@link ChannelMap}
 * @param name the first layer that makes the channels, unique in the network
 * @param producers every node that makes them, in network order
 * @param units how many units there are
 * @param members the weights that the units have a part in
 * @param readers the places that sum the channels out
 * @param passages values that carry some of the channels on
 * @param balances blocks of units of which equally many must stay
 */
public record ChannelGroup(
    int index,
    String name,
    List<String> producers,
    int units,
    List<Member> members,
    List<Reader> readers,
    List<Passage> passages,
    List<Balance> balances) {
  public ChannelGroup {
    producers = List.copyOf(producers);
    members = List.copyOf(members);
    readers = List.copyOf(readers);
    passages = List.copyOf(passages);
    balances = List.copyOf(balances);
  }

  @Override
  public String toString() {
    return "%s[%d]".formatted(name, units);
  }
}
