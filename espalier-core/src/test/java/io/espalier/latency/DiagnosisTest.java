package io.espalier.latency;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.Graph;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Op;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagnosisTest {
  /** Chains of 3x3 convolutions: the measured ratios to 64 channels. */
  @ParameterizedTest
  @CsvSource({
    "64, 1.00",
    "63, 0.79",
    "60, 1.00",
    "52, 1.00",
    "49, 1.22",
    "48, 1.79",
    "44, 1.79",
    "36, 1.79",
    "33, 2.43",
    "32, 3.91",
    "24, 3.90",
    "16, 14.2"
  })
  void cost_ofSquareConvolution_isNearTheMeasurement(int channels, double measured) {
    double gain = BlockLaw.cost(square(64)) / BlockLaw.cost(square(channels));
    assertEquals(measured, gain, 0.2 * measured);
  }

  @Test
  void cost_ofDepthwise_followsItsOneCount() {
    assertEquals(48 * 9, BlockLaw.cost(depthwise(44)), 1e-9);
    assertEquals(45 * 9 / 0.45, BlockLaw.cost(depthwise(45)), 1e-9);
    assertEquals(16 * 9, BlockLaw.leastCost(depthwise(45)), 1e-9);
  }

  @Test
  void cost_ofImageConvolution_takesTheImageAsItIs() {
    ConvShape stem = new ConvShape(3, 24, 1, 3 * 24 * 9, false, true);
    assertTrue(!stem.isPlain() && !stem.isAligned());
    assertEquals(3 * 32 * 9, BlockLaw.cost(stem), 1e-9);
  }

  @Test
  void cost_ofGroupedConvolution_dependsOnOneGroup() {
    ConvShape narrow = new ConvShape(32, 32, 4, 32 * 8 * 9, false, false);
    assertTrue(narrow.isPlain());
    assertEquals(32 * 8 * 9 / 0.75, BlockLaw.leastCost(narrow), 1e-9);
    assertFalse(new ConvShape(64, 64, 4, 64 * 16 * 9, false, false).isPlain());
  }

  @Test
  void of_unalignedNet_countsAndPredicts() {
    Diagnosis diagnosis = Diagnosis.of(chain(64), chain(45), 1.1).orElseThrow();
    assertEquals(3, diagnosis.convolutions());
    assertEquals(3, diagnosis.unaligned());
    assertEquals(3, diagnosis.plain());
    // In pairs of channels: the original over as many MACs as are left, all at full speed.
    assertEquals(
        (3 * 64 + 2.0 * 64 * 64) / (3 * 45 + 2 * 45 * 45),
        diagnosis.alignedSpeedup().getAsDouble(),
        1e-9);
    assertEquals(
        "2.00x fewer MACs gained 1.10x: 3 of 3 convolutions have channel counts that are no"
            + " multiple of 16, 3 of them none of 4, which costs time; a cut to as many MACs with"
            + " --align 16 would be expected to gain up to about 2.0x",
        diagnosis.sentence());
  }

  /**
   * At 24 channels the nearest multiple, 32, gains nothing, but a cut of some layers to 16 does.
   */
  @Test
  void of_netPaddedToTheNextBlock_namesTheAlignedCutOfAsManyMacs() {
    Diagnosis diagnosis = Diagnosis.of(chain(32), chain(24), 1.0).orElseThrow();
    assertEquals(0, diagnosis.plain());
    assertEquals(
        (3 * 32 + 2.0 * 32 * 32) / (3 * 24 + 2 * 24 * 24),
        diagnosis.alignedSpeedup().getAsDouble(),
        1e-9);
    assertTrue(diagnosis.sentence().contains("--align 16"), diagnosis.sentence());
  }

  @Test
  void of_fewerMacsThanOneBlockEachHas_promisesNothing() {
    Diagnosis diagnosis = Diagnosis.of(chain(32), chain(12), 2).orElseThrow();
    assertTrue(diagnosis.alignedSpeedup().isEmpty());
    assertTrue(diagnosis.sentence().endsWith("which costs time"), diagnosis.sentence());
    // The narrowest that keeps whole blocks is within reach still.
    assertTrue(Diagnosis.of(chain(32), chain(16), 2).orElseThrow().alignedSpeedup().isPresent());
  }

  @Test
  void of_alignedNet_looksElsewhere() {
    Diagnosis diagnosis = Diagnosis.of(chain(64), chain(32), 2).orElseThrow();
    assertEquals(0, diagnosis.unaligned());
    assertTrue(diagnosis.sentence().contains("moving activations"), diagnosis.sentence());
    assertFalse(diagnosis.sentence().contains("--align"), diagnosis.sentence());
  }

  @Test
  void of_gainNearTheMacs_isSilent() {
    assertTrue(Diagnosis.of(chain(64), chain(45), 1.9).isEmpty());
    assertTrue(Diagnosis.of(chain(64), chain(64), 0.5).isEmpty());
  }

  private static ConvShape square(int channels) {
    return new ConvShape(channels, channels, 1, 9L * channels * channels, false, false);
  }

  private static ConvShape depthwise(int channels) {
    return new ConvShape(channels, channels, channels, 9L * channels, false, false);
  }

  /** An image convolution and two more, all 3x3 and of equal width. */
  private static Graph chain(int channels) {
    GraphBuilder builder = new GraphBuilder("chain");
    String value = builder.input("x", ValueType.floats(1, 3, 8, 8));
    for (int i = 0; i < 3; i++) {
      int inputs = i == 0 ? 3 : channels;
      float[] weight = new float[channels * inputs * 9];
      String name =
          builder.initializer("w" + i, Tensor.floats(new int[] {channels, inputs, 3, 3}, weight));
      value = builder.add("conv" + i, new Op.Conv(Window.square(2, 3, 1, 1), 1), value, name);
    }
    builder.output(new Port(value, ValueType.floats(1, channels, 8, 8)));
    return builder.build();
  }
}
