package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.espalier.graph.DataType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LossesTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** Two classes with logits 0 and ln 3 have the shares 1/4 and 3/4. */
  private static DeviceTensor logits() {
    return DeviceTensor.of(new float[] {0, (float) Math.log(3)}, 1, 2);
  }

  @Test
  void crossEntropy_isMinusLogOfShare() {
    DeviceTensor label = DeviceTensor.of(new long[] {0}, 1);
    assertEquals(Math.log(4), Losses.crossEntropy(logits(), label, 0).item(), 1e-6);
    double smooth = 0.9 * Math.log(4) + 0.1 * (Math.log(4) - Math.log(4.0 / 3) * -1) / 2;
    assertEquals(smooth, Losses.crossEntropy(logits(), label, 0.1).item(), 1e-6);
  }

  @Test
  void crossEntropy_ofBfloat16_isFloat() {
    DeviceTensor label = DeviceTensor.of(new long[] {0}, 1);
    DeviceTensor loss = Losses.crossEntropy(logits().to(DataType.BFLOAT16), label, 0);
    assertEquals(DataType.FLOAT, loss.type());
  }

  @Test
  void distillation_isDivergenceTimesSquaredTemperature() {
    DeviceTensor even = DeviceTensor.zeros(1, 2);
    double divergence = 0.25 * Math.log(0.25 / 0.5) + 0.75 * Math.log(0.75 / 0.5);
    assertEquals(divergence, Losses.distillation(even, logits(), 1).item(), 1e-6);
    assertEquals(4 * divergence, Losses.distillation(even, logits().mul(2), 2).item(), 1e-6);
    assertEquals(0, Losses.distillation(logits(), logits(), 3).item(), 1e-6);
  }

  @Test
  void teacher_getsNoGradient() {
    DeviceTensor student = logits().requiresGrad(true);
    DeviceTensor teacher = DeviceTensor.zeros(1, 2).requiresGrad(true);
    Losses.distillation(student, teacher, 1).add(Losses.meanSquared(student, teacher)).backward();
    assertFalse(teacher.hasGrad());
    assertEquals(2, student.grad().elements());
  }

  @Test
  void meanSquared_isMeanOfSquares() {
    DeviceTensor one = DeviceTensor.of(new float[] {1, 2}, 2);
    DeviceTensor other = DeviceTensor.of(new float[] {0, 5}, 2);
    assertEquals(5, Losses.meanSquared(one, other).item(), 1e-6);
  }

  @Test
  void clipGradientNorm_scalesAllGradientsTogether() {
    DeviceTensor a = DeviceTensor.of(new float[] {3}, 1).requiresGrad(true);
    DeviceTensor b = DeviceTensor.of(new float[] {4}, 1).requiresGrad(true);
    DeviceTensor none = DeviceTensor.ones(1);
    a.square().add(b.square()).sum().mul(0.5).backward();
    assertEquals(5, Losses.clipGradientNorm(List.of(a, b, none), 10), 1e-6);
    assertArrayEquals(new float[] {3}, a.grad().toFloats());
    assertEquals(5, Losses.clipGradientNorm(List.of(a, b, none), 1), 1e-6);
    assertArrayEquals(new float[] {0.6f}, a.grad().toFloats(), 1e-5f);
    assertArrayEquals(new float[] {0.8f}, b.grad().toFloats(), 1e-5f);
  }
}
