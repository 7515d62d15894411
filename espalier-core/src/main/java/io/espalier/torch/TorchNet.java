package io.espalier.torch;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A network on libtorch: runs a {@link Graph} forward, with gradients and with taps on any value,
 * and owns its weights until it is closed. For one thread at a time.
 *
 * <p>Real initializers become <em>parameters</em>, which train, or stay constants by the rule of
 * {@link WeightRoles}; running means and variances are <em>buffers</em>.
 */
public final class TorchNet implements AutoCloseable {
  private final Graph graph;
  private final NetOptions options;
  private final Program program;
  private final WeightRoles roles;
  private final Map<String, DeviceTensor> weights = new LinkedHashMap<>();
  private final Map<String, DeviceTensor> parameters = new LinkedHashMap<>();
  private final Map<String, DeviceTensor> buffers = new LinkedHashMap<>();
  private int recalibrated;

  private TorchNet(Graph graph, NetOptions options) {
    this.graph = graph;
    this.options = options;
    this.program = NetCompiler.compile(graph);
    this.roles = WeightRoles.of(graph);
    try {
      program.weights().forEach(this::take);
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  private void take(String name) {
    DeviceTensor weight = upload(graph.weight(name));
    weights.put(name, weight);
    if (roles.parameters().contains(name)) {
      parameters.put(name, weight.requiresGrad(true));
    } else if (roles.buffers().contains(name)) {
      buffers.put(name, weight);
    }
  }

  /**
   * Loads {@code graph}.
   *
   * @throws UnsupportedNodeException if it holds a node that libtorch cannot run
   * @throws UnsupportedPlatformException if there is no libtorch for this machine
   */
  public static TorchNet of(Graph graph, NetOptions options) {
    Torch.start();
    return new TorchNet(graph, options);
  }

  /** Why {@code graph} cannot run on libtorch here; empty if it can. */
  public static Optional<String> obstacle(Graph graph) {
    try {
      Torch.start();
      NetCompiler.compile(graph);
      return Optional.empty();
    } catch (UnsupportedNodeException | UnsupportedPlatformException obstacle) {
      return Optional.of(obstacle.getMessage());
    }
  }

  private DeviceTensor upload(Tensor tensor) {
    try (Scope scope = Scope.open()) {
      return new DeviceTensor(layout(Storage.upload(tensor))).own();
    }
  }

  /** Real numbers in the precision's type, images and convolution weights in the chosen layout. */
  private org.bytedeco.pytorch.Tensor layout(org.bytedeco.pytorch.Tensor tensor) {
    return Layouts.prepare(tensor, options);
  }

  /**
   * Runs the network.
   *
   * @param inputs one tensor an input, by name; gradients flow into those that require them
   * @param taps what to read or replace on the way
   * @return the outputs by name, in the graph's order; real ones in float32, or in double where the
   *     precision is. They belong to the caller's open scope; where none is open, the caller closes
   *     them
   * @throws TorchException if an operator fails; the message names its node
   */
  public Map<String, DeviceTensor> forward(Map<String, DeviceTensor> inputs, Mode mode, Taps taps) {
    if (Scope.isOpen()) {
      return run(inputs, mode, taps);
    }
    try (Scope scope = Scope.open()) {
      Map<String, DeviceTensor> outputs = run(inputs, mode, taps);
      outputs.values().forEach(scope::keep);
      return outputs;
    }
  }

  /** As {@link #forward(Map, Mode, Taps)} for a network of one input: the first output. */
  public DeviceTensor forward(DeviceTensor input, Mode mode) {
    return forward(input, mode, Taps.none());
  }

  /** As {@link #forward(Map, Mode, Taps)} for a network of one input: the first output. */
  public DeviceTensor forward(DeviceTensor input, Mode mode, Taps taps) {
    if (graph.inputs().size() != 1) {
      throw new IllegalArgumentException(
          "%s has %d inputs: give them by name".formatted(graph.name(), graph.inputs().size()));
    }
    String name = graph.inputs().getFirst().name();
    return forward(Map.of(name, input), mode, taps).get(graph.outputs().getFirst().name());
  }

  private Map<String, DeviceTensor> run(Map<String, DeviceTensor> inputs, Mode mode, Taps taps) {
    recalibrated = mode == Mode.RECALIBRATE ? recalibrated + 1 : 0;
    Pass pass = new Pass(mode, recalibrated, options.precision().real());
    if (mode.recordsGradients()) {
      return interpret(inputs, pass, taps);
    }
    return DeviceTensor.withoutGradients(() -> interpret(inputs, pass, taps));
  }

  private Map<String, DeviceTensor> interpret(
      Map<String, DeviceTensor> inputs, Pass pass, Taps taps) {
    Frame frame = new Frame(program, taps);
    Map<String, DeviceTensor> outputs = new LinkedHashMap<>();
    try (Autocast autocast = Autocast.of(options.precision())) {
      weights.forEach((name, weight) -> frame.put(name, weight.raw()));
      program.inputs().forEach(name -> frame.put(name, layout(input(inputs, name))));
      frame.run(pass);
    }
    for (String name : program.outputs()) {
      outputs.put(name, new DeviceTensor(frame.output(name)));
    }
    frame.free();
    return outputs;
  }

  private org.bytedeco.pytorch.Tensor input(Map<String, DeviceTensor> inputs, String name) {
    DeviceTensor tensor = inputs.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "%s needs the input '%s', but got %s".formatted(graph.name(), name, inputs.keySet()));
    }
    return tensor.raw();
  }

