package io.espalier.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchNormModesTest {
  private static final int COUNT = 3;
  private static final int VALUES_PER_CHANNEL = COUNT * TestNets.SIZE * TestNets.SIZE;

  private Scope scope;
  private TorchNet net;

  @BeforeEach
  void open() {
    scope = Scope.open();
    GraphBuilder builder = TestNets.images("norm", 4);
    builder.add("y", new Op.BatchNorm(1e-5, 0.8), TestNets.norm(builder, "norm", "x"));
    Graph graph = builder.output(TestNets.output("y", 4, 8, 8)).build();
    net = TorchNet.of(graph, NetOptions.exact());
  }

  @AfterEach
  void close() {
    net.close();
    scope.close();
  }

  private static DeviceTensor batch(long seed) {
    float[] values = TestNets.random(seed, COUNT * 4 * TestNets.SIZE * TestNets.SIZE);
    return DeviceTensor.of(values, COUNT, 4, TestNets.SIZE, TestNets.SIZE).add(seed);
  }

  private static double mean(DeviceTensor batch) {
    return batch.select(1, 2).mean().item();
  }

  private static double unbiasedVariance(DeviceTensor batch) {
    DeviceTensor channel = batch.select(1, 2);
    double mean = channel.mean().item();
    return channel.add(-mean).square().sum().item() / (VALUES_PER_CHANNEL - 1);
  }

  private double running(String buffer) {
    return net.buffers().get("norm." + buffer).toDoubles()[2];
  }

  @Test
  void training_pass_movesRunningStatisticsByOneMinusMomentum() {
    DeviceTensor batch = batch(1);
    DeviceTensor output = net.forward(batch, Mode.TRAIN);
    assertEquals(0, mean(output), 1e-6);
    assertEquals(0.8 * 0 + 0.2 * mean(batch), running("mean"), 1e-6);
    assertEquals(0.8 * 1 + 0.2 * unbiasedVariance(batch), running("variance"), 1e-6);
  }

  @Test
  void evaluation_pass_usesAndKeepsRunningStatistics() {
    DeviceTensor batch = batch(1);
    DeviceTensor output = net.forward(batch, Mode.EVAL);
    assertEquals(mean(batch) / Math.sqrt(1 + 1e-5), mean(output), 1e-6);
    assertEquals(0, running("mean"));
    assertEquals(1, running("variance"));
  }

  @Test
  void recalibration_passes_averageTheirBatches() {
    for (int round = 0; round < 2; round++) {
      double means = 0;
      double variances = 0;
      for (long seed = 1; seed <= 3; seed++) {
        DeviceTensor batch = batch(seed + round);
        net.forward(batch, Mode.RECALIBRATE);
        means += mean(batch);
        variances += unbiasedVariance(batch);
      }
      assertEquals(means / 3, running("mean"), 1e-6);
      assertEquals(variances / 3, running("variance"), 1e-6);
      net.forward(batch(9), Mode.EVAL);
    }
  }

  @Test
  void recalibration_leavesScaleAndBias() {
    double[] before = net.parameters().get("norm.scale").toDoubles();
    net.forward(batch(1), Mode.RECALIBRATE);
    assertArrayEquals(before, net.parameters().get("norm.scale").toDoubles());
  }
}
