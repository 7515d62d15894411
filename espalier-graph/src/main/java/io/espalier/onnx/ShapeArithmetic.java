package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.espalier.graph.DataType;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Works out nodes whose inputs are known before the network runs, and the shapes of values. */
final class ShapeArithmetic {
  private final Knowledge knowledge;
  private final FoldBudget budget;

  ShapeArithmetic(Knowledge knowledge, FoldBudget budget) {
    this.knowledge = knowledge;
    this.budget = budget;
  }

  /** What {@code node} makes, one entry an output; nothing if it waits for the network's inputs. */
  Optional<List<Known>> evaluate(Node node) {
    try {
      if (node.op() instanceof Op.Opaque opaque) {
        return opaque.domain().isEmpty() ? ofOpaque(node, opaque).map(List::of) : Optional.empty();
      }
      List<Known> in = new ArrayList<>();
      for (String input : node.inputs()) {
        Optional<Known> known = knowledge.value(input);
        if (known.isEmpty()) {
          return Optional.empty();
        }
        in.add(known.get());
      }
      return in.isEmpty() ? Optional.empty() : evaluate(node, in);
    } catch (ArithmeticException e) {
      // A division by zero, say: the runtime may decide.
      return Optional.empty();
    }
  }

  private Optional<List<Known>> evaluate(Node node, List<Known> in) {
    Known x = in.getFirst();
    int[] to = fixed(node.output());
    return switch (node.op()) {
      case Op.Reshape o -> reshaped(x, to);
      case Op.Flatten o -> reshaped(x, to);
      case Op.Squeeze o -> reshaped(x, to);
      case Op.Unsqueeze o -> reshaped(x, to);
      case Op.Split o -> split(o, x);
      case Op.Concat o when moves(to, in) ->
          one(joined(in).pick(Positions.joined(shapes(in), o.axis()), to));
      case Op.Transpose o when moves(to, in) ->
          one(x.pick(Positions.transposed(x.shape(), o.permutation()), to));
      case Op.Slice o when moves(to, in) -> one(x.pick(Positions.sliced(x.shape(), o, to), to));
      case Op.Gather o when moves(to, in) ->
          one(x.pick(Positions.gathered(x.shape(), o.axis(), o.indices()), to));
      case Op.Expand o when moves(to, in) -> one(x.pick(Positions.broadcast(x.shape(), to), to));
      case Op.Cast o when moves(to, in) -> one(cast(x, o.to()));
      case Op.Reduce o -> reduced(o, x, to);
      case Op.Elementwise o when o.kind() == Pointwise.IDENTITY -> one(x);
      case Op.Elementwise o -> pointwise(node, o, in, to);
      default -> Optional.empty();
    };
  }

  private int[] fixed(String value) {
    Shape shape = knowledge.shape(value).orElseThrow(() -> new ArithmeticException("no shape"));
    if (!shape.isFixed()) {
      throw new ArithmeticException("no fixed shape");
    }
    return shape.dims().stream().mapToInt(dim -> Math.toIntExact(dim.size())).toArray();
  }

  private boolean moves(int[] to, List<Known> in) {
    long source = in.stream().mapToLong(Known::elements).sum();
    return budget.moves(Tensor.elements(to), source);
  }

  private static Optional<List<Known>> one(Known known) {
    return Optional.of(List.of(known));
  }

  /** The same elements: arrays are shared, so that this costs nothing. */
  private static Optional<List<Known>> reshaped(Known x, int[] to) {
    return switch (x) {
      case Known.Numbers n -> one(new Known.Numbers(n.tensor().reshape(to)));
      case Known.Sizes s -> one(new Known.Sizes(s.type(), to, s.entries()));
    };
  }

  private Optional<List<Known>> split(Op.Split op, Known x) {
    if (!budget.moves(x.elements(), x.elements())) {
      return Optional.empty();
    }
    List<Known> pieces = new ArrayList<>();
    int start = 0;
    for (int size : op.sizes()) {
      int[] shape = x.shape();
      shape[op.axis() < 0 ? op.axis() + shape.length : op.axis()] = size;
      pieces.add(x.pick(Positions.cut(x.shape(), op.axis(), start, size), shape));
      start += size;
    }
    return Optional.of(pieces);
  }

