package io.espalier.testing;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Small random convolutional networks: residual adds, concats, grouped and depthwise convolutions,
 * shuffles, gates, splits, slices, channel pads, shared weights, flattening, several outputs. One
 * seed, one network.
 */
public final class RandomGraphs {
  private static final int SIZE = 4;

  /** A value of {@code channels} maps of {@code size} squared. */
  private record Maps(String name, int channels, int size) {}

  private final SplittableRandom random;
  private final GraphBuilder builder;
  private final List<Maps> live = new ArrayList<>();
  private int count;

  private RandomGraphs(long seed) {
    random = new SplittableRandom(seed);
    builder = new GraphBuilder("random-" + seed);
  }

  /** The network of {@code seed}: input {@code [1, 3, 4, 4]}. */
  public static Graph of(long seed) {
    return new RandomGraphs(seed).graph();
  }

  private Graph graph() {
    builder.input("input", ValueType.floats(1, 3, SIZE, SIZE));
    live.add(conv(new Maps("input", 3, SIZE), 4 + random.nextInt(3) * 2, 3, 1));
    int steps = 4 + random.nextInt(10);
    for (int i = 0; i < steps; i++) {
      grow();
    }
    heads();
    return builder.buildReachable();
  }

  private Maps pick() {
    // Later values are more likely: networks get deep rather than wide.
    int index = Math.max(random.nextInt(live.size()), random.nextInt(live.size()));
    return live.get(index);
  }

  private void grow() {
    Maps x = pick();
    switch (random.nextInt(21)) {
      case 0, 1, 2 -> live.add(act(norm(conv(x, width(), 3, 1))));
      case 3 -> live.add(conv(x, width(), 1, 1));
      case 4 -> live.add(groupedOr(x));
      case 5 -> live.add(norm(depthwise(x)));
      case 6, 7 -> residual(x);
      case 8, 9 -> concat(x);
      case 10 -> live.add(gate(x));
      case 11 -> live.add(shuffle(x));
      case 12 -> split(x);
      case 13 -> live.add(slice(x));
      case 14 -> live.add(padChannels(x));
      case 15 -> live.add(pool(x));
      case 16 -> shared(x);
      case 17 -> live.add(select(x));
      case 18 -> live.add(scale(x));
      case 19 -> live.add(pixelShuffle(x));
      default -> live.add(transposed(x));
    }
  }

  private int width() {
    return 2 + random.nextInt(7);
  }

  private String name(String base) {
    return base + count++;
  }

  private Tensor normal(int... shape) {
    double[] values = new double[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian(0, 0.5);
    }
    return Tensor.of(io.espalier.graph.DataType.FLOAT, shape, values);
  }

  private Tensor positive(int... shape) {
    double[] values = new double[(int) Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5 + random.nextDouble();
    }
    return Tensor.of(io.espalier.graph.DataType.FLOAT, shape, values);
  }

  private String weight(String name, Tensor tensor) {
    return builder.initializer(name, tensor);
  }

  private Maps add(Op op, int channels, int size, String... inputs) {
    String base = op.label().toLowerCase(java.util.Locale.ROOT);
    return new Maps(builder.add(name(base), op, inputs), channels, size);
  }

  private Maps conv(Maps x, int out, int kernel, int groups) {
    String name = name("conv");
    String weight = weight(name + ".weight", normal(out, x.channels / groups, kernel, kernel));
    Op op = new Op.Conv(Window.square(2, kernel, 1, kernel / 2), groups);
    if (random.nextBoolean()) {
      return add(op, out, x.size, x.name, weight);
    }
    return add(op, out, x.size, x.name, weight, weight(name + ".bias", normal(out)));
  }

  private Maps groupedOr(Maps x) {
    for (int groups : new int[] {4, 2, 3}) {
      if (x.channels % groups == 0 && x.channels > groups) {
        return norm(conv(x, groups * (1 + random.nextInt(3)), 3, groups));
      }
    }
    return conv(x, width(), 3, 1);
  }

