package io.espalier.graph;

import java.util.List;

/**
 * ONNX's pointwise family: each output element depends on the input elements at the same position
 * alone, after broadcasting. Each constant is a row: ONNX name, number of inputs, and the names and
 * defaults of its numeric attributes.
 */
public enum Pointwise {
  ABS("Abs", 1),
  ACOS("Acos", 1),
  ACOSH("Acosh", 1),
  ADD("Add", 2),
  AND("And", 2),
  ASIN("Asin", 1),
  ASINH("Asinh", 1),
  ATAN("Atan", 1),
  ATANH("Atanh", 1),
  CEIL("Ceil", 1),
  CELU("Celu", 1, List.of("alpha"), List.of(1.0)),
  /** Parameters are the bounds; an absent bound is infinite. */
  CLIP(
      "Clip",
      1,
      List.of("min", "max"),
      List.of(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY)),
  COS("Cos", 1),
  COSH("Cosh", 1),
  DIV("Div", 2),
  ELU("Elu", 1, List.of("alpha"), List.of(1.0)),
  EQUAL("Equal", 2),
  ERF("Erf", 1),
  EXP("Exp", 1),
  FLOOR("Floor", 1),
  /** The parameter is 1 for the tanh approximation, 0 for the exact form. */
  GELU("Gelu", 1, List.of("approximate"), List.of(0.0)),
  GREATER("Greater", 2),
  GREATER_OR_EQUAL("GreaterOrEqual", 2),
  HARD_SIGMOID("HardSigmoid", 1, List.of("alpha", "beta"), List.of(0.2, 0.5)),
  HARD_SWISH("HardSwish", 1),
  IDENTITY("Identity", 1),
  IS_NAN("IsNaN", 1),
  LEAKY_RELU("LeakyRelu", 1, List.of("alpha"), List.of(0.01)),
  LESS("Less", 2),
  LESS_OR_EQUAL("LessOrEqual", 2),
  LOG("Log", 1),
  MAX("Max", -1),
  MEAN("Mean", -1),
  MIN("Min", -1),
  MISH("Mish", 1),
  MOD("Mod", 2, List.of("fmod"), List.of(0.0)),
  MUL("Mul", 2),
  NEG("Neg", 1),
  NOT("Not", 1),
  OR("Or", 2),
  POW("Pow", 2),
  PRELU("PRelu", 2),
  RECIPROCAL("Reciprocal", 1),
  RELU("Relu", 1),
  ROUND("Round", 1),
  SELU(
      "Selu",
      1,
      List.of("alpha", "gamma"),
      List.of(1.67326319217681884765625, 1.05070102214813232421875)),
  SIGMOID("Sigmoid", 1),
  SIGN("Sign", 1),
  SIN("Sin", 1),
  SINH("Sinh", 1),
  SOFTPLUS("Softplus", 1),
  SOFTSIGN("Softsign", 1),
  SQRT("Sqrt", 1),
  SUB("Sub", 2),
  SUM("Sum", -1),
  SWISH("Swish", 1, List.of("alpha"), List.of(1.0)),
  TAN("Tan", 1),
  TANH("Tanh", 1),
  THRESHOLDED_RELU("ThresholdedRelu", 1, List.of("alpha"), List.of(1.0)),
  WHERE("Where", 3),
  XOR("Xor", 2);

  private final String onnxName;
  private final int arity;
  private final List<String> parameterNames;
  private final List<Double> defaults;

  Pointwise(String onnxName, int arity) {
    this(onnxName, arity, List.of(), List.of());
  }

  Pointwise(String onnxName, int arity, List<String> parameterNames, List<Double> defaults) {
    this.onnxName = onnxName;
    this.arity = arity;
    this.parameterNames = parameterNames;
    this.defaults = defaults;
  }

  /** ONNX's operator name. */
  public String onnxName() {
    return onnxName;
  }

  /** Number of inputs; -1 for one or more. */
  public int arity() {
    return arity;
  }

  /** Names of the numeric attributes, in the order of {@link Op.Elementwise#parameters()}. */
  public List<String> parameterNames() {
    return parameterNames;
  }

  /** Their values where a file gives none. */
  public List<Double> defaults() {
    return defaults;
  }

  /** True when the result is a truth value whatever the inputs' type. */
  public boolean isPredicate() {
    return switch (this) {
      case AND, OR, XOR, NOT, EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL, IS_NAN -> true;
      default -> false;
    };
  }
}
