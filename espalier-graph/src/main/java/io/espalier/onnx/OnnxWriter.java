package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.espalier.file.AtomicFile;
import io.espalier.graph.Graph;
import io.espalier.graph.Header;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes ONNX files at the opset that the network came with; a newer one only if a node cannot be
 * said in it. Names, metadata and the bits of every weight stay. {@link OnnxReader} reads the same
 * network back.
 */
public final class OnnxWriter {
  private static final long LARGEST = Integer.MAX_VALUE - (1 << 20);

  /** Until this version of the container, initializers are inputs too. */
  private static final int INITIALIZERS_ARE_INPUTS = 3;

  private OnnxWriter() {}

  /**
   * Writes {@code graph} to {@code file}: under another name in the same folder first, which then
   * replaces the file, so that there is never half a file.
   *
   * @throws OnnxException if the network has no ONNX form, is larger than 2 GB, or the file cannot
   *     be written
   */
  public static void write(Graph graph, Path file) {
    ModelProto model = model(graph);
    try {
      AtomicFile.write(file, model::writeTo);
    } catch (IOException e) {
      throw new OnnxException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The bytes of a file that holds {@code graph}; errors as in {@link #write}. */
  public static byte[] toBytes(Graph graph) {
    return model(graph).toByteArray();
  }

  private static ModelProto model(Graph graph) {
    requireSize(graph);
    Header header = withOpsetForAll(graph);
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(header.irVersion())
            .setProducerName(header.producer())
            .setProducerVersion(header.producerVersion())
            .setDocString(header.documentation());
    header.opsets().forEach((domain, version) -> model.addOpsetImport(opset(domain, version)));
    header
        .metadata()
        .forEach(
            (key, value) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.setGraph(graph(graph, header)).build();
  }

  /** The standard domain goes without saying. */
  private static OperatorSetIdProto opset(String domain, long version) {
    OperatorSetIdProto.Builder opset = OperatorSetIdProto.newBuilder().setVersion(version);
    return domain.isEmpty() ? opset.build() : opset.setDomain(domain).build();
  }

  private static void requireSize(Graph graph) {
    long bytes = graph.initializers().values().stream().mapToLong(Tensor::byteCount).sum();
    if (bytes > LARGEST) {
      throw new OnnxException(
          "the network's weights take %d MB, and an ONNX file holds at most 2 GB"
              .formatted(bytes >> 20));
    }
  }

  private static Header withOpsetForAll(Graph graph) {
    Header header = graph.header();
    Optional<Node> newest = Optional.empty();
    int opset = header.opset();
    for (Node node : graph.nodes()) {
      int least = MinimumOpset.of(node, graph);
      if (least > opset) {
        opset = least;
        newest = Optional.of(node);
      }
    }
    if (newest.isEmpty()) {
      return header;
    }
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Op.Opaque opaque && opaque.domain().isEmpty()) {
        throw new OnnxException(
            "node '%s' (%s) needs opset %d, but node '%s' (%s) is kept as opset %d has it"
                .formatted(
                    newest.get().name(),
                    newest.get().op().label(),
                    opset,
                    node.name(),
                    opaque.type(),
                    header.opset()));
      }
    }
    return new Header(
        Math.max(header.irVersion(), 8),
        header.withOpset(opset).opsets(),
        header.producer(),
        header.producerVersion(),
        header.documentation(),
        header.metadata());
  }

  private static GraphProto graph(Graph graph, Header header) {
    GraphProto.Builder proto = GraphProto.newBuilder().setName(graph.name());
    graph.inputs().forEach(port -> proto.addInput(TensorWriter.write(port.name(), port.type())));
    graph.outputs().forEach(port -> proto.addOutput(TensorWriter.write(port.name(), port.type())));
    graph
        .initializers()
        .forEach((name, tensor) -> proto.addInitializer(TensorWriter.write(name, tensor)));
    ModelDraft draft = new ModelDraft(graph, Math.min(header.opset(), Opsets.NEWEST), proto);
    graph.nodes().forEach(node -> draft.add(OpWriter.write(node, draft)));
    Set<String> declared = graph.outputs().stream().map(Port::name).collect(Collectors.toSet());
    graph.nodes().forEach(node -> declareTypes(node, graph, declared, proto));
    if (header.irVersion() <= INITIALIZERS_ARE_INPUTS) {
      proto
          .getInitializerList()
          .forEach(tensor -> proto.addInput(TensorWriter.declaration(tensor)));
    }
    return proto.build();
  }

  /** Types that a reader cannot work out: what an opaque node makes, and what follows from it. */
  private static void declareTypes(
      Node node, Graph graph, Set<String> declared, GraphProto.Builder proto) {
    boolean untyped = Graph.reads(node).stream().anyMatch(read -> graph.type(read).isEmpty());
    if (node.op() instanceof Op.Opaque || untyped) {
      for (String output : node.outputs()) {
        graph
            .type(output)
            .filter(type -> !declared.contains(output))
            .ifPresent(type -> proto.addValueInfo(TensorWriter.write(output, type)));
      }
    }
  }
}