  private Maps depthwise(Maps x) {
    int multiplier = 1 + random.nextInt(2);
    return conv(x, x.channels * multiplier, 3, x.channels);
  }

  private Maps norm(Maps x) {
    if (random.nextInt(4) == 0) {
      return x;
    }
    String name = name("bn");
    return add(
        new Op.BatchNorm(1e-5, 0.9),
        x.channels,
        x.size,
        x.name,
        weight(name + ".scale", positive(x.channels)),
        weight(name + ".bias", normal(x.channels)),
        weight(name + ".mean", normal(x.channels)),
        weight(name + ".var", positive(x.channels)));
  }

  private Maps act(Maps x) {
    Pointwise[] kinds = {
      Pointwise.RELU,
      Pointwise.SIGMOID,
      Pointwise.HARD_SWISH,
      Pointwise.ELU,
      Pointwise.TANH,
      Pointwise.SOFTPLUS
    };
    Pointwise kind = kinds[random.nextInt(kinds.length)];
    return add(new Op.Elementwise(kind), x.channels, x.size, x.name);
  }

  private void residual(Maps x) {
    List<Maps> partners =
        live.stream().filter(y -> y.channels == x.channels && y.size == x.size).toList();
    Maps partner = partners.get(random.nextInt(partners.size()));
    Maps branch =
        partner.name.equals(x.name) || random.nextBoolean()
            ? norm(conv(act(conv(x, width(), 3, 1)), x.channels, 3, 1))
            : x;
    Pointwise kind = random.nextInt(4) == 0 ? Pointwise.MUL : Pointwise.ADD;
    Op op = new Op.Elementwise(kind);
    live.add(act(add(op, x.channels, x.size, branch.name, partner.name)));
  }

  private void concat(Maps x) {
    List<Maps> partners = live.stream().filter(y -> y.size == x.size).toList();
    Maps partner = partners.get(random.nextInt(partners.size()));
    int channels = x.channels + partner.channels;
    if (channels <= 24) {
      live.add(norm(add(new Op.Concat(1), channels, x.size, x.name, partner.name)));
    }
  }

  private Maps gate(Maps x) {
    Maps pooled = add(new Op.GlobalPool(false), x.channels, 1, x.name);
    Maps hidden = act(conv(pooled, 2, 1, 1));
    Maps gate = conv(hidden, x.channels, 1, 1);
    Maps soft = add(new Op.Elementwise(Pointwise.SIGMOID), x.channels, 1, gate.name);
    return add(new Op.Elementwise(Pointwise.MUL), x.channels, x.size, x.name, soft.name);
  }

  private Maps shuffle(Maps x) {
    int groups = x.channels % 2 == 0 ? 2 : x.channels % 3 == 0 ? 3 : 1;
    long width = x.channels / groups;
    Op open =
        new Op.Reshape(List.of(0L, (long) groups, width, (long) x.size, (long) x.size), false);
    Maps opened = add(open, x.channels, x.size, x.name);
    Maps turned = add(new Op.Transpose(List.of(0, 2, 1, 3, 4)), x.channels, x.size, opened.name);
    Op close = new Op.Reshape(List.of(0L, (long) x.channels, (long) x.size, (long) x.size), false);
    return add(close, x.channels, x.size, turned.name);
  }

  private void split(Maps x) {
    if (x.channels < 2) {
      return;
    }
    int first = 1 + random.nextInt(x.channels - 1);
    String name = name("split");
    List<String> outputs = List.of(name + "a", name + "b");
    Op op = new Op.Split(1, List.of(first, x.channels - first));
    builder.add(new io.espalier.graph.Node(name, op, List.of(x.name), outputs));
    live.add(new Maps(name + "a", first, x.size));
    live.add(new Maps(name + "b", x.channels - first, x.size));
  }

