package io.espalier.graph;

import java.util.List;

/**
 * What a node does: a record of attributes, without weights or names. Attributes follow the newest
 * ONNX opset whatever the file's; what a file passes as a constant input (axes, pads, target
 * shapes, clip bounds) is an attribute here. A concern (shapes, cost, channel flow, execution,
 * files) is one file with one exhaustive switch over this interface.
 */
public sealed interface Op {
  /** Convolution over 1 to 3 spatial axes. Inputs: x, weight {@code [O, I/groups, k...]}, bias? */
  record Conv(Window window, int groups) implements Op {
    public Conv {
      Require.positive("groups", groups);
    }
  }

  /** Transposed convolution. Inputs: x, weight {@code [I, O/groups, k...]}, bias? */
  record ConvTranspose(
      Window window, int groups, List<Integer> outputPadding, List<Integer> outputShape)
      implements Op {
    public ConvTranspose {
      Require.positive("groups", groups);
      outputPadding = List.copyOf(outputPadding);
      outputShape = List.copyOf(outputShape);
    }
  }

  /**
   * Batch normalisation. Inputs: x {@code [N, C, ...]}, scale, bias, mean, variance, each {@code
   * [C]}. {@code momentum} is the share of the old running statistics that is kept.
   */
  record BatchNorm(double epsilon, double momentum) implements Op {
    /** With the numbers that the frameworks take where nothing else is said. */
    public static final BatchNorm USUAL = new BatchNorm(1e-5, 0.9);
  }

  /** Normalisation over the spatial axes of each sample. Inputs: x, scale, bias. */
  record InstanceNorm(double epsilon) implements Op {}

  /** Normalisation over the axes from {@code axis} on. Inputs: x, scale, bias? */
  record LayerNorm(int axis, double epsilon) implements Op {}

  /** Local response normalisation across channels. */
  record Lrn(int size, double alpha, double beta, double bias) implements Op {}

  /** {@code alpha * A' * B' + beta * C} on matrices. Inputs: a, b, c? */
  record Gemm(double alpha, double beta, boolean transA, boolean transB) implements Op {}

  /** Matrix product over the last two axes, broadcast over the others. */
  record MatMul() implements Op {}

  /** A member of the pointwise family; see {@link Pointwise} for the parameters. */
  record Elementwise(Pointwise kind, List<Double> parameters) implements Op {
    public Elementwise {
      parameters = List.copyOf(parameters);
      if (parameters.size() != kind.parameterNames().size()) {
        throw new IllegalArgumentException(
            "%s takes the parameters %s, but got %s"
                .formatted(kind.onnxName(), kind.parameterNames(), parameters));
      }
    }

    public Elementwise(Pointwise kind) {
      this(kind, kind.defaults());
    }
  }

  /** Conversion to another element type. */
  record Cast(DataType to) implements Op {}

  /** Dropout: the identity outside training. */
  record Dropout(double ratio) implements Op {}

  /**
   * Softmax along {@code axis}, or its logarithm. {@code flattened} is the rule of opset 12 and
   * before: over all axes from {@code axis} on.
   */
  record Softmax(int axis, boolean log, boolean flattened) implements Op {}

  /** Joins its inputs along {@code axis}. */
  record Concat(int axis) implements Op {}

  /** Cuts its input along {@code axis} into pieces of the given sizes, one an output. */
  record Split(int axis, List<Integer> sizes) implements Op {
    public Split {
      sizes = List.copyOf(sizes);
    }
  }

  /** ONNX's Slice: one start, end, axis and step an entry. */
  record Slice(List<Long> starts, List<Long> ends, List<Integer> axes, List<Long> steps)
      implements Op {
    public Slice {
      starts = List.copyOf(starts);
      ends = List.copyOf(ends);
      axes = List.copyOf(axes);
      steps = List.copyOf(steps);
      if (starts.size() != axes.size()
          || ends.size() != axes.size()
          || steps.size() != axes.size()) {
        throw new IllegalArgumentException(
            "slice needs a start, an end and a step for each axis, but got %s %s %s for axes %s"
                .formatted(starts, ends, steps, axes));
      }
    }
  }

  /**
   * Picks positions along {@code axis}. {@code scalar} drops the axis (one index).
   *
   * @param indices 0 or more; a negative index counts from the end
   */
  record Gather(int axis, List<Integer> indices, boolean scalar) implements Op {
    public Gather {
      indices = List.copyOf(indices);
    }
  }

  /** Pads every axis: {@code pads} holds all begins, then all ends; negative crops. */
  record Pad(String mode, List<Integer> pads, double value) implements Op {
    public Pad {
      pads = List.copyOf(pads);
    }
  }

  /** Largest element of each window. */
  record MaxPool(Window window, boolean ceil) implements Op {}

