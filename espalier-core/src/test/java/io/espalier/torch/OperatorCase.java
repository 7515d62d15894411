package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One node and its inputs, of which those from {@code weights} on are initializers. ONNX Runtime
 * and libtorch must agree on it, in float and in double, and on the inferred shape.
 */
record OperatorCase(String name, Op op, List<Tensor> inputs, int weights, int outputs, int opset) {
  private static final double TOLERANCE = 1e-4;
  private static final int OPSET = 21;

  OperatorCase {
    inputs = List.copyOf(inputs);
  }

  /** One image or matrix, the others weights. */
  static OperatorCase of(String name, Op op, Tensor... inputs) {
    return new OperatorCase(name, op, List.of(inputs), 1, 1, OPSET);
  }

  /** Nothing but inputs. */
  static OperatorCase ofInputs(String name, Op op, Tensor... inputs) {
    return new OperatorCase(name, op, List.of(inputs), inputs.length, 1, OPSET);
  }

  OperatorCase withOutputs(int count) {
    return new OperatorCase(name, op, inputs, weights, count, opset);
  }

  OperatorCase withOpset(int version) {
    return new OperatorCase(name, op, inputs, weights, outputs, version);
  }

  void check() {
    Map<String, Tensor> feeds = new LinkedHashMap<>();
    for (int i = 0; i < weights; i++) {
      feeds.put("in" + i, inputs.get(i));
    }
    Graph graph = graph();
    Map<String, Tensor> expected;
    try (OrtNet ort = OrtNet.load(OnnxWriter.toBytes(graph), name, OrtOptions.plain())) {
      expected = ort.run(feeds);
    }
    expected.forEach(
        (value, tensor) ->
            assertEquals(
                tensor.valueType().shape(),
                graph.shape(value).orElseThrow(),
                name + ": inferred shape"));
    compare(graph, feeds, expected, NetOptions.defaults());
    compare(graph, feeds, expected, NetOptions.exact());
  }

  private void compare(
      Graph graph, Map<String, Tensor> feeds, Map<String, Tensor> expected, NetOptions options) {
    Goldens.run(graph, feeds, options)
        .forEach(
            (value, tensor) ->
                Goldens.assertClose(name + " " + options, expected.get(value), tensor, TOLERANCE));
  }

  private Graph graph() {
    Graph typed = builder(value -> new ValueType(DataType.FLOAT, Shape.of())).build();
    return builder(value -> typed.type(value).orElseThrow()).build();
  }

  private GraphBuilder builder(java.util.function.Function<String, ValueType> types) {
    GraphBuilder builder = new GraphBuilder(name.replace(' ', '-'));
    builder.header(Header.created().withOpset(opset));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      names.add("in" + i);
      if (i < weights) {
        builder.input("in" + i, inputs.get(i).valueType());
      } else {
        builder.initializer("in" + i, inputs.get(i));
      }
    }
    List<String> made = new ArrayList<>();
    for (int i = 0; i < outputs; i++) {
      made.add("out" + i);
      builder.output(new Port("out" + i, types.apply("out" + i)));
    }
    return builder.add(new Node("node", op, names, made));
  }

  @Override
  public String toString() {
    return name;
  }
}
