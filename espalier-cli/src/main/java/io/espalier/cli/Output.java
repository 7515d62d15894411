package io.espalier.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.progress.Progress;

/** What a command says while it runs and at its end. */
final class Output {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Console console;
  private final boolean json;
  private final boolean quiet;

  Output(Console console, boolean json, boolean quiet) {
    this.console = console;
    this.json = json;
    this.quiet = quiet;
  }

  /** An empty JSON object. */
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** {@code value} as JSON. */
  static com.fasterxml.jackson.databind.JsonNode json(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Part of the result for people; left out where a program reads. */
  void print(String text) {
    if (!json) {
      console.out().println(text);
    }
  }

  /** The result for programs; printed only if it is asked for. */
  void result(ObjectNode object) {
    if (json) {
      console.out().println(text(object));
    }
  }

  /** Something worth knowing that is no result. */
  void note(String text) {
    if (!quiet) {
      console.err().println("espalier: " + text);
    }
  }

  /** Something that is probably not what the user wants. */
  void warn(String text) {
    console.err().println("espalier: warning: " + text);
  }

  /** Draws long work. */
  Progress progress() {
    if (quiet) {
      return Progress.none();
    }
    return console.terminal() ? new BarProgress() : new LineProgress(console.err());
  }

  /** {@code object} as indented text. */
  static String text(ObjectNode object) {
    try {
      return MAPPER.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON nodes is always representable", e);
    }
  }
}
