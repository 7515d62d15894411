package io.espalier.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.CodedInputStream;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphException;
import io.espalier.graph.Header;
import io.espalier.graph.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Reads ONNX files of opset 7 and newer. Operators that are not modelled are carried as {@link
 * io.espalier.graph.Op.Opaque}; an opset newer than the newest known is read like that one.
 *
 * <p>Every method throws {@link OnnxException} or {@link io.espalier.graph.GraphException}, with
 * one line that says what is wrong, if there is no readable network. Memory is bounded by the size
 * of the file and of the data beside it.
 */
public final class OnnxReader {
  private OnnxReader() {}

  /** The network in {@code file}. */
  public static Graph read(Path file) {
    return read(file, Map.of());
  }

  /**
   * The network in {@code file} with some input axes fixed.
   *
   * @param inputShapes shapes by input name; a dimension that is not a number stays as the file has
   *     it
   */
  public static Graph read(Path file, Map<String, Shape> inputShapes) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    return named(file, () -> read(load(file), ExternalData.in(folder), inputShapes));
  }

  /** The network in {@code bytes}, which hold a whole file without external data. */
  public static Graph read(byte[] bytes) {
    return read(bytes, Map.of());
  }

  /** As {@link #read(byte[])}, with some input axes fixed as in {@link #read(Path, Map)}. */
  public static Graph read(byte[] bytes, Map<String, Shape> inputShapes) {
    return read(bytes.clone(), ExternalData.none(), inputShapes);
  }

  private static Graph read(byte[] bytes, ExternalData external, Map<String, Shape> inputShapes) {
    ModelProto model = parse(bytes);
    if (!model.hasGraph() || model.getGraph().getOutputCount() == 0) {
      throw new OnnxException("this is not an ONNX network: it has no outputs");
    }
    requireNoFunctions(model);
    Header header = header(model);
    Graph raw = GraphReader.read(model.getGraph(), header, new TensorReader(external));
    return Outputs.refine(Simplifier.simplify(InputShapes.fix(raw, inputShapes)));
  }

  private static ModelProto parse(byte[] bytes) {
    try {
      CodedInputStream stream = CodedInputStream.newInstance(bytes);
      // Weights refer to the array instead of being copied out of it.
      stream.enableAliasing(true);
      ModelProto model = ModelProto.parseFrom(stream);
      stream.checkLastTagWas(0);
      return model;
    } catch (IOException e) {
      throw new OnnxException("this is not an ONNX file, or it is damaged or cut short", e);
    }
  }

  private static byte[] load(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new OnnxException("this is a folder, not a file");
      }
      if (!Files.isRegularFile(file)) {
        throw new OnnxException("there is no such file");
      }
      if (Files.size(file) > Integer.MAX_VALUE - 64) {
        throw new OnnxException("an ONNX file is at most 2 GB; keep the weights as external data");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new OnnxException("there is no such file", e);
    } catch (IOException e) {
      throw new OnnxException("the file cannot be read: " + e.getMessage(), e);
    }
  }

  private static Header header(ModelProto model) {
    Map<String, Long> opsets = new LinkedHashMap<>();
    for (OperatorSetIdProto opset : model.getOpsetImportList()) {
      opsets.put(domain(opset.getDomain()), opset.getVersion());
    }
    Long version = opsets.get("");
    if (version == null || version < Opsets.OLDEST || version > Integer.MAX_VALUE) {
      throw new OnnxException(
          "opset %d or newer is needed, but the file has %s; export it again or convert it"
              .formatted(Opsets.OLDEST, version == null ? "none" : version));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      metadata.put(entry.getKey(), entry.getValue());
    }
    return new Header(
        model.getIrVersion(),
        opsets,
        model.getProducerName(),
        model.getProducerVersion(),
        model.getDocString(),
        metadata);
  }

  private static void requireNoFunctions(ModelProto model) {
    Set<String> functions = new HashSet<>();
    model
        .getFunctionsList()
        .forEach(f -> functions.add(domain(f.getDomain()) + "::" + f.getName()));
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (functions.contains(domain(node.getDomain()) + "::" + node.getOpType())) {
        throw new OnnxException(
            "the file defines the function %s; inline functions first (onnx.inliner)"
                .formatted(node.getOpType()));
      }
    }
  }

  /** The standard domain has two names. */
  static String domain(String name) {
    return name.equals("ai.onnx") ? "" : name;
  }

  private static Graph named(Path file, Supplier<Graph> reading) {
    try {
      return reading.get();
    } catch (OnnxException e) {
      throw new OnnxException("%s: %s".formatted(file, e.getMessage()), e);
    } catch (GraphException e) {
      throw new GraphException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
