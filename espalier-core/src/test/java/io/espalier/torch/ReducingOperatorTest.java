package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Op;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Normalisations, products, reductions and quantisation against ONNX Runtime. */
class ReducingOperatorTest {
  private static final int[] IMAGE = {2, 5, 4, 3};

  static Stream<OperatorCase> normalisations() {
    CaseRandom random = new CaseRandom(1);
    Tensor x = random.tensor(IMAGE);
    Tensor five = random.tensor(5);
    Tensor variance = random.within(0.5, 2, 5);
    Tensor flat = random.tensor(2, 5);
    return Stream.of(
        OperatorCase.of("BatchNorm", new Op.BatchNorm(1e-3, 0.9), x, five, five, five, variance),
        OperatorCase.of("flat", new Op.BatchNorm(1e-5, 0.9), flat, five, five, five, variance),
        OperatorCase.of("InstanceNorm", new Op.InstanceNorm(1e-3), x, five, five),
        OperatorCase.of("signal", new Op.InstanceNorm(1e-3), random.tensor(2, 5, 7), five, five),
        OperatorCase.of(
            "LayerNorm", new Op.LayerNorm(-1, 1e-3), x, random.tensor(3), random.tensor(3)),
        OperatorCase.of("no bias", new Op.LayerNorm(2, 1e-5), x, random.tensor(4, 3)),
        OperatorCase.of("broadcast scale", new Op.LayerNorm(1, 1e-5), x, random.tensor(3)),
        OperatorCase.of("LRN odd", new Op.Lrn(3, 0.01, 0.75, 2), x),
        OperatorCase.of("LRN wide", new Op.Lrn(7, 0.5, 0.5, 1), x));
  }

  static Stream<OperatorCase> softmaxes() {
    CaseRandom random = new CaseRandom(2);
    return Stream.of(-1, 1, 2)
        .flatMap(
            axis ->
                Stream.of(false, true)
                    .flatMap(
                        log ->
                            Stream.of(21, 11)
                                .map(
                                    opset ->
                                        OperatorCase.of(
                                                "Softmax %d %s %d".formatted(axis, log, opset),
                                                new Op.Softmax(axis, log, opset < 13),
                                                random.tensor(IMAGE))
                                            .withOpset(opset))));
  }

  static Stream<OperatorCase> products() {
    CaseRandom random = new CaseRandom(3);
    Tensor a = random.tensor(4, 3);
    return Stream.of(
        OperatorCase.of("layer", new Op.Gemm(1, 1, false, true), a, random.tensor(5, 3)),
        OperatorCase.of(
            "bias", new Op.Gemm(1, 1, false, true), a, random.tensor(5, 3), random.tensor(5)),
        OperatorCase.of(
            "column", new Op.Gemm(1, 1, false, true), a, random.tensor(5, 3), random.tensor(4, 1)),
        OperatorCase.of(
            "factors", new Op.Gemm(0.5, 2, true, false), a, random.tensor(4, 5), random.tensor(5)),
        OperatorCase.of("MatMul", new Op.MatMul(), a, random.tensor(3, 5)),
        OperatorCase.of("batch", new Op.MatMul(), random.tensor(2, 4, 3), random.tensor(3, 5)),
        OperatorCase.ofInputs(
            "both", new Op.MatMul(), random.tensor(2, 1, 4, 3), random.tensor(6, 3, 5)),
        OperatorCase.of("vector", new Op.MatMul(), a, random.tensor(3)));
  }

  static Stream<OperatorCase> reductions() {
    CaseRandom random = new CaseRandom(4);
    return Arrays.stream(Op.Reduce.Kind.values())
        .flatMap(
            kind ->
                Stream.of(List.of(1), List.of(-1, 2), List.of(0, 1, 2, 3))
                    .map(
                        axes ->
                            OperatorCase.of(
                                "Reduce " + kind + axes,
                                new Op.Reduce(kind, axes, axes.size() != 1),
                                random.tensor(IMAGE))));
  }

  /** Ties among them: the lower index comes first, in the elements and in their indices. */
  static Stream<OperatorCase> rankings() {
    CaseRandom random = new CaseRandom(6);
    Tensor ties = Tensor.floats(new int[] {2, 6}, 3, 1, 3, 2, 1, 3, 0, 0, 0, 0, 0, 0);
    Tensor x = random.tensor(IMAGE);
    return Stream.of(
        OperatorCase.of("largest", new Op.TopK(1, 4, true), ties).withOutputs(2),
        OperatorCase.of("smallest", new Op.TopK(-1, 5, false), ties).withOutputs(2),
        OperatorCase.of("all", new Op.TopK(1, 6, true), ties).withOutputs(2),
        OperatorCase.of("channels", new Op.TopK(1, 3, true), x).withOutputs(2),
        OperatorCase.of("space", new Op.TopK(-2, 2, false), x).withOutputs(2),
        OperatorCase.of("old", new Op.TopK(1, 4, true), ties).withOutputs(2).withOpset(10));
  }

  static Stream<OperatorCase> quantisations() {
    CaseRandom random = new CaseRandom(5);
    Tensor x = random.within(-20, 20, 2, 3, 4);
    Tensor scale = Tensor.floats(new int[0], 0.125f);
    Tensor scales = Tensor.floats(new int[] {3}, 0.125f, 0.25f, 0.5f);
    Tensor zero = Tensor.of(DataType.UINT8, new int[0], 128);
    Tensor zeros = Tensor.of(DataType.INT8, new int[] {3}, 1, -2, 3);
    Tensor bytes = Tensor.of(DataType.INT8, new int[] {2, 3, 1}, 127, -128, 0, 5, -6, 7);
    Tensor wide = Tensor.of(DataType.INT32, new int[] {2}, 1000, -70000);
    return Stream.of(
        OperatorCase.of("Quantize", new Op.Quantize(1), x, scale, zero),
        OperatorCase.of("no zero point", new Op.Quantize(1), x, scale),
        OperatorCase.of("Quantize axis", new Op.Quantize(-2), x, scales, zeros),
        OperatorCase.of("Dequantize", new Op.Dequantize(1), bytes, scales, zeros),
        OperatorCase.of("Dequantize wide", new Op.Dequantize(1), wide, scale));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "normalisations",
    "softmaxes",
    "products",
    "reductions",
    "rankings",
    "quantisations"
  })
  void operator_onLibtorch_agreesWithOnnxRuntime(OperatorCase operator) {
    operator.check();
  }
}
