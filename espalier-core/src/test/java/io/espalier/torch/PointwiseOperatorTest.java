package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole pointwise family against ONNX Runtime. */
class PointwiseOperatorTest {
  private static final int NEWEST = 24;

  /** Parameters other than the defaults. */
  private static final Map<Pointwise, List<Double>> PARAMETERS =
      Map.of(
          Pointwise.CELU, List.of(0.7),
          Pointwise.CLIP, List.of(-0.5, 0.25),
          Pointwise.ELU, List.of(0.7),
          Pointwise.GELU, List.of(1.0),
          Pointwise.HARD_SIGMOID, List.of(0.3, 0.6),
          Pointwise.LEAKY_RELU, List.of(0.2),
          Pointwise.SELU, List.of(1.5, 1.2),
          Pointwise.SWISH, List.of(1.7),
          Pointwise.THRESHOLDED_RELU, List.of(0.3));

  static Stream<OperatorCase> everyKind() {
    return Arrays.stream(Pointwise.values()).flatMap(PointwiseOperatorTest::cases);
  }

  private static Stream<OperatorCase> cases(Pointwise kind) {
    OperatorCase plain = one(kind, new Op.Elementwise(kind));
    return PARAMETERS.containsKey(kind)
        ? Stream.of(plain, one(kind, new Op.Elementwise(kind, PARAMETERS.get(kind))))
        : Stream.of(plain);
  }

  private static OperatorCase one(Pointwise kind, Op op) {
    CaseRandom random = new CaseRandom(kind.ordinal());
    return OperatorCase.ofInputs(op.toString(), op, inputs(kind, random)).withOpset(opset(kind));
  }

  private static int opset(Pointwise kind) {
    return kind == Pointwise.SWISH ? NEWEST : 21;
  }

  private static Tensor[] inputs(Pointwise kind, CaseRandom random) {
    int[] wide = {2, 3, 4, 5};
    int[] narrow = {3, 1, 5};
    return switch (kind) {
      case ACOSH -> new Tensor[] {random.within(1, 4, wide)};
      case LOG, SQRT -> new Tensor[] {random.within(0.1, 4, wide)};
      case RECIPROCAL -> new Tensor[] {random.within(0.5, 2, wide)};
      case ROUND -> new Tensor[] {halves(random, wide)};
      case IS_NAN -> new Tensor[] {Tensor.floats(new int[] {3}, 1, Float.NaN, -1)};
      case POW -> new Tensor[] {random.within(0.1, 2, wide), random.within(-2, 2, narrow)};
      case DIV -> new Tensor[] {random.tensor(wide), random.within(0.5, 2, narrow)};
      case MOD -> new Tensor[] {whole(random, -9, 9, wide), whole(random, 1, 4, narrow)};
      case AND, OR, XOR -> new Tensor[] {truth(random, wide), truth(random, narrow)};
      case NOT -> new Tensor[] {truth(random, wide)};
      case EQUAL -> new Tensor[] {whole(random, 0, 2, wide), whole(random, 0, 2, narrow)};
      case WHERE -> new Tensor[] {truth(random, narrow), random.tensor(wide), random.tensor(5)};
      case MAX, MIN, MEAN, SUM ->
          new Tensor[] {random.tensor(wide), random.tensor(narrow), random.tensor(5)};
      default ->
          kind.arity() == 1
              ? new Tensor[] {random.within(-0.99, 0.99, wide)}
              : new Tensor[] {random.tensor(wide), random.tensor(narrow)};
    };
  }

  private static Tensor halves(CaseRandom random, int... shape) {
    double[] values = whole(random, -9, 9, shape).toDoubles();
    return Tensor.of(DataType.FLOAT, shape, Arrays.stream(values).map(v -> v / 2).toArray());
  }

  private static Tensor truth(CaseRandom random, int... shape) {
    return Tensor.of(DataType.BOOL, shape, whole(random, 0, 1, shape).toDoubles());
  }

  private static Tensor whole(CaseRandom random, int least, int most, int... shape) {
    int count = (int) Tensor.elements(shape);
    long[] values =
        random.list(count, least, most).stream().mapToLong(Integer::longValue).toArray();
    return Tensor.longs(shape, values);
  }

  static Stream<OperatorCase> integers() {
    int[] shape = {4, 3};
    CaseRandom random = new CaseRandom(99);
    return Stream.of(Pointwise.ADD, Pointwise.SUB, Pointwise.MUL, Pointwise.DIV)
        .map(
            kind ->
                OperatorCase.ofInputs(
                    "integers " + kind,
                    new Op.Elementwise(kind),
                    whole(random, -20, 20, shape),
                    whole(random, 1, 7, shape)));
  }

  static Stream<OperatorCase> slopes() {
    CaseRandom random = new CaseRandom(98);
    Op op = new Op.Elementwise(Pointwise.PRELU);
    return Stream.of(new int[] {1}, new int[] {3, 1, 1}, new int[] {1, 3, 1, 1}, new int[] {5})
        .map(
            shape ->
                OperatorCase.of(
                    "PRelu " + Arrays.toString(shape),
                    op,
                    random.tensor(2, 3, 4, 5),
                    random.tensor(shape)));
  }

  static Stream<OperatorCase> casts() {
    CaseRandom random = new CaseRandom(97);
    return Stream.of(DataType.INT64, DataType.INT32, DataType.BOOL, DataType.FLOAT)
        .flatMap(
            to ->
                Stream.of(random.within(-9, 9, 3, 4), whole(random, -2, 2, 3, 4))
                    .map(x -> OperatorCase.of("Cast " + x + " " + to, new Op.Cast(to), x)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"everyKind", "integers", "slopes", "casts"})
  void operator_onLibtorch_agreesWithOnnxRuntime(OperatorCase operator) {
    operator.check();
  }
}
