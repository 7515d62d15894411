package io.espalier.cli;

import io.espalier.data.Framing;
import io.espalier.data.Normalization;
import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import java.util.List;
import java.util.Map;

/** What Espalier writes into the metadata of a network. */
final class Recorded {
  private Recorded() {}

  /** {@code graph} with a note of how images become its input. */
  static Graph preprocessing(Graph graph, Normalization normalization, Framing framing) {
    Header header = graph.header();
    for (String key : List.of(Framing.RESIZE_KEY, Framing.CROP_KEY)) {
      header = header.withoutMetadata(key);
    }
    for (Map.Entry<String, String> entry : framing.toMetadata().entrySet()) {
      header = header.withMetadata(entry.getKey(), entry.getValue());
    }
    return normalization(graph.withHeader(header), normalization);
  }

  /** {@code graph} with a note of how its input is normalised. */
  static Graph normalization(Graph graph, Normalization normalization) {
    Header header = graph.header();
    for (Map.Entry<String, String> entry : normalization.toMetadata().entrySet()) {
      header = header.withMetadata(entry.getKey(), entry.getValue());
    }
    return graph.withHeader(header);
  }
}
