package io.espalier.dynamic;

import io.espalier.graph.Graph;
import java.util.List;

/** The gates of a network as JSON, in the metadata of its file. */
record GateDescription(int format, String variant, List<Gate> gates) {
  /** The key of the metadata entry. */
  static final String KEY = "espalier.dynamic";

  static String write(Variant variant, List<Gate> gates) {
    return MetadataJson.write(new GateDescription(MetadataJson.FORMAT, variant.id(), gates));
  }

  static DynamicNet read(Graph graph, String json) {
    GateDescription found = MetadataJson.read(KEY, json, GateDescription.class);
    MetadataJson.requireFormat(found.format);
    try {
      return new DynamicNet(graph, Variant.of(found.variant), found.gates);
    } catch (IllegalArgumentException | NullPointerException e) {
      throw MetadataJson.wrong(KEY, e.getMessage(), e);
    }
  }
}
