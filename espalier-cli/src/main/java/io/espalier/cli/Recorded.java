package io.espalier.cli;

import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import java.util.Map;

/** What Espalier writes into the metadata of a network. */
final class Recorded {
  private Recorded() {}

  /** {@code graph} with a note of how its input is normalised. */
  static Graph normalization(Graph graph, Normalization normalization) {
    Header header = graph.header();
    for (Map.Entry<String, String> entry : normalization.toMetadata().entrySet()) {
      header = header.withMetadata(entry.getKey(), entry.getValue());
    }
    return graph.withHeader(header);
  }
}
