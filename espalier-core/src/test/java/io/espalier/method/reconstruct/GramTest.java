package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.DataType;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GramTest {
  /** One strip, whole strips, and a narrow last one: the product itself, and symmetric. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, Gram.STRIP, Gram.STRIP + 1, 2 * Gram.STRIP, 2 * Gram.STRIP + 300})
  void sum_ofTwoBlocks_isTheProduct(int size) {
    try (Scope scope = Scope.open();
        Gram gram = new Gram(size)) {
      DeviceTensor first = Layers.matrix(Layers.uniform(1, 5, size)).to(DataType.DOUBLE);
      DeviceTensor second = Layers.matrix(Layers.uniform(2, 3, size)).to(DataType.DOUBLE);
      gram.add(first);
      gram.add(second);
      DeviceTensor rows = DeviceTensor.cat(List.of(first, second), 0);
      double[] expected = rows.permute(1, 0).matmul(rows).toDoubles();
      double[] actual = gram.whole().toDoubles();
      assertEquals((long) size * size, actual.length);
      assertArrayEquals(expected, actual, 1e-12);
      assertArrayEquals(actual, gram.whole().permute(1, 0).toDoubles(), 1e-12);
    }
  }

  @Test
  void sum_thatWasRead_goesOn() {
    int size = Gram.STRIP + 2;
    try (Scope scope = Scope.open();
        Gram gram = new Gram(size)) {
      DeviceTensor rows = Layers.matrix(Layers.uniform(1, 2, size)).to(DataType.DOUBLE);
      gram.add(rows);
      double[] once = gram.whole().toDoubles();
      gram.add(rows);
      double[] twice = gram.whole().toDoubles();
      for (int i = 0; i < once.length; i++) {
        assertEquals(2 * once[i], twice[i], 1e-12);
      }
    }
  }
}