  /** The network as it was loaded; the weights in it are those of that moment. */
  public Graph graph() {
    return graph;
  }

  /** What trains, by initializer name in the order of the nodes; owned by this network. */
  public Map<String, DeviceTensor> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /** Running means and variances by initializer name; owned by this network. */
  public Map<String, DeviceTensor> buffers() {
    return Collections.unmodifiableMap(buffers);
  }

  /** Names of the parameters that are scales and biases of normalisations, or biases of layers. */
  public Set<String> normAndBias() {
    return Collections.unmodifiableSet(new TreeSet<>(roles.normAndBias()));
  }

  /**
   * Overwrites parameters and buffers.
   *
   * @param values by initializer name; those that are left out stay
   * @throws IllegalArgumentException if a name or a shape does not fit; nothing is changed then
   */
  public void load(Map<String, Tensor> values) {
    values.forEach((name, tensor) -> Weights.requireMatch(name, weights.get(name), tensor));
    try (Scope scope = Scope.open()) {
      DeviceTensor.withoutGradients(
          () -> {
            values.forEach((name, value) -> weights.get(name).copyFrom(DeviceTensor.of(value)));
            return null;
          });
    }
  }

  /** Parameters and buffers by initializer name, in the type they compute in, in host memory. */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> state.put(name, tensor.toHost()));
    buffers.forEach((name, tensor) -> state.put(name, tensor.toHost()));
    return state;
  }

  /** The graph with the weights of now, in the types of the file; what did not change is shared. */
  public Graph toGraph() {
    Map<String, Tensor> changed = new HashMap<>();
    state()
        .forEach(
            (name, now) -> {
              Tensor before = graph.weight(name);
              if (!sameValues(before, now)) {
                changed.put(name, stored(before, now));
              }
            });
    return graph.withWeights(changed);
  }

  private static boolean sameValues(Tensor before, Tensor now) {
    return now.type() == DataType.DOUBLE
        ? Arrays.equals(before.toDoubles(), now.toDoubles())
        : Arrays.equals(before.toFloats(), now.toFloats());
  }

  private static Tensor stored(Tensor before, Tensor now) {
    return now.type() == DataType.DOUBLE
        ? before.withValues(now.toDoubles())
        : before.withValues(now.toFloats());
  }

  @Override
  public void close() {
    weights.values().forEach(DeviceTensor::close);
    weights.clear();
    parameters.clear();
    buffers.clear();
  }
}
