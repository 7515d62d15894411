package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.espalier.graph.DataType;
import io.espalier.graph.Dim;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Declared types of values. */
final class TypeReader {
  private TypeReader() {}

  /** The type of a network input; a size without a name gets one, so that it can be followed. */
  static ValueType input(ValueInfoProto info) {
    ValueType type =
        tensor(info.getType())
            .orElseThrow(
                () ->
                    new OnnxException(
                        "input '%s' is not a tensor of declared shape and known element type"
                            .formatted(info.getName())));
    Shape shape = type.shape();
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dim(axis).equals(Dim.unknown())) {
        shape = shape.with(axis, Dim.symbol("%s_%d".formatted(info.getName(), axis)));
      }
    }
    return new ValueType(type.type(), shape);
  }

  /** The type of a network output; without a declared shape it is of unknown size. */
  static ValueType output(ValueInfoProto info) {
    DataType element = DataType.ofCode(info.getType().getTensorType().getElemType());
    if (element == DataType.OTHER) {
      throw new OnnxException(
          "output '%s' is not a tensor of a known element type".formatted(info.getName()));
    }
    return tensor(info.getType()).orElseGet(() -> new ValueType(element, NO_SHAPE));
  }

  /** Stands for the shape of an output that declares none; {@link Outputs} replaces it. */
  static final Shape NO_SHAPE = new Shape(List.of());

  /** The type, if it is a tensor of declared rank and modelled element type. */
  static Optional<ValueType> tensor(TypeProto type) {
    if (!type.hasTensorType() || !type.getTensorType().hasShape()) {
      return Optional.empty();
    }
    List<Dim> dims = new ArrayList<>();
    for (TensorShapeProto.Dimension dim : type.getTensorType().getShape().getDimList()) {
      dims.add(dim(dim));
    }
    DataType element = DataType.ofCode(type.getTensorType().getElemType());
    return element == DataType.OTHER
        ? Optional.empty()
        : Optional.of(new ValueType(element, new Shape(dims)));
  }

  private static Dim dim(TensorShapeProto.Dimension dim) {
    if (dim.hasDimValue()) {
      return dim.getDimValue() < 0 ? Dim.unknown() : Dim.of(dim.getDimValue());
    }
    return dim.hasDimParam() ? Dim.symbol(dim.getDimParam()) : Dim.unknown();
  }
}
