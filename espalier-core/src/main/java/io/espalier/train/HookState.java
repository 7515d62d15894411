package io.espalier.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.espalier.graph.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link TrainHook} needs to go on after an interruption.
 *
 * @param tensors arrays by name
 * @param json everything else
 */
public record HookState(Map<String, Tensor> tensors, JsonNode json) {
  /** The state of a hook that has none. */
  public static final HookState EMPTY =
      new HookState(Map.of(), JsonNodeFactory.instance.objectNode());

  public HookState {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }
}
