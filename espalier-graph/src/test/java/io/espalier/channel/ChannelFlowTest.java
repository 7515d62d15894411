package io.espalier.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.graph.DataType;
import io.espalier.graph.GraphBuilder;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.graph.Pointwise;
import io.espalier.graph.Port;
import io.espalier.graph.Tensor;
import io.espalier.graph.ValueType;
import io.espalier.graph.Window;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What each operator does to channels, worked out by hand on the smallest network that shows it.
 */
class ChannelFlowTest {
  private final GraphBuilder builder = new GraphBuilder("test");

  ChannelFlowTest() {
    builder.input("x", ValueType.floats(1, 3, 4, 4));
  }

  private String weight(String name, int... shape) {
    double[] values = new double[(int) Tensor.elements(shape)];
    Arrays.setAll(values, i -> i);
    return builder.initializer(name, Tensor.of(DataType.FLOAT, shape, values));
  }

  private String conv(String name, String x, int in, int out, int groups) {
    Op op = new Op.Conv(Window.square(2, 3, 1, 1), groups);
    return builder.add(name, op, x, weight(name + ".w", out, in / groups, 3, 3));
  }

  private ChannelMap mapTo(String output) {
    builder.output(new Port(output, ValueType.floats(1)));
    return ChannelMap.of(builder.build());
  }

  private static ChannelGroup group(ChannelMap map, String name) {
    return map.group(name).orElseThrow(() -> new AssertionError(map.groups().toString()));
  }

  private static int[] positions(ChannelGroup group, String weight, Role role, int unit) {
    return group.members().stream()
        .filter(m -> m.initializer().equals(weight) && m.role() == role)
        .findFirst()
        .orElseThrow(() -> new AssertionError(group.members().toString()))
        .positions(unit);
  }

  private static String reason(ChannelMap map, String layer) {
    return map.layers().stream()
        .filter(l -> l.node().equals(layer))
        .findFirst()
        .orElseThrow()
        .outputReason()
        .orElse("");
  }

  @Test
  void chain_twoConvolutions_rowsOfOneAreColumnsOfTheNext() {
    conv("a", "x", 3, 4, 1);
    conv("b", "a", 4, 5, 1);
    ChannelMap map = mapTo("b");
    assertEquals(List.of("a"), map.groups().stream().map(ChannelGroup::name).toList());
    ChannelGroup group = group(map, "a");
    assertArrayEquals(new int[] {2}, positions(group, "a.w", Role.OUTPUT, 2));
    assertArrayEquals(new int[] {2}, positions(group, "b.w", Role.INPUT, 2));
    assertEquals(List.of(4, 1, 1, 1), group.members().getFirst().space());
    assertEquals("network output 'b'", reason(map, "b"));
  }

