package io.espalier.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpRoundTripTest {
  static List<Integer> opsets() {
    return OpSamples.OPSETS;
  }

  @ParameterizedTest
  @MethodSource("opsets")
  void operator_writtenAtAnOpset_isReadBackAsTheSame(int opset) {
    for (Graph sample : OpSamples.at(opset)) {
      Graph again = OnnxReader.read(OnnxWriter.toBytes(sample));
      int written = again.header().opset();
      assertTrue(written >= opset, sample.name());
      assertEquals(sample, again.withHeader(sample.header()), sample.nodes() + " at " + written);
    }
  }

  @Test
  void operator_thatTheOpsetHas_doesNotRaiseIt() {
    List<Graph> raised =
        OpSamples.at(21).stream()
            .filter(graph -> OnnxReader.read(OnnxWriter.toBytes(graph)).header().opset() != 21)
            .toList();
    assertEquals(List.of("Swish", "Swish"), raised.stream().map(Graph::name).toList());
  }
}
