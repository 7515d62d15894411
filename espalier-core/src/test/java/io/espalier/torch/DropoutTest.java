package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void dropout_inTraining_followsSeed() {
    GraphBuilder builder = TestNets.images("dropout", 2);
    builder.add("y", new Op.Dropout(0.5), "x");
    Graph graph = builder.output(TestNets.output("y", 2, 8, 8)).build();
    DeviceTensor ones = DeviceTensor.ones(1, 2, 8, 8);
    try (TorchNet net = TorchNet.of(graph, NetOptions.defaults())) {
      Torch.seed(1);
      float[] first = net.forward(ones, Mode.TRAIN).toFloats();
      float[] second = net.forward(ones, Mode.TRAIN).toFloats();
      Torch.seed(1);
      assertArrayEquals(first, net.forward(ones, Mode.TRAIN).toFloats());
      assertFalse(Arrays.equals(first, second));
      for (float value : first) {
        assertTrue(value == 0 || value == 2, "value " + value);
      }
      assertArrayEquals(ones.toFloats(), net.forward(ones, Mode.EVAL).toFloats());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 0.75})
  void dropout_inTraining_dropsEachValueByItself(double ratio) {
    GraphBuilder builder = TestNets.images("dropout", 64);
    builder.add("y", new Op.Dropout(ratio), "x");
    Graph graph = builder.output(TestNets.output("y", 64, 8, 8)).build();
    try (TorchNet net = TorchNet.of(graph, NetOptions.defaults())) {
      Torch.seed(3);
      float[] values = net.forward(DeviceTensor.ones(16, 64, 8, 8), Mode.TRAIN).toFloats();
      float factor = (float) (65536 / (65536 - Math.rint(ratio * 65536)));
      boolean[] dropped = new boolean[values.length];
      for (int i = 0; i < values.length; i++) {
        assertTrue(values[i] == 0 || values[i] == factor, "value " + values[i]);
        dropped[i] = values[i] == 0;
      }
      assertEquals(ratio, share(dropped, 0), 0.01);
      // Values whose random bits lie in the same word, and in the next one.
      for (int distance : new int[] {1, 2, 3, 4, 64}) {
        assertEquals(ratio * ratio, share(dropped, distance), 0.01, "distance " + distance);
      }
    }
  }

  private static double share(boolean[] dropped, int distance) {
    return IntStream.range(0, dropped.length - distance)
            .filter(i -> dropped[i] && dropped[i + distance])
            .count()
        / (double) (dropped.length - distance);
  }
}
