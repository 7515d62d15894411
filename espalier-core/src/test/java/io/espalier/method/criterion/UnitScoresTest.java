package io.espalier.method.criterion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.Role;
import io.espalier.graph.Graph;
import io.espalier.method.Evidence;
import io.espalier.zoo.Zoo;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitScoresTest {
  private static final Graph GRAPH = Zoo.build("resnet8", 1);

  /** The first stream of ResNet-8 is written by two layers: the stem and the first block. */
  @ParameterizedTest
  @CsvSource({"mean, 3", "sum, 6", "max, 5", "first, 1"})
  void score_ofTwoLayersOnOneStream_addsUpAsSet(String members, double expected) {
    ChannelMap map = ChannelMap.of(GRAPH);
    ChannelGroup stream = map.group("stem.conv").orElseThrow();
    List<Evidence.Slot> slots = Evidence.of(GRAPH, stream, 1).slots(Role.OUTPUT);
    double[] values = {1, 5};
    int[] calls = {0};
    double[] scores =
        new UnitScores(members, "none")
            .score(
                slots,
                rows -> {
                  double[] all = new double[rows.length];
                  Arrays.fill(all, values[calls[0]]);
                  calls[0]++;
                  return all;
                })
            .orElseThrow();
    double[] each = new double[16];
    Arrays.fill(each, expected);
    assertArrayEquals(each, scores);
  }
}
