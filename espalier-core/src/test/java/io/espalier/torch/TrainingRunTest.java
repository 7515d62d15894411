package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
