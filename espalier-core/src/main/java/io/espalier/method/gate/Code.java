package io.espalier.method.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.torch.DeviceTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A code while it is learned: one number from 0 to 1 for each of the things of which a share is to
 * stay, made by one layer or by several, and what the looks at it say.
 */
final class Code implements AutoCloseable {
  private static final double LAMBDA_FACTOR = 100;

  /** One layer of the code, and what it is fed. */
  private record Part(CodeSource source, int units, CodeLayer layer) {}

  private final String name;
  private final double r;
  private final CodeOptions options;
  private final List<Part> parts = new ArrayList<>();
  private final List<DeviceTensor> current;
  private final int units;
  private double lambda;
  private Sharpness sharpness = Sharpness.initial();
  private CodeWindow running;
  private Optional<CodeWindow> start = Optional.empty();
  private Optional<CodeWindow> first = Optional.empty();
  private Optional<CodeWindow> last = Optional.empty();

  /**
   * @param name what the code is of
   * @param sources what each layer is fed, in the order of the code
   * @param each how many numbers each layer makes
   * @param r share of the numbers that should be one
   */
  Code(
      String name,
      List<CodeSource> sources,
      int each,
      double r,
      CodeOptions options,
      SplittableRandom random) {
    this.name = name;
    this.r = r;
    this.options = options;
    for (CodeSource source : sources) {
      CodeLayer layer = new CodeLayer(each, source.width(), options.initScale(), random);
      parts.add(new Part(source, each, layer));
    }
    this.current = new ArrayList<>(Collections.nCopies(parts.size(), null));
    this.units = Math.multiplyExact(each, sources.size());
    this.lambda = options.lambda();
    this.running = CodeWindow.empty(units);
  }

  String name() {
    return name;
  }

  /** How many numbers the code has. */
  int units() {
    return units;
  }

  double r() {
    return r;
  }

  double lambda() {
    return lambda;
  }

  double alpha(double done) {
    return sharpness.alpha(options, done);
  }

  List<CodeSource> sources() {
    return parts.stream().map(Part::source).toList();
  }

  CodeLayer layer(int part) {
    return parts.get(part).layer();
  }

  /**
   * Computes the parts that are made from {@code value}, and remembers them until the next time.
   */
  void encode(String value, DeviceTensor x, double done) {
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.source().value().equals(value)) {
        current.set(i, part.layer().code(part.source().features(x), alpha(done)));
      }
    }
  }

  /** What {@link #encode} gave last for a part, in the scope of that pass. */
  DeviceTensor current(int part) {
    return current.get(part);
  }

  /** The whole code, {@code [units]}. */
  DeviceTensor current() {
    return current.size() == 1 ? current.getFirst() : DeviceTensor.cat(current, 0);
  }

  /** The binary code of a part by the last looks; empty before the first one. */
  Optional<double[]> binary(int part) {
    CodeWindow window = last();
    int from = IntStream.range(0, part).map(i -> parts.get(i).units()).sum();
    int to = from + parts.get(part).units();
    return window.batches() == 0
        ? Optional.empty()
        : Optional.of(Arrays.copyOfRange(window.ones(), from, to));
  }

  /** {@code lambda (|v|_1 / C - r)^2} of the current code. */
  DeviceTensor penalty() {
    return current().mean().add(-r).square().mul(lambda);
  }

  /** Looks at the current code; every so many steps, weight and sharpness follow from the looks. */
  void observe(double done) {
    double[] code = current().toDoubles();
    start = Optional.of(start.orElseGet(() -> CodeWindow.empty(units).plus(code)));
    running = running.plus(code);
    if (running.batches() == options.interval()) {
      if (options.adaptive()) {
        lambda = LAMBDA_FACTOR * Math.abs(running.kept() - r);
      }
      sharpness = sharpness.after(running, r, options, done);
      first = Optional.of(first.orElse(running));
      last = Optional.of(running);
      running = CodeWindow.empty(units);
    }
  }

  /** The very first look, if there was one. */
  CodeWindow start() {
    return start.orElse(running);
  }

  /** The first looks, or those there are. */
  CodeWindow first() {
    return first.orElse(running);
  }

  /** The last complete looks, or those there are. */
  CodeWindow last() {
    return last.orElse(running);
  }

  ObjectNode save() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("lambda", lambda);
    json.put("raised", sharpness.raised()).put("threshold", sharpness.threshold());
    json.set("running", toJson(running));
    start.ifPresent(window -> json.set("start", toJson(window)));
    first.ifPresent(window -> json.set("first", toJson(window)));
    last.ifPresent(window -> json.set("last", toJson(window)));
    return json;
  }

  void restore(JsonNode json) {
    lambda = json.path("lambda").asDouble();
    sharpness = new Sharpness(json.path("raised").asDouble(), json.path("threshold").asDouble());
    running = fromJson(json.path("running"));
    start = window(json, "start");
    first = window(json, "first");
    last = window(json, "last");
  }

  private static Optional<CodeWindow> window(JsonNode json, String name) {
    return Optional.of(json.path(name)).filter(JsonNode::isObject).map(Code::fromJson);
  }

  private static JsonNode toJson(CodeWindow window) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("batches", window.batches());
    IntStream.of(window.open()).forEach(json.putArray("open")::add);
    Arrays.stream(window.sums()).forEach(json.putArray("sums")::add);
    return json;
  }

  private static CodeWindow fromJson(JsonNode json) {
    return new CodeWindow(
        json.path("batches").asInt(),
        elements(json.path("open")).mapToInt(JsonNode::asInt).toArray(),
        elements(json.path("sums")).mapToDouble(JsonNode::asDouble).toArray());
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  @Override
  public void close() {
    parts.forEach(part -> part.layer().close());
  }
}
