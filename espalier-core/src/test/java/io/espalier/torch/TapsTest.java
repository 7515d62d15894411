package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapsTest {
  private Scope scope;
  private TorchNet net;
  private DeviceTensor batch;

  @BeforeEach
  void open() {
    scope = Scope.open();
    net = TorchNet.of(TestNets.residual(), NetOptions.exact());
    batch = TestNets.batch(1, 3);
  }

  @AfterEach
  void close() {
    net.close();
    scope.close();
  }

  @Test
  void tap_thatReads_seesValueAfterThePassToo() {
    Map<String, DeviceTensor> seen = new HashMap<>();
    UnaryOperator<DeviceTensor> remember =
        value -> {
          seen.put("relu", value);
          return value;
        };
    DeviceTensor plain = net.forward(batch, Mode.EVAL);
    DeviceTensor tapped = net.forward(batch, Mode.EVAL, Taps.of(Map.of("relu", remember)));
    assertArrayEquals(plain.toDoubles(), tapped.toDoubles());
    assertArrayEquals(new long[] {3, 4, 8, 8}, seen.get("relu").shape());
    assertEquals(0, seen.get("relu").neg().relu().sum().item());
  }

  @Test
  void tap_thatReplaces_changesOutputAndPassesGradients() {
    DeviceTensor gate = DeviceTensor.ones(1, 4, 1, 1).requiresGrad(true);
    UnaryOperator<DeviceTensor> gated = value -> value.mul(gate);
    double[] plain = net.forward(batch, Mode.EVAL_GRADIENTS).toDoubles();
    DeviceTensor same = net.forward(batch, Mode.EVAL_GRADIENTS, Taps.of(Map.of("dw", gated)));
    assertArrayEquals(plain, same.toDoubles(), 1e-12);
    same.sum().backward();
    double gradient = gate.grad().toDoubles()[2];
    DeviceTensor moved = DeviceTensor.of(new float[] {1, 1, 1.001f, 1}, 1, 4, 1, 1);
    UnaryOperator<DeviceTensor> other = value -> value.mul(moved);
    double after = net.forward(batch, Mode.EVAL, Taps.of(Map.of("dw", other))).sum().item();
    assertEquals((after - same.sum().item()) / 0.001, gradient, 1e-2 * Math.abs(gradient) + 1e-4);
  }

  @Test
  void tap_thatKeepsGradient_hasItAfterBackward() {
    Map<String, DeviceTensor> seen = new HashMap<>();
    Map<String, UnaryOperator<DeviceTensor>> taps = new HashMap<>();
    for (String value : List.of("sum", "flat")) {
      taps.put(
          value,
          tensor -> {
            seen.put(value, tensor.retainGrad());
            return tensor;
          });
    }
    net.forward(batch, Mode.TRAIN, Taps.of(taps)).sum().backward();
    assertArrayEquals(new long[] {3, 4, 8, 8}, seen.get("sum").grad().shape());
    double[] weight = net.parameters().get("fc.weight").toDoubles();
    double column = weight[1] + weight[5] + weight[9];
    assertEquals(column, seen.get("flat").grad().toDoubles()[1], 1e-12);
  }

  @Test
  void tap_onInputAndWeight_replacesThem() {
    UnaryOperator<DeviceTensor> zero = value -> value.mul(0);
    DeviceTensor blind = net.forward(batch, Mode.EVAL, Taps.of(Map.of("x", zero)));
    DeviceTensor dark = net.forward(batch.mul(0), Mode.EVAL);
    assertArrayEquals(dark.toDoubles(), blind.toDoubles());
    DeviceTensor cut = net.forward(batch, Mode.EVAL, Taps.of(Map.of("fc.weight", zero)));
    double[] bias = net.parameters().get("fc.bias").toDoubles();
    assertEquals(bias[0], cut.toDoubles()[0], 1e-12);
    assertEquals(bias[2], cut.toDoubles()[8], 1e-12);
  }

  @Test
  void gradients_ofTappedInput_reachTheImage() {
    DeviceTensor image = batch.copy().requiresGrad(true);
    DeviceTensor loss = net.forward(image, Mode.EVAL_GRADIENTS).sum();
    DeviceTensor gradient = DeviceTensor.gradients(loss, List.of(image)).getFirst();
    assertArrayEquals(batch.shape(), gradient.shape());
  }

  @Test
  void tap_onUnknownValue_isAnError() {
    Taps taps = Taps.of(Map.of("nowhere", UnaryOperator.identity()));
    String message =
        assertThrows(IllegalArgumentException.class, () -> net.forward(batch, Mode.EVAL, taps))
            .getMessage();
    assertEquals("the network has no value 'nowhere'", message);
  }
}
