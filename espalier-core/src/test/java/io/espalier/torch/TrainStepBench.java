package io.espalier.torch;

import com.sun.management.OperatingSystemMXBean;
import io.espalier.graph.Graph;
import io.espalier.onnx.OnnxReader;
import io.espalier.zoo.Zoo;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * CPU time of one training step, printed as tools/bench/torch_peer.py prints it, so that both can
 * run in turns. Arguments: an ONNX file or the name of a network of the zoo, fp32 or bf16, the
 * number of steps, the number of threads.
 */
final class TrainStepBench {
  private static final int BATCH = 128;
  private static final int CLASSES = 10;
  private static final int WARM_UP = 2;
  private static final double NANOS_PER_MILLI = 1e6;

  private TrainStepBench() {}

  public static void main(String[] args) throws Exception {
    Precision precision = args[1].equals("bf16") ? Precision.BFLOAT16 : Precision.FLOAT32;
    int steps = Integer.parseInt(args[2]);
    Torch.threads(Integer.parseInt(args[3]));
    Path file = Path.of(args[0]);
    Graph graph = Files.exists(file) ? OnnxReader.read(file) : Zoo.build(args[0], 0);
    try (TorchNet net = TorchNet.of(graph, new NetOptions(precision, true));
        Sgd sgd = new Sgd(net.parameters(), new Sgd.Options(0.9, false), name -> 1e-4)) {
      System.out.printf(
          Locale.ROOT,
          "{\"model\": \"%s\", \"precision\": \"%s\", \"batch\": %d, \"steps\": %d, %s}%n",
          file.getFileName(),
          args[1],
          BATCH,
          steps,
          measure(net, sgd, steps));
    }
  }

  private static String measure(TorchNet net, Sgd sgd, int steps) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Random random = new Random(0);
    float[] images = new float[BATCH * 3 * 32 * 32];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    long[] labels = random.longs(BATCH, 0, CLASSES).toArray();
    double loss = 0;
    long cpu = 0;
    long wall = 0;
    for (int step = -WARM_UP; step < steps; step++) {
      if (step == 0) {
        cpu = system.getProcessCpuTime();
        wall = System.nanoTime();
      }
      loss = step(net, sgd, images, labels);
    }
    return String.format(
        Locale.ROOT,
        "\"threads\": %d, \"cpu_ms\": %.2f, \"wall_ms\": %.2f, \"loss\": %.4f",
        Torch.threads(),
        (system.getProcessCpuTime() - cpu) / NANOS_PER_MILLI / steps,
        (System.nanoTime() - wall) / NANOS_PER_MILLI / steps,
        loss);
  }

  private static double step(TorchNet net, Sgd sgd, float[] images, long[] labels) {
    try (Scope scope = Scope.open()) {
      DeviceTensor input = DeviceTensor.of(images, BATCH, 3, 32, 32);
      DeviceTensor target = DeviceTensor.of(labels, BATCH);
      DeviceTensor loss = Losses.crossEntropy(net.forward(input, Mode.TRAIN), target, 0);
      sgd.zeroGrad();
      loss.backward();
      sgd.step(0.01);
      return loss.item();
    }
  }
}
