package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Writes layers that gather the part of their weights that a batch needs. */
final class PackedLayers {
  /**
   * Marks the first channel where no sample uses any, since a convolution makes one or more; far
   * below any saliency that matters, and a channel too many changes no result.
   */
  private static final double LEAST = 1e-30;

  private PackedLayers() {}

  /**
   * Adds what finds the channels in use.
   *
   * @param open value {@code [N, C]} or {@code [1, C]}: above 0 where a sample uses a channel
   * @param shared whether it has one column a block instead
   */
  static Packing packing(String open, boolean shared, int channels, int block, CompactNodes to) {
    int count = channels / block;
    String most =
        block == 1 || shared
            ? to.add("most", largest(0), open)
            : to.add("most", largest(0, 2), to.reshape(open, -1L, (long) count, (long) block));
    String any = to.add("any", new Op.Reduce(Op.Reduce.Kind.MAX, List.of(0), true), most);
    String guard = to.pointwise(Pointwise.SUB, to.first(LEAST, count), any);
    String marks = to.pointwise(Pointwise.MAX, most, guard);
    String blocks = to.nonZero(marks);
    return new Packing(channels, block, marks, blocks, to.channels(blocks, block));
  }

  private static Op largest(Integer... axes) {
    return new Op.Reduce(Op.Reduce.Kind.MAX, List.of(axes), false);
  }

  /**
   * Adds a convolution of the channels in use on both sides.
   *
   * @param x what it reads
   * @param reads how {@code x} is packed, if it is
   * @param makes the channels that it computes
   * @return the convolution's output, {@code [N, used, ...]}, before the gate
   */
  static String conv(
      FoldedLayer layer, String x, Optional<Packing> reads, Packing makes, CompactNodes to) {
    String weight = reads.map(in -> pairs(layer, in, makes, to)).orElse(null);
    if (weight == null) {
      weight = rows(layer, makes, to);
    }
    Tensor bias = Tensor.of(DataType.FLOAT, new int[] {layer.outputs()}, layer.bias());
    String shift = to.gather(to.constant("bias", bias), 0, makes.rows());
    return to.add("conv", layer.conv().op(), x, weight, shift);
  }

  /** All inputs of the blocks in use; each block moves as a whole. */
  private static String rows(FoldedLayer layer, Packing makes, CompactNodes to) {
    Tensor weight = layer.weight();
    if (makes.block() == 1) {
      return to.gather(to.constant("weight", weight), 0, makes.blocks());
    }
    int each = weight.elements() / makes.count();
    String blocks = to.constant("weight", weight.reshape(makes.count(), each));
    return to.reshape(
        to.gather(blocks, 0, makes.blocks()), shape(-1, layer.inputs(), layer.kernel()));
  }

  /** One gather on both axes: a row of blocks of inputs for each output in use. */
  private static String pairs(FoldedLayer layer, Packing reads, Packing makes, CompactNodes to) {
    int each = reads.block() * layer.taps();
    int count = layer.outputs() * reads.count();
    String pieces = to.constant("weight", layer.weight().reshape(count, each));
    String column = to.unsqueeze(makes.rows(), List.of(1));
    String first = to.pointwise(Pointwise.MUL, column, to.longs(reads.count()));
    String piece = to.pointwise(Pointwise.ADD, first, reads.blocks());
    return to.reshape(to.gather(pieces, 0, piece), shape(0, -1, layer.kernel()));
  }

  private static Long[] shape(long rows, long columns, Long[] kernel) {
    List<Long> shape = new ArrayList<>(List.of(rows, columns));
    shape.addAll(Arrays.asList(kernel));
    return shape.toArray(Long[]::new);
  }

  /** The weight of an ungated convolution, for the inputs in use. */
  static String columns(FoldedLayer layer, Packing reads, CompactNodes to) {
    int each = reads.block() * layer.taps();
    Tensor weight = layer.weight().reshape(layer.outputs(), reads.count(), each);
    String columns = to.gather(to.constant("weight", weight), 1, reads.blocks());
    return to.reshape(columns, shape(0, -1, layer.kernel()));
  }

  /** The rows of a matrix {@code [C, O]} that belong to the inputs in use. */
  static String matrixRows(Tensor matrix, Packing reads, CompactNodes to) {
    if (reads.block() == 1) {
      return to.gather(to.constant("weight", matrix), 0, reads.blocks());
    }
    int width = matrix.size(1);
    Tensor blocks = matrix.reshape(reads.count(), reads.block() * width);
    String rows = to.gather(to.constant("weight", blocks), 0, reads.blocks());
    return to.reshape(rows, -1L, (long) width);
  }

  /** Each channel's place in the packed value, counted from 1; 0 for those that are not in it. */
  static String places(Packing packing, CompactNodes to) {
    String zero = to.constant("zero", Tensor.floats(new int[0], 0));
    String used = to.pointwise(Pointwise.GREATER, packing.marks(), zero);
    String ones = to.add("ones", new Op.Cast(DataType.INT64), used);
    if (packing.block() > 1) {
      List<Integer> block =
          IntStream.range(0, packing.channels()).map(c -> c / packing.block()).boxed().toList();
      ones = to.add("ones", new Op.Gather(0, block, false), ones);
    }
    return to.pointwise(Pointwise.MUL, to.sumUpTo(ones), ones);
  }

  /** The packed value with zeros for the other channels. */
  static Node whole(String value, String output, int rank, String places, CompactNodes to) {
    List<Integer> pads = new ArrayList<>(java.util.Collections.nCopies(2 * rank, 0));
    pads.set(1, 1);
    String padded = to.add("padded", new Op.Pad("constant", pads, 0), value);
    Op gather = io.espalier.onnx.OpaqueOps.of("Gather", java.util.Map.of("axis", 1));
    return new Node(output, gather, List.of(padded, places), List.of(output));
  }
}
