package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds over many steps: the same bits, and no growth. */
class TrainingRunTest {
  private static final int BATCH = 16;
  private static final double MEGABYTE = 1024 * 1024;

  @AfterEach
  void stopCounting() {
    OpenTensors.enable(false);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void twentySteps_ofSameSeed_endInSameBits(Precision precision) throws Exception {
    NetOptions options = NetOptions.defaults().withPrecision(precision);
    assertEquals(digestAfter(options, 20), digestAfter(options, 20));
  }

  private static String digestAfter(NetOptions options, int steps) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (TorchNet net = TorchNet.of(TestNets.residual(), options);
        Sgd sgd = sgd(net)) {
      train(net, sgd, steps);
      net.state().forEach((name, tensor) -> digest.update(tensor.buffer()));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Test
  void openTensors_afterAnUploadThatFails_areAsBefore() {
    Tensor odd = Tensor.of(DataType.OTHER, new int[] {4}, new byte[4]);
    Graph graph = TestNets.residual();
    GraphBuilder builder = new GraphBuilder("odd");
    graph.inputs().forEach(builder::input);
    graph.initializers().forEach(builder::initializer);
    builder.initializer("odd", odd);
    graph.nodes().forEach(builder::add);
    graph.outputs().forEach(builder::output);
    builder.hint("unread", ValueType.floats(4)).add("unread", new Op.Cast(DataType.FLOAT), "odd");
    Graph broken = builder.output(new Port("unread", ValueType.floats(4))).build();
    OpenTensors.enable(true);
    assertThrows(IllegalArgumentException.class, () -> TorchNet.of(broken, NetOptions.defaults()));
    assertEquals(0, Torch.openTensors());
  }

  @Test
  void openTensors_over300Steps_stayConstant() {
    OpenTensors.enable(true);
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults());
        Sgd sgd = sgd(net)) {
      train(net, sgd, 2);
      int before = Torch.openTensors();
      assertTrue(before > 0, "nothing is counted");
      train(net, sgd, 300);
      assertEquals(before, Torch.openTensors());
    }
    assertEquals(0, Torch.openTensors());
  }

  @Test
  void values_inEvaluation_areFreedAtLastUse() {
    try (Scope scope = Scope.open();
        TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults())) {
      DeviceTensor batch = TestNets.batch(1, BATCH);
      OpenTensors.enable(true);
      net.forward(batch, Mode.EVAL);
      assertEquals(1, Torch.openTensors());
    }
  }

  /** Long enough that a leak of one small tensor a step would show. */
  @Test
  @Tag("long")
  void residentMemory_over5000Steps_staysFlat() throws IOException {
    try (TorchNet net = TorchNet.of(TestNets.residual(), NetOptions.defaults());
        Sgd sgd = sgd(net)) {
      train(net, sgd, 1000);
      double before = residentMegabytes();
      train(net, sgd, 5000);
      assertEquals(before, residentMegabytes(), 0.05 * before);
    }
  }

  private static double residentMegabytes() throws IOException {
    String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
    return Long.parseLong(pages[1]) * 4096 / MEGABYTE;
  }

  private static Sgd sgd(TorchNet net) {
    return new Sgd(
        net.parameters(),
        new Sgd.Options(0.9, true),
        name -> net.normAndBias().contains(name) ? 0 : 1e-4);
  }

  private static void train(TorchNet net, Sgd sgd, int steps) {
    for (int i = 0; i < steps; i++) {
      try (Scope step = Scope.open()) {
        DeviceTensor logits = net.forward(TestNets.batch(i, BATCH), Mode.TRAIN);
        sgd.zeroGrad();
        Losses.crossEntropy(logits, TestNets.labels(BATCH), 0.1).backward();
        Losses.clipGradientNorm(net.parameters().values(), 1);
        sgd.step(0.05);
      }
    }
  }
}
