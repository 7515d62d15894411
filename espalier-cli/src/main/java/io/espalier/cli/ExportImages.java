package io.espalier.cli;

import io.espalier.data.Batch;
import io.espalier.data.BatchStream;
import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.dynamic.CompactCheck;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.latency.RandomInputs;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** The images that the forms of a network are timed and compared on: the user's, or random ones. */
final class ExportImages {
  /** How many are timed, and compared unless asked otherwise. */
  static final int COUNT = 32;

  private final DataInput data;
  private final Graph graph;
  private final Output output;
  private final Tensor some;
  private Dataset opened;

  ExportImages(DataInput data, Graph graph, Output output) {
    this.data = data;
    this.graph = graph;
    this.output = output;
    this.some = data.given() ? first(batches(COUNT)) : random();
  }

  /** At most {@link #COUNT} of them, {@code [N, C, H, W]}. */
  Tensor some() {
    return some;
  }

  /**
   * How far {@code compact} is from {@code masked} on {@code count} of them, if there are as many.
   */
  CompactCheck compare(Graph masked, Graph compact, int count) {
    if (count <= some.size(0) || !data.given()) {
      int[] chosen = IntStream.range(0, Math.min(count, some.size(0))).toArray();
      return CompactCheck.of(masked, compact, List.of(some.select(0, chosen)).iterator());
    }
    try (BatchStream stream = batches(count).all()) {
      return CompactCheck.of(masked, compact, tensors(stream));
    }
  }

  private Tensor random() {
    return RandomInputs.of(graph.inputs(), COUNT, 1).values().iterator().next();
  }

  /** The first batch. */
  static Tensor first(Batches batches) {
    try (BatchStream stream = batches.all()) {
      return tensor(stream.next());
    }
  }

  private Batches batches(int count) {
    if (opened == null) {
      opened = data.open(graph, output).forEvaluation();
    }
    return Batches.evaluation(opened.limit(count), data.normalization(graph, output), COUNT);
  }

  private static Iterator<Tensor> tensors(BatchStream stream) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return stream.hasNext();
      }

      @Override
      public Tensor next() {
        return tensor(stream.next());
      }
    };
  }

  /** A batch is valid until the next one only. */
  static Tensor tensor(Batch batch) {
    int[] shape = Arrays.stream(batch.shape()).mapToInt(Math::toIntExact).toArray();
    return Tensor.floats(shape, batch.images().clone());
  }
}