  @Test
  void add_twoBranches_tiesThemPairwise() {
    conv("a", "x", 3, 4, 1);
    conv("b", "a", 4, 4, 1);
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "a", "b");
    conv("c", "sum", 4, 2, 1);
    ChannelMap map = mapTo("c");
    assertEquals(1, map.groups().size());
    assertEquals(List.of("a", "b"), group(map, "a").producers());
    assertArrayEquals(new int[] {3}, positions(group(map, "a"), "b.w", Role.OUTPUT, 3));
    assertArrayEquals(new int[] {3}, positions(group(map, "a"), "b.w", Role.INPUT, 3));
  }

  @Test
  void concat_secondInput_isShiftedByTheFirst() {
    conv("a", "x", 3, 4, 1);
    conv("b", "x", 3, 2, 1);
    builder.add("both", new Op.Concat(1), "a", "b");
    conv("c", "both", 6, 2, 1);
    ChannelMap map = mapTo("c");
    assertArrayEquals(new int[] {1}, positions(group(map, "a"), "c.w", Role.INPUT, 1));
    assertArrayEquals(new int[] {5}, positions(group(map, "b"), "c.w", Role.INPUT, 1));
  }

  @Test
  void flatten_beforeLinear_givesEachChannelItsRunOfColumns() {
    conv("a", "x", 3, 2, 1);
    builder.add("flat", new Op.Flatten(1), "a");
    builder.add("fc", new Op.Gemm(1, 1, false, true), "flat", weight("fc.w", 3, 32));
    ChannelGroup group = group(mapTo("fc"), "a");
    assertArrayEquals(
        java.util.stream.IntStream.range(16, 32).toArray(),
        positions(group, "fc.w", Role.INPUT, 1));
  }

  @Test
  void groupedConvolution_columns_countWithinTheirGroup() {
    conv("a", "x", 3, 4, 1);
    conv("g", "a", 4, 4, 2);
    conv("c", "g", 4, 2, 1);
    ChannelMap map = mapTo("c");
    ChannelGroup in = group(map, "a");
    // Weight [4, 2]: rows 2 and 3 are the second group, whose column 1 is channel 3 = cells 5 and
    // 7.
    assertArrayEquals(new int[] {5, 7}, positions(in, "g.w", Role.INPUT, 3));
    assertEquals(List.of(List.of(0, 1), List.of(2, 3)), in.balances().getFirst().blocks());
    BitSet balanced = BitSet.valueOf(new long[] {0b0101});
    Changes changes = map.changes(Map.of(in.index(), balanced, group(map, "g").index(), balanced));
    assertTrue(changes.operators().isEmpty(), "two groups of one channel each remain");
  }

  @Test
  void depthwise_channels_passAndTheGroupsFollow() {
    conv("a", "x", 3, 4, 1);
    conv("d", "a", 4, 4, 4);
    conv("c", "d", 4, 2, 1);
    ChannelMap map = mapTo("c");
    assertEquals(1, map.groups().size());
    ChannelGroup group = group(map, "a");
    assertArrayEquals(new int[] {2}, positions(group, "d.w", Role.OTHER, 2));
    Changes changes = map.changes(Map.of(0, BitSet.valueOf(new long[] {0b0110})));
    assertEquals(2, ((Op.Conv) changes.operators().get("d")).groups());
  }

  @Test
  void shuffle_ofTwoGroups_becomesAGatherOfWhatStays() {
    conv("a", "x", 3, 6, 1);
    builder.add("open", new Op.Reshape(List.of(0L, 2L, 3L, 4L, 4L), false), "a");
    builder.add("turn", new Op.Transpose(List.of(0, 2, 1, 3, 4)), "open");
    builder.add("close", new Op.Reshape(List.of(0L, 6L, 4L, 4L), false), "turn");
    conv("c", "close", 6, 2, 1);
    ChannelMap map = mapTo("c");
    // [[0, 1, 2], [3, 4, 5]] transposed is 0 3 1 4 2 5; without 1 and 3 that is 0 4 2 5.
    assertArrayEquals(new int[] {1}, positions(group(map, "a"), "c.w", Role.INPUT, 3));
    Changes changes = map.changes(Map.of(0, BitSet.valueOf(new long[] {0b1010})));
    Changes.Permutation shuffle = changes.shuffles().getFirst();
    assertEquals("close", shuffle.exit());
    assertEquals(List.of(0, 2, 1, 3), shuffle.indices());
  }

  @Test
  void split_unequalPieces_sizesFollow() {
    conv("a", "x", 3, 5, 1);
    builder.add(new Node("s", new Op.Split(1, List.of(2, 3)), List.of("a"), List.of("l", "r")));
    conv("cl", "l", 2, 2, 1);
    conv("cr", "r", 3, 2, 1);
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "cl", "cr");
    ChannelMap map = mapTo("sum");
    assertArrayEquals(new int[] {2}, positions(group(map, "a"), "cr.w", Role.INPUT, 4));
    Changes changes = map.changes(Map.of(0, BitSet.valueOf(new long[] {0b10010})));
    assertEquals(new Op.Split(1, List.of(1, 2)), changes.operators().get("s"));
  }

  @Test
  void slice_ofChannels_startAndEndFollow() {
    conv("a", "x", 3, 6, 1);
    Op slice = new Op.Slice(List.of(2L), List.of(5L), List.of(1), List.of(1L));
    builder.add("s", slice, "a");
    conv("c", "s", 3, 2, 1);
    ChannelMap map = mapTo("c");
    Changes changes = map.changes(Map.of(0, BitSet.valueOf(new long[] {0b001001})));
    Op expected = new Op.Slice(List.of(1L), List.of(3L), List.of(1), List.of(1L));
    assertEquals(expected, changes.operators().get("s"));
  }

  @Test
  void padOfChannels_inAShortcut_tiesZerosToTheBranch() {
    conv("a", "x", 3, 2, 1);
    builder.add("p", new Op.Pad("constant", List.of(0, 1, 0, 0, 0, 1, 0, 0), 0), "a");
    conv("b", "a", 2, 4, 1);
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "p", "b");
    conv("c", "sum", 4, 2, 1);
    ChannelMap map = mapTo("c");
    // Channels 1 and 2 of the sum are made by a and b, 0 and 3 by b alone.
    assertEquals(List.of("a", "b"), group(map, "a").producers());
    assertEquals(List.of("b"), group(map, "b").producers());
    assertArrayEquals(new int[] {2}, positions(group(map, "a"), "b.w", Role.OUTPUT, 1));
    Changes changes =
        map.changes(Map.of(group(map, "b").index(), BitSet.valueOf(new long[] {0b10})));
    assertEquals(List.of(0, 1, 0, 0, 0, 0, 0, 0), ((Op.Pad) changes.operators().get("p")).pads());
  }

  @Test
  void gate_ofOneNumberAChannel_goesWithTheChannel() {
    conv("a", "x", 3, 4, 1);
    builder.add("pool", new Op.GlobalPool(false), "a");
    builder.add(
        "fc", new Op.Conv(Window.square(2, 1, 1, 0), 1), "pool", weight("fc.w", 4, 4, 1, 1));
    builder.add("gate", new Op.Elementwise(Pointwise.SIGMOID), "fc");
    builder.add("out", new Op.Elementwise(Pointwise.MUL), "a", "gate");
    conv("c", "out", 4, 2, 1);
    ChannelMap map = mapTo("c");
    assertEquals(1, map.groups().size());
    ChannelGroup group = group(map, "a");
    assertArrayEquals(new int[] {3}, positions(group, "fc.w", Role.OUTPUT, 3));
    assertArrayEquals(new int[] {3}, positions(group, "fc.w", Role.INPUT, 3));
  }

  @Test
  void spatialGate_ofOneChannel_staysAndLetsTheOthersGo() {
    conv("a", "x", 3, 4, 1);
    conv("m", "x", 3, 1, 1);
    builder.add("out", new Op.Elementwise(Pointwise.MUL), "a", "m");
    conv("c", "out", 4, 2, 1);
    ChannelMap map = mapTo("c");
    assertEquals(List.of("a"), map.groups().stream().map(ChannelGroup::name).toList());
    assertTrue(reason(map, "m").contains("spreads 'm' over channels"), reason(map, "m"));
  }

  @Test
  void sharedWeight_ofTwoLayers_tiesWhatBothMake() {
    String shared = weight("w", 4, 3, 3, 3);
    Op op = new Op.Conv(Window.square(2, 3, 1, 1), 1);
    builder.add("a", op, "x", shared);
    builder.add("b", op, "x", shared);
    conv("ca", "a", 4, 2, 1);
    conv("cb", "b", 4, 2, 1);
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "ca", "cb");
    ChannelGroup group = group(mapTo("sum"), "a");
    assertArrayEquals(new int[] {1}, positions(group, "ca.w", Role.INPUT, 1));
    assertArrayEquals(new int[] {1}, positions(group, "cb.w", Role.INPUT, 1));
  }

  @Test
  void sharedWeight_readByAnOperatorThatNoRuleFollows_keepsItsChannels() {
    conv("a", "x", 3, 4, 1);
    conv("b", "a", 4, 5, 1);
    builder.add("t", new Op.Transpose(List.of(1, 0, 2, 3)), "a.w");
    builder.output(new Port("t", ValueType.floats(3, 4, 3, 3)));
    ChannelMap map = mapTo("b");
    assertEquals(List.of(), map.groups());
    assertTrue(reason(map, "a").contains("reads 'a.w' too"), reason(map, "a"));
  }

  @Test
  void weight_thatIsANetworkOutput_keepsItsChannels() {
    conv("a", "x", 3, 4, 1);
    conv("b", "a", 4, 5, 1);
    builder.output(new Port("a.w", ValueType.floats(4, 3, 3, 3)));
    ChannelMap map = mapTo("b");
    assertEquals(List.of(), map.groups());
    assertTrue(reason(map, "a").contains("network output 'a.w'"), reason(map, "a"));
  }

  @Test
  void resize_ofAVector_freezesWhatItReads() {
    conv("a", "x", 3, 4, 1);
    builder.add("p", new Op.GlobalPool(false), "a");
    builder.add("v", new Op.Squeeze(List.of(0, 2, 3)), "p");
    Op eight =
        new Op.Resize("nearest", "asymmetric", "floor", -0.75, false, List.of(), List.of(8L));
    builder.add("r", eight, "v");
    ChannelMap map = mapTo("r");
    assertEquals(List.of(), map.groups());
    assertTrue(reason(map, "a").contains("resizes channels"), reason(map, "a"));
  }

  @Test
  void pixelShuffle_bothOrders_tieTheTapsOfAChannel() {
    conv("a", "x", 3, 8, 1);
    builder.add("crd", new Op.DepthToSpace(2, true), "a");
    conv("c", "crd", 2, 2, 1);
    conv("b", "x", 3, 8, 1);
    builder.add("dcr", new Op.DepthToSpace(2, false), "b");
    conv("d", "dcr", 2, 2, 1);
    builder.add("sum", new Op.Elementwise(Pointwise.ADD), "c", "d");
    ChannelMap map = mapTo("sum");
    int[] crd = {4, 5, 6, 7};
    int[] dcr = {1, 3, 5, 7};
    assertArrayEquals(crd, positions(group(map, "a"), "a.w", Role.OUTPUT, 1));
    assertArrayEquals(dcr, positions(group(map, "b"), "b.w", Role.OUTPUT, 1));
  }

  @Test
  void layerNorm_overChannels_freezesThemWithAReason() {
    conv("a", "x", 3, 4, 1);
    builder.add("nhwc", new Op.Transpose(List.of(0, 2, 3, 1)), "a");
    builder.add("ln", new Op.LayerNorm(-1, 1e-5), "nhwc", weight("s", 4), weight("t", 4));
    builder.add("back", new Op.Transpose(List.of(0, 3, 1, 2)), "ln");
    conv("c", "back", 4, 2, 1);
    ChannelMap map = mapTo("c");
    assertEquals(List.of(), map.groups());
    assertEquals("LayerNormalization 'ln' normalises over channels", reason(map, "a"));
  }

  @Test
  void opaqueOperator_freezesWhatTouchesIt() {
    conv("a", "x", 3, 4, 1);
    Op op =
        new Op.Opaque(
            "", "Strange", List.of(), io.espalier.graph.Bytes.copyOf(new byte[0]), "no reason");
    builder.hint("o", ValueType.floats(1, 4, 4, 4));
    builder.add("o", op, "a");
    conv("c", "o", 4, 4, 1);
    conv("d", "c", 4, 2, 1);
    ChannelMap map = mapTo("d");
    assertEquals("Strange 'o': no reason", reason(map, "a"));
    assertEquals(List.of("c"), map.groups().stream().map(ChannelGroup::name).toList());
  }

  @Test
  void quantisedWeight_throughDequantize_isCutWithItsScales() {
    Tensor bytes = Tensor.of(DataType.INT8, new int[] {4, 3, 3, 3}, new double[108]);
    builder.initializer("q", bytes);
    builder.add("w", new Op.Dequantize(0), "q", weight("scale", 4));
    builder.add("a", new Op.Conv(Window.square(2, 3, 1, 1), 1), "x", "w");
    conv("c", "a", 4, 2, 1);
    ChannelGroup group = group(mapTo("c"), "a");
    assertArrayEquals(new int[] {2}, positions(group, "q", Role.OUTPUT, 2));
    assertArrayEquals(new int[] {2}, positions(group, "scale", Role.OTHER, 2));
  }

  @Test
  void matrix_ofAMember_hasOneRowAUnit() {
    conv("a", "x", 3, 2, 1);
    conv("c", "a", 2, 2, 1);
    builder.output(new Port("c", ValueType.floats(1, 2, 4, 4)));
    var graph = builder.build();
    Member columns =
        group(ChannelMap.of(graph), "a").members().stream()
            .filter(m -> m.role() == Role.INPUT)
            .findFirst()
            .orElseThrow();
    double[][] rows = columns.matrix(graph.weight("c.w"));
    // Weight [2, 2, 3, 3] counts up: input channel 1 holds 9..17 and 27..35.
    assertEquals(18, rows[1].length);
    assertEquals(9, rows[1][0]);
    assertEquals(35, rows[1][17]);
  }
}
