package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Mode;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Scope;
import io.espalier.torch.TorchNet;
import io.espalier.zoo.Zoo;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network of the zoo in the file format and in both runtimes. */
class ZooRunTest {
  @ParameterizedTest
  @MethodSource("names")
  void network_ofTheZoo_isTheSameEverywhere(String name) {
    Graph graph = Zoo.build(name, 11);
    byte[] bytes = OnnxWriter.toBytes(graph);
    Graph read = OnnxReader.read(bytes);
    assertTrue(read.initializers().equals(graph.initializers()), "weights differ");
    assertTrue(read.types().equals(graph.types()), "types differ");
    Tensor input = RandomInputs.of(graph.inputs(), 2, 3).get("input");
    float[] onTorch = onTorch(graph, input);
    try (OrtNet net = OrtNet.load(bytes, name, OrtOptions.plain())) {
      float[] onOrt = net.run(input.toFloats(), input.shape());
      assertEquals(20, onOrt.length);
      double scale = 0;
      for (float value : onOrt) {
        scale = Math.max(scale, Math.abs(value));
      }
      assertTrue(scale > 1e-3, "logits vanish: " + scale);
      for (int i = 0; i < onOrt.length; i++) {
        assertEquals(onOrt[i], onTorch[i], 1e-4 * scale);
      }
    }
  }

  private static float[] onTorch(Graph graph, Tensor input) {
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(graph, NetOptions.defaults())) {
      return net.forward(DeviceTensor.of(input), Mode.EVAL).toFloats();
    }
  }

  static List<String> names() {
    return Zoo.names();
  }
}
