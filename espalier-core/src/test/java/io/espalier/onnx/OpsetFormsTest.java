package io.espalier.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The forms that an operator takes at different opsets mean the same to ONNX Runtime. */
class OpsetFormsTest {
  @Test
  void operator_writtenAtEveryOpset_computesTheSame() throws Exception {
    Map<String, Map<String, Tensor>> newest = results(18);
    for (int opset : OpSamples.OPSETS) {
      Map<String, Map<String, Tensor>> results = results(opset);
      for (Map.Entry<String, Map<String, Tensor>> entry : results.entrySet()) {
        if (newest.containsKey(entry.getKey())) {
          assertClose(opset + " " + entry.getKey(), newest.get(entry.getKey()), entry.getValue());
        }
      }
    }
  }

  private static void assertClose(String what, Map<String, Tensor> a, Map<String, Tensor> b) {
    assertEquals(a.keySet(), b.keySet(), what);
    for (String output : a.keySet()) {
      assertEquals(a.get(output).valueType(), b.get(output).valueType(), what);
      assertArrayEquals(a.get(output).toDoubles(), b.get(output).toDoubles(), 1e-5, what);
    }
  }

  private static Map<String, Map<String, Tensor>> results(int opset) throws Exception {
    Map<String, Map<String, Tensor>> results = new LinkedHashMap<>();
    for (Graph graph : OpSamples.at(opset)) {
      if (runs(graph)) {
        String name = graph.nodes().toString();
        results.put(name, OrtRun.of(OnnxWriter.toBytes(graph), Map.of("x", image())));
        graph
            .outputs()
            .forEach(
                port ->
                    assertEquals(
                        graph.type(port.name()).orElseThrow().shape().dims().subList(1, 2),
                        results.get(name).get(port.name()).valueType().shape().dims().subList(1, 2),
                        name));
      }
    }
    return results;
  }

  /** What ONNX Runtime has on the CPU for floats. */
  private static boolean runs(Graph graph) {
    return graph.nodes().stream()
        .noneMatch(
            node ->
                List.of("Equal", "Swish").contains(node.op().label())
                    || node.op() instanceof Op.Expand);
  }

  private static Tensor image() {
    Random random = new Random(9);
    double[] values = random.doubles(2 * 4 * 36, 0.05, 0.95).toArray();
    return Tensor.of(DataType.FLOAT, new int[] {2, 4, 6, 6}, values);
  }
}
