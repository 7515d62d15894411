package io.espalier.surgery;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;

/**
 * One thing that goes. Every entry names weights or values, so that it can be read without the
 * network.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PlanEntry.Units.class, name = "units"),
  @JsonSubTypes.Type(value = PlanEntry.ConvolutionGroups.class, name = "convolution-groups"),
  @JsonSubTypes.Type(value = PlanEntry.Selection.class, name = "selection"),
  @JsonSubTypes.Type(value = PlanEntry.Scatter.class, name = "scatter"),
  @JsonSubTypes.Type(value = PlanEntry.Branch.class, name = "branch"),
  @JsonSubTypes.Type(value = PlanEntry.WeightMask.class, name = "weight-mask")
})
public sealed interface PlanEntry {
  /**
   * Part of a weight.
   *
   * @param initializer name of the weight
   * @param space index space that broadcasts to the weight's shape
   * @param indices positions in that space, ascending
   */
  record Part(String initializer, List<Integer> space, List<Integer> indices) {
    public Part {
      space = List.copyOf(space);
      indices = List.copyOf(indices);
    }
  }

  /**
   * Channels where an operator sums them out.
   *
   * @param node the operator
   * @param input which of its inputs
   * @param space index space that broadcasts to that input's shape
   * @param indices positions in that space, ascending
   * @param constants what each removed channel still emits there; empty if all emit zero
   */
  record Read(
      String node, int input, List<Integer> space, List<Integer> indices, List<Double> constants) {
    public Read {
      space = List.copyOf(space);
      indices = List.copyOf(indices);
      constants = List.copyOf(constants);
      if (!constants.isEmpty() && constants.size() != indices.size()) {
        throw new IllegalArgumentException(
            "node '%s' reads %d removed channels, but got %d constants"
                .formatted(node, indices.size(), constants.size()));
      }
    }
  }

  /**
   * Units of a channel group.
   *
   * @param group the group's name
   * @param units unit numbers, ascending
   * @param parts the parts of weights that go with them
   * @param reads where they are silenced in a masked network
   */
  record Units(String group, List<Integer> units, List<Part> parts, List<Read> reads)
      implements PlanEntry {
    public Units {
      units = List.copyOf(units);
      parts = List.copyOf(parts);
      reads = List.copyOf(reads);
    }
  }

  /**
   * Whole groups of a grouped convolution, their inputs and outputs.
   *
   * @param node the convolution
   * @param groups group numbers, ascending
   * @param units what that means for the channels
   */
  record ConvolutionGroups(String node, List<Integer> groups, List<Units> units)
      implements PlanEntry {
    public ConvolutionGroups {
      groups = List.copyOf(groups);
      units = List.copyOf(units);
    }
  }

  /**
   * Inputs of one consumer; the value itself stays whole. Becomes a gather in front of it.
   *
   * @param node the consumer
   * @param input which of its inputs
   * @param axis the channel axis of that input
   * @param keep the positions that it still reads, ascending
   * @param channels width of the value
   */
  record Selection(String node, int input, int axis, List<Integer> keep, int channels)
      implements PlanEntry {
    public Selection {
      keep = List.copyOf(keep);
    }
  }

  /**
   * Outputs of a branch whose stream stays whole: zeros are put back in their place.
   *
   * @param value the end of the branch
   * @param axis its channel axis
   * @param removed the positions that are no longer computed, ascending
   * @param channels width of the value
   * @param parts the parts of weights that go with them
   */
  record Scatter(String value, int axis, List<Integer> removed, int channels, List<Part> parts)
      implements PlanEntry {
    public Scatter {
      removed = List.copyOf(removed);
      parts = List.copyOf(parts);
    }
  }

  /**
   * One branch of a residual add.
   *
   * @param node the add
   * @param input which of its inputs goes
   * @param constants what the branch still adds to each channel (axis 1), which stays; empty for
   *     nothing
   */
  record Branch(String node, int input, List<Double> constants) implements PlanEntry {
    public Branch {
      constants = constants == null ? List.of() : List.copyOf(constants);
    }

    /** A branch of which nothing stays. */
    public Branch(String node, int input) {
      this(node, input, List.of());
    }
  }

  /**
   * Single elements of a weight, set to zero; nothing gets smaller.
   *
   * @param initializer the weight
   * @param zeros one bit an element, little-endian, in base 64
   */
  record WeightMask(String initializer, String zeros) implements PlanEntry {
    /** A mask of the elements that {@code zeros} names. */
    public static WeightMask of(String initializer, BitSet zeros) {
      return new WeightMask(initializer, Base64.getEncoder().encodeToString(zeros.toByteArray()));
    }

    BitSet bits() {
      return BitSet.valueOf(Base64.getDecoder().decode(zeros));
    }
  }
}
