package io.espalier.dynamic;

import io.espalier.graph.Graph;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link DynamicNet} that leaves out the work that its gates make superfluous, as a graph of
 * standard ONNX operators. A layer that skips finds the channels that any sample of the batch uses,
 * gathers the weights between them and those that its input holds, and hands on a value of these
 * channels alone; factors are 0 where a sample of the batch does not use a channel that another one
 * does. So the results are those of the masked network for every batch, and with batches of one
 * sample all the work of idle channels is left out. A layer that no sample uses any channel of
 * computes one, times 0. Sums of several branches and operators that mix channels read whole
 * values, with zeros for idle channels.
 *
 * @param graph the network; its metadata describe the gates ({@link SkipDescription})
 * @param skipping the layers that skip, in network order
 * @param masked the gated layers that compute every channel, and why
 */
public record CompactForm(Graph graph, List<String> skipping, Map<String, String> masked) {
  public CompactForm {
    skipping = List.copyOf(skipping);
    masked = Collections.unmodifiableMap(new LinkedHashMap<>(masked));
  }

  /**
   * The compact form of {@code net}.
   *
   * @throws DynamicException if the network's operator set is too old and cannot be raised
   */
  public static CompactForm of(DynamicNet net, CompactOptions options) {
    return new CompactWriter(net, options).write();
  }
}