  /** Mean of each window. */
  record AveragePool(Window window, boolean ceil, boolean countPadding) implements Op {}

  /** Mean or maximum over all spatial axes, which stay with size 1. */
  record GlobalPool(boolean max) implements Op {}

  /** Reduces the given axes (never empty). */
  record Reduce(Kind kind, List<Integer> axes, boolean keepDims) implements Op {
    /** What is computed over the reduced axes. */
    public enum Kind {
      MEAN,
      SUM,
      MAX,
      MIN,
      PROD,
      L1,
      L2,
      SUM_SQUARE
    }

    public Reduce {
      axes = List.copyOf(axes);
    }
  }

  /**
   * The {@code count} largest (or smallest) elements along {@code axis}, in order; of equal ones
   * the lower index comes first. Outputs: the elements, their indices (int64).
   */
  record TopK(int axis, int count, boolean largest) implements Op {
    public TopK {
      if (count < 0) {
        throw new IllegalArgumentException("TopK takes 0 elements or more, but got " + count);
      }
    }
  }

  /** To a matrix: axes before {@code axis}, and the rest. */
  record Flatten(int axis) implements Op {}

  /** To {@code shape}: 0 copies the input's size (unless {@code allowZero}), one -1 is inferred. */
  record Reshape(List<Long> shape, boolean allowZero) implements Op {
    public Reshape {
      shape = List.copyOf(shape);
    }
  }

  /** Permutes the axes. */
  record Transpose(List<Integer> permutation) implements Op {
    public Transpose {
      permutation = List.copyOf(permutation);
    }
  }

  /** Drops axes of size 1 (never empty; axes may be negative). */
  record Squeeze(List<Integer> axes) implements Op {
    public Squeeze {
      axes = List.copyOf(axes);
    }
  }

  /** Inserts axes of size 1. */
  record Unsqueeze(List<Integer> axes) implements Op {
    public Unsqueeze {
      axes = List.copyOf(axes);
    }
  }

  /** Broadcasts to {@code shape}; 1 keeps the input's size. */
  record Expand(List<Long> shape) implements Op {
    public Expand {
      shape = List.copyOf(shape);
    }
  }

  /**
   * Resizes by {@code scales} or to {@code sizes}, one entry an axis; the other list is empty. A
   * size of -1 keeps the input's.
   *
   * @param mode nearest, linear or cubic
   * @param coordinates ONNX's coordinate_transformation_mode
   * @param nearestMode ONNX's nearest_mode
   */
  record Resize(
      String mode,
      String coordinates,
      String nearestMode,
      double cubicCoefficient,
      boolean excludeOutside,
      List<Double> scales,
      List<Long> sizes)
      implements Op {
    public Resize {
      scales = List.copyOf(scales);
      sizes = List.copyOf(sizes);
      if (scales.isEmpty() == sizes.isEmpty()) {
        throw new IllegalArgumentException("resize needs either scales or sizes");
      }
    }
  }

  /** Moves channels into space; {@code columnRow} is ONNX's CRD order, else DCR. */
  record DepthToSpace(int block, boolean columnRow) implements Op {}

  /** Moves space into channels. */
  record SpaceToDepth(int block) implements Op {}

  /** Inputs: x, scale, zero point?; scales along {@code axis} unless scalar. */
  record Quantize(int axis) implements Op {}

  /** Inputs: x, scale, zero point?; scales along {@code axis} unless scalar. */
  record Dequantize(int axis) implements Op {}

  /**
   * Any operator that is not modelled: written back unchanged, and what touches it is frozen.
   *
   * @param domain ONNX domain; empty for the standard one
   * @param type ONNX operator name
   * @param captures values of the graph that its sub-graphs read
   * @param payload the node as the file holds it
   * @param reason why the operator is not modelled, for the user
   */
  record Opaque(String domain, String type, List<String> captures, Bytes payload, String reason)
      implements Op {
    public Opaque {
      captures = List.copyOf(captures);
    }
  }

  /** The name a user knows: ONNX's operator name. */
  default String label() {
    return switch (this) {
      case Elementwise e -> e.kind().onnxName();
      case Opaque o -> o.type();
      case BatchNorm b -> "BatchNormalization";
      case InstanceNorm i -> "InstanceNormalization";
      case LayerNorm l -> "LayerNormalization";
      case Lrn l -> "LRN";
      case Softmax s -> s.log() ? "LogSoftmax" : "Softmax";
      case GlobalPool p -> p.max() ? "GlobalMaxPool" : "GlobalAveragePool";
      case Reduce r -> "Reduce" + Require.camel(r.kind().name());
      case Quantize q -> "QuantizeLinear";
      case Dequantize d -> "DequantizeLinear";
      case Op op -> op.getClass().getSimpleName();
    };
  }
}
