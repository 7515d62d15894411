package io.espalier.method.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.torch.DeviceTensor;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The code of one channel group while it is learned: its layer, and what the looks at it say. */
final class GroupCode implements AutoCloseable {
  private static final double LAMBDA_FACTOR = 100;

  private final CodeSource source;
  private final int units;
  private final double r;
  private final CodeOptions options;
  private final CodeLayer layer;
  private double lambda;
  private Sharpness sharpness = Sharpness.initial();
  private CodeWindow running;
  private Optional<CodeWindow> first = Optional.empty();
  private Optional<CodeWindow> last = Optional.empty();
  private DeviceTensor current;

  /**
   * @param r share of the codes that should be one
   */
  GroupCode(CodeSource source, int units, double r, CodeOptions options, SplittableRandom random) {
    this.source = source;
    this.units = units;
    this.r = r;
    this.options = options;
    this.layer = new CodeLayer(units, source.width(), options.initScale(), random);
    this.lambda = options.lambda();
    this.running = CodeWindow.empty(units);
  }

  CodeSource source() {
    return source;
  }

  int units() {
    return units;
  }

  double r() {
    return r;
  }

  CodeLayer layer() {
    return layer;
  }

  double alpha(double done) {
    return sharpness.alpha(options, done);
  }

  double lambda() {
    return lambda;
  }

  /** The code of the batch {@code x}, which is remembered until the next one. */
  void encode(DeviceTensor x, double done) {
    current = layer.code(source.features(x), alpha(done));
  }

  /** What {@link #encode} gave last: {@code [units]}, in the scope of that pass. */
  DeviceTensor current() {
    return current;
  }

  /** {@code lambda (|v|_1 / C - r)^2} of the current code. */
  DeviceTensor penalty() {
    return current.mean().add(-r).square().mul(lambda);
  }

  /** Looks at the current code; every so many steps, weight and sharpness follow from the looks. */
  void observe(double done) {
    running = running.plus(current.toDoubles());
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

  /** The first looks, or those there are. */
  CodeWindow first() {
    return first.orElse(running);
  }

  /** The last complete looks, or those there are. */
  CodeWindow last() {
    return last.orElse(running);
  }

  /** Whether there is a binary code to go by. */
  boolean looked() {
    return last().batches() > 0;
  }

  ObjectNode save() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("lambda", lambda);
    json.put("raised", sharpness.raised()).put("threshold", sharpness.threshold());
    json.set("running", toJson(running));
    first.ifPresent(window -> json.set("first", toJson(window)));
    last.ifPresent(window -> json.set("last", toJson(window)));
    return json;
  }

  void restore(JsonNode json) {
    lambda = json.path("lambda").asDouble();
    sharpness =
        new Sharpness(json.path("raised").asDouble(), json.path("threshold").asDouble());
    running = fromJson(json.path("running"));
    first = Optional.of(json.path("first")).filter(JsonNode::isObject).map(GroupCode::fromJson);
    last = Optional.of(json.path("last")).filter(JsonNode::isObject).map(GroupCode::fromJson);
  }

  private static JsonNode toJson(CodeWindow window) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("batches", window.batches());
    IntStream.of(window.open()).forEach(json.putArray("open")::add);
    for (double sum : window.sums()) {
      json.withArray("sums").add(sum);
    }
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
    layer.close();
  }
}
