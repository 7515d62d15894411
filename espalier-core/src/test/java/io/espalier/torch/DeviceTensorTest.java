package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceTensorTest {
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OTHER", "UINT16", "UINT32", "UINT64"})
  void hostTensor_thereAndBack_isTheSame(DataType type) {
    Tensor tensor = Tensor.of(type, new int[] {2, 3}, 1, 0, 1, 1, 0, 1);
    try (Scope scope = Scope.open()) {
      assertEquals(tensor, DeviceTensor.of(tensor).toHost());
    }
  }

  @Test
  void wideUnsigned_becomesInt64() {
    Tensor tensor = Tensor.of(DataType.UINT16, new int[] {2}, 65535, 1);
    try (Scope scope = Scope.open()) {
      assertEquals(Tensor.longs(new int[] {2}, 65535, 1), DeviceTensor.of(tensor).toHost());
    }
  }

  @Test
  void channelsLastView_downloaded_isRowMajor() {
    try (Scope scope = Scope.open()) {
      DeviceTensor matrix = DeviceTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, matrix.permute(1, 0).toFloats());
    }
  }

  @Test
  void scope_closing_freesAllButWhatIsKept() {
    DeviceTensor kept;
    DeviceTensor lost;
    try (Scope scope = Scope.open()) {
      lost = DeviceTensor.ones(3);
      kept = scope.keep(lost.add(1));
    }
    assertEquals(6, kept.sum().item());
    assertEquals("closed tensor", lost.toString());
    assertEquals(
        "a tensor is used after it was freed",
        assertThrows(TorchException.class, () -> lost.add(1)).getMessage());
    kept.close();
    assertEquals("closed tensor", kept.toString());
  }

  @Test
  void keep_inNestedScope_movesToParent() {
    DeviceTensor kept;
    try (Scope outer = Scope.open()) {
      try (Scope inner = Scope.open()) {
        kept = inner.keep(DeviceTensor.ones(2));
      }
      assertEquals(2, kept.sum().item());
    }
    assertEquals("closed tensor", kept.toString());
  }

  @Test
  void operations_onSmallTensors_giveKnownValues() {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = DeviceTensor.of(new float[] {1, -2, 3, 4}, 2, 2);
      assertArrayEquals(new float[] {-1, 7}, a.sum(false, 1).toFloats());
      assertArrayEquals(new float[] {2, 1}, a.mean(true, 0).toFloats());
      assertArrayEquals(new float[] {1, 4}, a.max(false, 1).toFloats());
      assertArrayEquals(new long[] {0, 1}, a.argmax(1).toLongs());
      assertArrayEquals(new long[] {1, 0}, a.select(0, 1).topIndices(2, 0).toLongs());
      assertArrayEquals(new float[] {-5, -10, 15, 10}, a.matmul(a).toFloats());
      assertArrayEquals(new float[] {-2, 1, 4, 3}, a.indexSelect(1, 1, 0).toFloats());
      assertArrayEquals(new float[] {1, -1, 2, 2}, a.clamp(-1, 2).toFloats());
      DeviceTensor positive = a.greater(0);
      assertArrayEquals(
          new float[] {1, 0, 3, 4}, a.where(positive, DeviceTensor.zeros(2, 2)).toFloats());
      assertArrayEquals(
          new float[] {1, -2, 1, -2, 3, 4, 3, 4}, DeviceTensor.cat(List.of(a, a), 1).toFloats());
    }
  }

  @Test
  void inPlaceOperations_changeTheTensor() {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = DeviceTensor.ones(2);
      a.addInPlace(DeviceTensor.of(new float[] {1, 2}, 2), 10).mulInPlace(2);
      assertArrayEquals(new float[] {22, 42}, a.toFloats());
    }
  }

  @Test
  void gradient_afterZeroGrad_isGone() {
    try (Scope scope = Scope.open()) {
      DeviceTensor w = DeviceTensor.ones(2).requiresGrad(true);
      assertFalse(w.hasGrad());
      w.square().sum().backward();
      DeviceTensor grad = w.grad();
      w.zeroGrad();
      assertFalse(w.hasGrad());
      assertArrayEquals(new float[] {2, 2}, grad.toFloats());
      assertThrows(IllegalStateException.class, w::grad);
    }
  }

  @Test
  void withoutGradients_recordsNothing() {
    try (Scope scope = Scope.open()) {
      DeviceTensor w = DeviceTensor.ones(2).requiresGrad(true);
      assertFalse(DeviceTensor.withoutGradients(() -> w.mul(2)).requiresGrad());
      assertTrue(w.mul(2).requiresGrad());
    }
  }

  @Test
  void randomState_givenBack_repeatsNumbers() {
    try (Scope scope = Scope.open()) {
      Torch.seed(3);
      byte[] state = Torch.randomState();
      float[] first = DeviceTensor.randn(5).toFloats();
      Torch.randomState(state);
      assertArrayEquals(first, DeviceTensor.randn(5).toFloats());
    }
  }

  @Test
  void cholesky_solves_andIsEmptyWhereThereIsNone() {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = DeviceTensor.of(new float[] {4, 2, 2, 10}, 2, 2);
      DeviceTensor factor = a.cholesky().orElseThrow();
      assertArrayEquals(new float[] {2, 0, 1, 3}, factor.toFloats());
      DeviceTensor right = DeviceTensor.of(new float[] {8, 22}, 2, 1);
      assertArrayEquals(new float[] {1, 2}, right.choleskySolve(factor).toFloats(), 1e-6f);
      assertTrue(a.sub(DeviceTensor.full(5, 2, 2)).cholesky().isEmpty());
    }
  }

  @Test
  void products_sumsByIndex_andDiagonals_inPlaceOfLoops() {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = DeviceTensor.of(new float[] {1, 2, 3, 4}, 2, 2);
      assertArrayEquals(new float[] {8, 12, 18, 26}, a.copy().addMatmulInPlace(a, a).toFloats());
      DeviceTensor index = DeviceTensor.of(new long[] {1, 1}, 2);
      assertArrayEquals(
          new float[] {0, 0, 4, 6}, DeviceTensor.zeros(2, 2).indexAdd(0, index, a).toFloats());
      a.diagonal().addInPlace(DeviceTensor.ones(2), 10);
      assertArrayEquals(new float[] {11, 2, 3, 14}, a.toFloats());
    }
  }

  @Test
  void pad_takesBeginsThenEnds() {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = DeviceTensor.of(new float[] {1, 2}, 1, 1, 1, 2);
      DeviceTensor padded = a.pad(1, 0, 0, 1);
      assertArrayEquals(new long[] {1, 1, 2, 3}, padded.shape());
      assertArrayEquals(new float[] {0, 0, 0, 1, 2, 0}, padded.toFloats());
      assertArrayEquals(new float[] {1, 2}, a.pad(0, 0, 0, 0).toFloats());
    }
  }

  @Test
  void nativeError_isOneLine() {
    try (Scope scope = Scope.open()) {
      DeviceTensor a = DeviceTensor.ones(2, 3);
      assertEquals(
          "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
          assertThrows(TorchException.class, () -> a.matmul(a)).getMessage());
    }
  }
}
