package io.espalier.method.search;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.channel.ChannelGroup;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** What a search leaves of each group. */
final class Widths {
  private Widths() {}

  /** Units of {@code group} that stay. */
  static int left(ChannelGroup group, Map<Integer, BitSet> removed) {
    return group.units() - removed.getOrDefault(group.index(), new BitSet()).cardinality();
  }

  /** The same for all groups, by name. */
  static ObjectNode of(List<ChannelGroup> groups, Map<Integer, BitSet> removed) {
    ObjectNode widths = JsonNodeFactory.instance.objectNode();
    groups.forEach(group -> widths.put(group.name(), left(group, removed)));
    return widths;
  }
}
