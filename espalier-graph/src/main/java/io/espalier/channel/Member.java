package io.espalier.channel;

import io.espalier.graph.Tensor;
import java.util.Collections;
import java.util.List;

/**
 * A weight that a channel group has a part in. The part of each unit is a set of positions in an
 * index space that broadcasts to the weight's shape: for the rows of a convolution {@code [O, I,
 * kH, kW]} the space is {@code [O, 1, 1, 1]} and a position is a row.
 */
public final class Member {
  private final String initializer;
  private final Role role;
  private final String node;
  private final List<Integer> space;
  private final int[][] positions;

  Member(String initializer, Role role, String node, List<Integer> space, int[][] positions) {
    this.initializer = initializer;
    this.role = role;
    this.node = node;
    this.space = Collections.unmodifiableList(space);
    this.positions = positions;
  }

  /** Name of the weight. */
  public String initializer() {
    return initializer;
  }

  public Role role() {
    return role;
  }

  /** The node that reads the weight. */
  public String node() {
    return node;
  }

  /**
   * Sizes of the index space, one an axis of the weight; 1 where a position spans the whole axis.
   */
  public List<Integer> space() {
    return space;
  }

  /** The positions of {@code unit} in the index space, ascending; empty if it has no part here. */
  public int[] positions(int unit) {
    return positions[unit].clone();
  }

  /**
   * The elements of {@code weight} that belong to each unit, as rows in unit order: {@code
   * [units][rest]}. A unit without a part in this weight has an empty row.
   */
  public double[][] matrix(Tensor weight) {
    double[] values = weight.toDoubles();
    int[] shape = weight.shape();
    int axis = Positions.soleAxis(space);
    return axis >= 0 ? slices(values, shape, axis) : scattered(values, shape);
  }

  private double[][] slices(double[] values, int[] shape, int axis) {
    int inner = 1;
    for (int a = axis + 1; a < shape.length; a++) {
      inner *= shape[a];
    }
    int step = inner * shape[axis];
    double[][] rows = new double[positions.length][];
    for (int unit = 0; unit < rows.length; unit++) {
      rows[unit] = new double[values.length / shape[axis] * positions[unit].length];
      int to = 0;
      for (int from = 0; from < values.length; from += step) {
        for (int position : positions[unit]) {
          System.arraycopy(values, from + position * inner, rows[unit], to, inner);
          to += inner;
        }
      }
    }
    return rows;
  }

  private double[][] scattered(double[] values, int[] shape) {
    double[][] rows = new double[positions.length][];
    for (int unit = 0; unit < rows.length; unit++) {
      int[] elements = Positions.elements(space, shape, positions[unit]);
      rows[unit] = new double[elements.length];
      for (int i = 0; i < elements.length; i++) {
        rows[unit][i] = values[elements[i]];
      }
    }
    return rows;
  }

  @Override
  public String toString() {
    return "%s %s of '%s'".formatted(role, initializer, node);
  }
}