  private Maps slice(Maps x) {
    int start = random.nextInt(x.channels);
    int end = start + 1 + random.nextInt(x.channels - start);
    Op op = new Op.Slice(List.of((long) start), List.of((long) end), List.of(1), List.of(1L));
    return add(op, end - start, x.size, x.name);
  }

  private Maps padChannels(Maps x) {
    int before = random.nextInt(3);
    int after = random.nextInt(3);
    List<Integer> pads = List.of(0, before, 0, 0, 0, after, 0, 0);
    return add(new Op.Pad("constant", pads, 0), x.channels + before + after, x.size, x.name);
  }

  private Maps pool(Maps x) {
    Window window = Window.square(2, 3, 1, 1);
    Op op =
        random.nextBoolean()
            ? new Op.MaxPool(window, false)
            : new Op.AveragePool(window, false, random.nextBoolean());
    return add(op, x.channels, x.size, x.name);
  }

  /** One weight for two values. */
  private void shared(Maps x) {
    List<Maps> partners = live.stream().filter(y -> y.channels == x.channels).toList();
    Maps partner = partners.get(random.nextInt(partners.size()));
    int out = width();
    String weight = weight(name("shared") + ".weight", normal(out, x.channels, 3, 3));
    Op op = new Op.Conv(Window.square(2, 3, 1, 1), 1);
    live.add(act(add(op, out, x.size, x.name, weight)));
    live.add(act(add(op, out, partner.size, partner.name, weight)));
  }

  private Maps select(Maps x) {
    int width = 1 + random.nextInt(x.channels);
    List<Integer> indices =
        IntStream.range(0, width).map(i -> random.nextInt(x.channels)).boxed().toList();
    return add(new Op.Gather(1, indices, false), width, x.size, x.name);
  }

  private Maps scale(Maps x) {
    String factor = weight(name("scale"), normal(x.channels, 1, 1));
    Pointwise kind = random.nextBoolean() ? Pointwise.MUL : Pointwise.PRELU;
    return add(new Op.Elementwise(kind), x.channels, x.size, x.name, factor);
  }

  private Maps pixelShuffle(Maps x) {
    if (x.size > SIZE) {
      return act(x);
    }
    Maps wide = conv(x, 4 * (1 + random.nextInt(3)), 3, 1);
    Op op = new Op.DepthToSpace(2, random.nextBoolean());
    return add(op, wide.channels / 4, 2 * x.size, wide.name);
  }

  private Maps transposed(Maps x) {
    int groups = x.channels % 2 == 0 && random.nextBoolean() ? 2 : 1;
    int out = groups * (1 + random.nextInt(3));
    String weight = weight(name("up") + ".weight", normal(x.channels, out / groups, 3, 3));
    Op op =
        new Op.ConvTranspose(
            Window.square(2, 3, 1, 1), groups, Collections.nCopies(2, 0), List.of());
    return add(op, out, x.size, x.name, weight);
  }

  private void heads() {
    int heads = 1 + random.nextInt(2);
    for (int i = 0; i < heads; i++) {
      Maps x = i == 0 ? live.getLast() : pick();
      if (random.nextInt(4) == 0) {
        builder.output(new Port(conv(x, 3, 1, 1).name, ValueType.floats(1, 3, x.size, x.size)));
      } else {
        builder.output(new Port(linear(x), ValueType.floats(1, 3)));
      }
    }
  }

  private String linear(Maps x) {
    Maps pooled = random.nextBoolean() ? add(new Op.GlobalPool(false), x.channels, 1, x.name) : x;
    Maps flat = add(new Op.Flatten(1), x.channels, 1, pooled.name);
    int width = x.channels * pooled.size * pooled.size;
    String name = name("linear");
    String weight = weight(name + ".weight", normal(3, width));
    String bias = weight(name + ".bias", normal(3));
    return add(new Op.Gemm(1, 1, false, true), 3, 1, flat.name, weight, bias).name;
  }
}
