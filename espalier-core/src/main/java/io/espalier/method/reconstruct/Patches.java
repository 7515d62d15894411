package io.espalier.method.reconstruct;

import io.espalier.graph.Window;
import io.espalier.torch.DeviceTensor;
import java.util.List;
import java.util.stream.LongStream;

/**
 * How the inputs of a linear layer lie in the value that it reads. At each output position it sees
 * one patch, whose elements stand input by input, tap by tap, as in the rows of its weight.
 */
sealed interface Patches {
  /** Elements of a patch for each input. */
  int taps();

  /** The axis of the inputs in a value of {@code rank} axes. */
  int axis(int rank);

  /**
   * Number of output positions in each sample.
   *
   * @param output shape of the value that the layer makes
   */
  long count(long[] output);

  /**
   * The patches of {@code x} at {@code positions} of each sample: {@code [N * P, inputs * taps]}.
   */
  DeviceTensor inputs(DeviceTensor x, long[] positions);

  /** What {@code y} holds at {@code positions} of each sample: {@code [N * P, outputs]}. */
  DeviceTensor outputs(DeviceTensor y, long[] positions);

  /** A convolution's windows over the input {@code [N, C, ...]} with zeros around it. */
  record Windows(Window window) implements Patches {
    private static final int SPATIAL = 2;

    @Override
    public int taps() {
      return Math.toIntExact(window.taps());
    }

    @Override
    public int axis(int rank) {
      return 1;
    }

    @Override
    public long count(long[] output) {
      return LongStream.of(output).skip(SPATIAL).reduce(1, Math::multiplyExact);
    }

    @Override
    public DeviceTensor inputs(DeviceTensor x, long[] positions) {
      List<Long> sizes = LongStream.of(x.shape()).skip(SPATIAL).boxed().toList();
      DeviceTensor padded = x.pad(longs(window.padsFor(sizes)));
      long[] shape = padded.shape();
      long cells = count(shape);
      long[] read = cells(positions, shape);
      int taps = taps();
      return padded
          .reshape(shape[0], shape[1], cells)
          .indexSelect(2, read)
          .reshape(shape[0], shape[1], positions.length, taps)
          .permute(0, 2, 1, 3)
          .reshape(shape[0] * positions.length, shape[1] * taps);
    }

    /** For each position and tap, the cell of the padded input, row-major. */
    private long[] cells(long[] positions, long[] shape) {
      int taps = taps();
      long[] cells = new long[Math.multiplyExact(positions.length, taps)];
      for (int p = 0; p < positions.length; p++) {
        for (int tap = 0; tap < taps; tap++) {
          cells[p * taps + tap] = cell(positions[p], tap, shape);
        }
      }
      return cells;
    }

    private long cell(long position, long tap, long[] shape) {
      long cell = 0;
      long step = 1;
      for (int axis = window.rank() - 1; axis >= 0; axis--) {
        long size = shape[axis + SPATIAL];
        long stride = window.strides().get(axis);
        long across = (size - window.extent(axis)) / stride + 1;
        long kernel = window.kernel().get(axis);
        cell += step * (position % across * stride + tap % kernel * window.dilations().get(axis));
        position /= across;
        tap /= kernel;
        step *= size;
      }
      return cell;
    }

    @Override
    public DeviceTensor outputs(DeviceTensor y, long[] positions) {
      long[] shape = y.shape();
      return y.reshape(shape[0], shape[1], count(shape))
          .indexSelect(2, positions)
          .permute(0, 2, 1)
          .reshape(shape[0] * positions.length, shape[1]);
    }

    private static long[] longs(List<Integer> values) {
      return values.stream().mapToLong(Integer::longValue).toArray();
    }
  }

  /** A linear layer over the last axis of {@code [N, ..., D]}: a patch is a vector. */
  record Vectors() implements Patches {
    @Override
    public int taps() {
      return 1;
    }

    @Override
    public int axis(int rank) {
      return rank - 1;
    }

    @Override
    public long count(long[] output) {
      return LongStream.of(output).skip(1).limit(output.length - 2).reduce(1, Math::multiplyExact);
    }

    @Override
    public DeviceTensor inputs(DeviceTensor x, long[] positions) {
      long[] shape = x.shape();
      long width = shape[shape.length - 1];
      return x.reshape(shape[0], count(shape), width)
          .indexSelect(1, positions)
          .reshape(shape[0] * positions.length, width);
    }

    @Override
    public DeviceTensor outputs(DeviceTensor y, long[] positions) {
      return inputs(y, positions);
    }
  }
}
