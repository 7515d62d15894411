package io.espalier.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** One run of a network in ONNX Runtime without optimisations. */
final class OrtRun {
  private OrtRun() {}

  static Map<String, Tensor> of(Path file, Map<String, Tensor> inputs) throws OrtException {
    try (OrtSession.SessionOptions options = plain();
        OrtSession session =
            OrtEnvironment.getEnvironment().createSession(file.toString(), options)) {
      return run(session, inputs);
    }
  }

  static Map<String, Tensor> of(byte[] model, Map<String, Tensor> inputs) throws OrtException {
    try (OrtSession.SessionOptions options = plain();
        OrtSession session = OrtEnvironment.getEnvironment().createSession(model, options)) {
      return run(session, inputs);
    }
  }

  private static OrtSession.SessionOptions plain() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
    options.setIntraOpNumThreads(1);
    return options;
  }

  private static Map<String, Tensor> run(OrtSession session, Map<String, Tensor> inputs)
      throws OrtException {
    Map<String, OnnxTensorLike> fed = new LinkedHashMap<>();
    Map<String, Tensor> results = new LinkedHashMap<>();
    try {
      for (String name : session.getInputNames()) {
        if (inputs.containsKey(name)) {
          fed.put(name, toOrt(inputs.get(name)));
        }
      }
      try (OrtSession.Result result = session.run(fed)) {
        for (Map.Entry<String, OnnxValue> entry : result) {
          results.put(entry.getKey(), fromOrt((OnnxTensor) entry.getValue()));
        }
      }
    } finally {
      fed.values().forEach(OnnxTensorLike::close);
    }
    return results;
  }

  private static OnnxTensor toOrt(Tensor tensor) throws OrtException {
    long[] shape = Arrays.stream(tensor.shape()).asLongStream().toArray();
    ByteBuffer direct =
        ByteBuffer.allocateDirect(tensor.byteCount()).order(ByteOrder.nativeOrder());
    direct.put(tensor.buffer()).flip();
    OnnxJavaType type =
        switch (tensor.type()) {
          case FLOAT16 -> OnnxJavaType.FLOAT16;
          case INT64 -> OnnxJavaType.INT64;
          default -> OnnxJavaType.FLOAT;
        };
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), direct, shape, type);
  }

  private static Tensor fromOrt(OnnxTensor tensor) {
    int[] shape = Arrays.stream(tensor.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
    ByteBuffer buffer = tensor.getByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    DataType type =
        switch (tensor.getInfo().type) {
          case FLOAT16 -> DataType.FLOAT16;
          case FLOAT -> DataType.FLOAT;
          case DOUBLE -> DataType.DOUBLE;
          case BOOL -> DataType.BOOL;
          case UINT8 -> DataType.UINT8;
          case INT8 -> DataType.INT8;
          case INT64 -> DataType.INT64;
          default -> throw new IllegalArgumentException("output type " + tensor.getInfo().type);
        };
    return Tensor.of(type, shape, buffer);
  }
}