  private static List<int[]> shapes(List<Known> in) {
    return in.stream().map(Known::shape).toList();
  }

  /** All elements of all inputs, one input behind the other. */
  private static Known joined(List<Known> in) {
    DataType type = in.getFirst().type();
    int[] length = {in.stream().mapToInt(Known::elements).sum()};
    if (in.stream().allMatch(Known.Numbers.class::isInstance)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(length[0], type.bytes()));
      in.forEach(known -> bytes.put(((Known.Numbers) known).tensor().buffer()));
      return new Known.Numbers(Tensor.of(type, length, bytes.flip()));
    }
    List<Entry> entries = new ArrayList<>();
    in.forEach(known -> entries.addAll(entries(known)));
    return Known.of(type, length, entries);
  }

  private static List<Entry> entries(Known known) {
    List<Entry> entries = new ArrayList<>(known.elements());
    for (int i = 0; i < known.elements(); i++) {
      entries.add(known.entry(i));
    }
    return entries;
  }

  private static Known cast(Known x, DataType to) {
    if (x instanceof Known.Numbers numbers) {
      Tensor from = numbers.tensor();
      return new Known.Numbers(
          to == from.type()
              ? from
              : to == DataType.INT64
                  ? Tensor.longs(from.shape(), from.toLongs())
                  : Tensor.of(to, from.shape(), from.toDoubles()));
    }
    boolean cutsOff = x.type().isReal() && !to.isReal();
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : entries(x)) {
      boolean formula = entry.isFormula();
      entries.add(
          entry.isNumber()
              ? cutsOff ? Entry.of(entry.whole()) : to.isReal() ? Entry.of(entry.real()) : entry
              : cutsOff && formula ? Entry.symbol("Cast(" + entry.symbol() + ")") : entry);
    }
    return Known.of(to, x.shape(), entries);
  }

  private Optional<List<Known>> reduced(Op.Reduce op, Known x, int[] to) {
    Pointwise kind =
        switch (op.kind()) {
          case PROD -> Pointwise.MUL;
          case SUM -> Pointwise.ADD;
          case MAX -> Pointwise.MAX;
          case MIN -> Pointwise.MIN;
          default -> Pointwise.IDENTITY;
        };
    if (kind == Pointwise.IDENTITY || !computable(x) || !budget.computes(x.elements())) {
      return Optional.empty();
    }
    Entry[] results = new Entry[Math.toIntExact(Tensor.elements(to))];
    int[] places = Positions.reduced(x.shape(), op.axes());
    for (int i = 0; i < places.length; i++) {
      Entry so = results[places[i]];
      Entry next = x.entry(i);
      results[places[i]] =
          so == null ? next : EntryArithmetic.apply(kind, List.of(so, next), x.type().isReal());
    }
    boolean complete = Arrays.stream(results).allMatch(entry -> entry != null);
    return complete ? one(Known.of(x.type(), to, List.of(results))) : Optional.empty();
  }

  private Optional<List<Known>> pointwise(Node node, Op.Elementwise op, List<Known> in, int[] to) {
    boolean able =
        EntryArithmetic.KINDS.contains(op.kind())
            && in.stream().allMatch(ShapeArithmetic::computable)
            && budget.computes(Tensor.elements(to));
    if (!able) {
      return Optional.empty();
    }
    List<int[]> places = new ArrayList<>();
    in.forEach(known -> places.add(Positions.broadcast(known.shape(), to)));
    List<Entry> results = new ArrayList<>();
    for (int i = 0; i < Tensor.elements(to); i++) {
      List<Entry> elements = new ArrayList<>(in.size());
      for (int input = 0; input < in.size(); input++) {
        elements.add(in.get(input).entry(places.get(input)[i]));
      }
      results.add(EntryArithmetic.apply(op.kind(), elements, in.getFirst().type().isReal()));
    }
    ValueType type = knowledge.types().get(node.output());
    return one(Known.of(type.type(), to, results));
  }

  private static boolean computable(Known known) {
    return switch (known.type()) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT32, INT64, BOOL -> true;
      default -> false;
    };
  }

  private Optional<Known> ofOpaque(Node node, Op.Opaque opaque) {
    return switch (opaque.type()) {
      case "Shape" -> shapeOf(node, opaque);
      case "Size" -> sizeOf(node);
      case "ConstantOfShape" -> filled(node, opaque);
      case "Range" -> range(node);
      default -> Optional.empty();
    };
  }

  private Optional<Known> shapeOf(Node node, Op.Opaque opaque) {
    Optional<Shape> shape = knowledge.shape(node.input(0));
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    Attributes attributes = new Attributes(Payload.parse(opaque.payload()));
    int rank = shape.get().rank();
    int start = bound(attributes.integer("start", 0), rank);
    int end = Math.max(start, bound(attributes.integer("end", rank), rank));
    List<Entry> entries = new ArrayList<>();
    for (int axis = start; axis < end; axis++) {
      entries.add(knowledge.size(node.input(0), axis));
    }
    return Optional.of(Known.of(DataType.INT64, new int[] {entries.size()}, entries));
  }

  private static int bound(long position, int rank) {
    return Math.clamp(position < 0 ? position + rank : position, 0, rank);
  }

  private Optional<Known> sizeOf(Node node) {
    Optional<Shape> shape = knowledge.shape(node.input(0));
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    Entry product = Entry.of(1);
    for (int axis = 0; axis < shape.get().rank(); axis++) {
      List<Entry> factors = List.of(product, knowledge.size(node.input(0), axis));
      product = EntryArithmetic.apply(Pointwise.MUL, factors, false);
    }
    return Optional.of(Known.of(DataType.INT64, new int[0], List.of(product)));
  }

  private Optional<Known> filled(Node node, Op.Opaque opaque) {
    Optional<Known> sizes = knowledge.value(node.input(0));
    if (!(sizes.orElse(null) instanceof Known.Numbers numbers) || numbers.tensor().rank() != 1) {
      return Optional.empty();
    }
    int[] shape = Arrays.stream(numbers.tensor().toLongs()).mapToInt(Math::toIntExact).toArray();
    if (Arrays.stream(shape).anyMatch(size -> size < 0)
        || !budget.moves(Tensor.elements(shape), 0)) {
      return Optional.empty();
    }
    return fill(Payload.parse(opaque.payload()))
        .filter(value -> value.elements() == 1)
        .map(value -> new Known.Numbers(value.pick(new int[(int) Tensor.elements(shape)], shape)));
  }

  private static Optional<Tensor> fill(NodeProto proto) {
    if (proto.getAttributeCount() == 0) {
      return Optional.of(Tensor.floats(new int[] {1}, 0));
    }
    TensorProto value = proto.getAttribute(0).getT();
    return new TensorReader(ExternalData.none()).read(value);
  }

  private Optional<Known> range(Node node) {
    List<Entry> bounds = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Optional<Known> bound = knowledge.value(node.input(i)).filter(b -> b.elements() == 1);
      if (bound.isEmpty() || bound.get().type() != DataType.INT64) {
        return Optional.empty();
      }
      bounds.add(bound.get().entry(0));
    }
    if (!bounds.stream().allMatch(Entry::isNumber) || bounds.get(2).is(0)) {
      return Optional.empty();
    }
    long start = bounds.get(0).whole();
    long step = bounds.get(2).whole();
    long room = Math.subtractExact(bounds.get(1).whole(), start);
    long count = Math.max(0, Math.ceilDiv(room, step));
    if (!budget.computes(count)) {
      return Optional.empty();
    }
    long[] values = new long[(int) count];
    for (int i = 0; i < count; i++) {
      values[i] = start + i * step;
    }
    return Optional.of(new Known.Numbers(Tensor.longs(new int[] {(int) count}, values)));
  }
}
