package io.espalier.latency;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.espalier.graph.DataType;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network loaded into ONNX Runtime. Holds native memory until it is closed; inputs and results
 * are host tensors that the caller owns. One thread at a time.
 */
public final class OrtNet implements AutoCloseable {
  private final String name;
  private final OrtSession session;
  private final List<Port> inputs;
  private final List<Port> outputs;

  private OrtNet(String name, OrtSession session) throws OrtException {
    this.name = name;
    this.session = session;
    this.inputs = ports(session.getInputInfo().values());
    this.outputs = ports(session.getOutputInfo().values());
  }

  /**
   * The network in {@code file}.
   *
   * @throws OrtNetException if ONNX Runtime does not take it
   */
  public static OrtNet load(Path file, OrtOptions options) {
    if (!Files.isRegularFile(file)) {
      throw new OrtNetException(file.toString(), "there is no such file");
    }
    return open(
        file.toString(), options, (env, settings) -> env.createSession(file.toString(), settings));
  }

  /**
   * The network in {@code model}, the bytes of an ONNX file.
   *
   * @param name what messages call it
   * @throws OrtNetException if ONNX Runtime does not take it
   */
  public static OrtNet load(byte[] model, String name, OrtOptions options) {
    return open(name, options, (env, settings) -> env.createSession(model, settings));
  }

  /** ONNX Runtime's version. */
  public static String version() {
    return Runtime.ENVIRONMENT.getVersion();
  }

  public String name() {
    return name;
  }

  /** What it reads, in order. */
  public List<Port> inputs() {
    return inputs;
  }

  /** What it makes, in order. */
  public List<Port> outputs() {
    return outputs;
  }

  /**
   * Runs the network.
   *
   * @param feeds one tensor for each input
   * @return one tensor for each output, in order
   * @throws OrtNetException if an input is missing, too many, or of another type or shape
   */
  public Map<String, Tensor> run(Map<String, Tensor> feeds) {
    try (Feed feed = feed(feeds)) {
      return feed.run();
    }
  }

  /**
   * Runs a network of one input; returns its first output.
   *
   * @param data the input's elements in row-major order
   * @param shape the input's sizes
   */
  public float[] run(float[] data, int... shape) {
    if (inputs.size() != 1) {
      throw new OrtNetException(name, "needs the inputs " + names(inputs) + ", but got one");
    }
    Map<String, Tensor> feeds = Map.of(inputs.getFirst().name(), Tensor.floats(shape, data));
    return run(feeds).get(outputs.getFirst().name()).toFloats();
  }

  /**
   * The inputs in native memory, for running on them many times, also by other networks with the
   * same inputs; the caller closes it.
   */
  Feed feed(Map<String, Tensor> feeds) {
    if (!feeds.keySet().equals(session.getInputNames())) {
      throw new OrtNetException(
          name, "needs the inputs " + names(inputs) + ", but got " + feeds.keySet());
    }
    Feed feed = new Feed();
    try {
      feeds.forEach(feed::put);
      return feed;
    } catch (RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  /** Nanoseconds of one run on {@code feed}, without copying the results. */
  long time(Feed feed) {
    long begin = System.nanoTime();
    try (OrtSession.Result result = session.run(feed.tensors)) {
      return System.nanoTime() - begin;
    } catch (OrtException e) {
      throw new OrtNetException(name, "cannot be run", e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new OrtNetException(name, "cannot be closed", e);
    }
  }

  /** Inputs that stay in native memory. */
  final class Feed implements AutoCloseable {
    private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

    private void put(String input, Tensor tensor) {
      try {
        tensors.put(input, OrtTensors.toNative(Runtime.ENVIRONMENT, tensor));
      } catch (OrtException | IllegalArgumentException e) {
        throw new OrtNetException(name, "input '" + input + "' cannot be passed on", e);
      }
    }

    Map<String, Tensor> run() {
      try (OrtSession.Result result = session.run(tensors)) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
          values.put(entry.getKey(), host(entry.getKey(), entry.getValue()));
        }
        return values;
      } catch (OrtException e) {
        throw new OrtNetException(name, "cannot be run", e);
      }
    }

    @Override
    public void close() {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private Tensor host(String output, OnnxValue value) {
    if (value instanceof OnnxTensor tensor) {
      return OrtTensors.toHost(tensor);
    }
    throw new OrtNetException(name, "output '%s' is a %s".formatted(output, value.getType()));
  }

  private static OrtNet open(String name, OrtOptions options, Opener opener) {
    try (OrtSession.SessionOptions settings = settings(options)) {
      OrtSession session = opener.open(Runtime.ENVIRONMENT, settings);
      try {
        return new OrtNet(name, session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new OrtNetException(name, "ONNX Runtime cannot load it", e);
    } catch (LinkageError e) {
      String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
      throw new OrtNetException(name, "ONNX Runtime does not start on " + platform, e);
    }
  }

  private static OrtSession.SessionOptions settings(OrtOptions options) throws OrtException {
    OrtSession.SessionOptions settings = new OrtSession.SessionOptions();
    settings.setOptimizationLevel(
        options.optimized()
            ? OrtSession.SessionOptions.OptLevel.ALL_OPT
            : OrtSession.SessionOptions.OptLevel.NO_OPT);
    settings.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
    settings.setIntraOpNumThreads(options.threads());
    settings.setInterOpNumThreads(1);
    settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    return settings;
  }

  private static List<Port> ports(Collection<NodeInfo> infos) {
    List<Port> ports = new ArrayList<>();
    for (NodeInfo info : infos) {
      ValueType type =
          info.getInfo() instanceof TensorInfo tensor
              ? OrtTensors.valueType(tensor)
              : new ValueType(DataType.OTHER, new Shape(List.of()));
      ports.add(new Port(info.getName(), type));
    }
    return List.copyOf(ports);
  }

  private static List<String> names(List<Port> ports) {
    return ports.stream().map(Port::name).toList();
  }

  private interface Opener {
    OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions settings)
        throws OrtException;
  }

  /** Loads the native library when it is first needed, and keeps its warnings to itself. */
  private static final class Runtime {
    private static final OrtEnvironment ENVIRONMENT =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "espalier");
  }
}
