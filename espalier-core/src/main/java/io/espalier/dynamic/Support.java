package io.espalier.dynamic;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * Which channels of a value can be other than zero for one sample, given the gates: what a layer
 * that reads the value has to look at. A set of channels that follows from the gates' zeros and
 * ones.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Support.All.class, name = "all"),
  @JsonSubTypes.Type(value = Support.None.class, name = "none"),
  @JsonSubTypes.Type(value = Support.Gated.class, name = "gated"),
  @JsonSubTypes.Type(value = Support.Either.class, name = "either"),
  @JsonSubTypes.Type(value = Support.Both.class, name = "both"),
  @JsonSubTypes.Type(value = Support.Joined.class, name = "joined"),
  @JsonSubTypes.Type(value = Support.Picked.class, name = "picked")
})
public sealed interface Support {
  /** Number of channels, in use or not. */
  int channels();

  /** Every channel, always. */
  record All(int channels) implements Support {}

  /** No channel, ever: zeros that pad a value. */
  record None(int channels) implements Support {}

  /**
   * The channels that a gate lets through.
   *
   * @param gate its number in {@link DynamicNet#gates()}
   */
  record Gated(int gate, int channels) implements Support {}

  /** What is in use in any part: an addition. */
  record Either(List<Support> parts) implements Support {
    public Either {
      parts = List.copyOf(parts);
    }

    @Override
    public int channels() {
      return parts.getFirst().channels();
    }
  }

  /** What is in use in every part: a product. */
  record Both(List<Support> parts) implements Support {
    public Both {
      parts = List.copyOf(parts);
    }

    @Override
    public int channels() {
      return parts.getFirst().channels();
    }
  }

  /** The channels of all parts, one part after the other: a concatenation. */
  record Joined(List<Support> parts) implements Support {
    public Joined {
      parts = List.copyOf(parts);
    }

    @Override
    public int channels() {
      return parts.stream().mapToInt(Support::channels).sum();
    }
  }

  /** Some channels of another value, or several copies of each: a slice, a flattening. */
  record Picked(Support of, List<Integer> positions) implements Support {
    public Picked {
      positions = List.copyOf(positions);
    }

    @Override
    public int channels() {
      return positions.size();
    }
  }

  /** What is in use in any of {@code parts}, which have equally many channels. */
  static Support either(List<Support> parts) {
    for (Support part : parts) {
      if (part instanceof All) {
        return part;
      }
    }
    List<Support> some = parts.stream().filter(part -> !(part instanceof None)).toList();
    return some.isEmpty()
        ? parts.getFirst()
        : some.size() == 1 ? some.getFirst() : new Either(some);
  }

  /** What is in use in all of {@code parts}, which have equally many channels. */
  static Support both(List<Support> parts) {
    for (Support part : parts) {
      if (part instanceof None) {
        return part;
      }
    }
    List<Support> some = parts.stream().filter(part -> !(part instanceof All)).toList();
    return some.isEmpty() ? parts.getFirst() : some.size() == 1 ? some.getFirst() : new Both(some);
  }

  /** The channels {@code positions} of {@code of}. */
  static Support picked(Support of, List<Integer> positions) {
    return switch (of) {
      case All all -> new All(positions.size());
      case None none -> new None(positions.size());
      case Support other -> new Picked(other, positions);
    };
  }
}
