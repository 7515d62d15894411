package io.espalier.dynamic;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Header;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Shape;
import io.espalier.graph.ValueType;
import io.espalier.latency.OrtNet;
import io.espalier.latency.OrtOptions;
import io.espalier.onnx.OnnxWriter;

/** How many channels ONNX Runtime has in a block on this machine. */
public final class RuntimeBlock {
  private static final int[] SIZES = {CompactOptions.RUNTIME_BLOCK, 8};

  private RuntimeBlock() {}

  /**
   * 16 with AVX-512, else 8 on x86.
   *
   * @throws DynamicException if it is neither
   */
  public static int ofThisMachine() {
    for (int size : SIZES) {
      byte[] model = OnnxWriter.toBytes(probe(size));
      try (OrtNet net = OrtNet.load(model, "probe", OrtOptions.plain())) {
        if (!Float.isNaN(net.run(new float[1], 1)[0])) {
          return size;
        }
      }
    }
    throw new DynamicException(
        "ONNX Runtime's blocks have neither 8 nor 16 channels on this machine: give --form"
            + " compact");
  }

  private static Graph probe(int size) {
    GraphBuilder builder = new GraphBuilder("probe");
    builder.header(Header.created().withOpset(BlockedLayers.DOMAIN, 1));
    ValueType type = new ValueType(DataType.FLOAT, Shape.of(1));
    builder.input("x", type);
    CompactNodes to = new CompactNodes(builder, "probe");
    to.named("y", Pointwise.ADD, "x", BlockedLayers.guard(size, to));
    return builder.output(new Port("y", type)).build();
  }
}
