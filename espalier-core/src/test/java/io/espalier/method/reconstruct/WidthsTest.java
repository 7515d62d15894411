package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.method.MethodException;
import io.espalier.surgery.PlanException;
import io.espalier.surgery.PlanOptions;
import io.espalier.zoo.Zoo;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WidthsTest {
  private static PlanOptions options(String budget) {
    return PlanOptions.of((Budget.Counted) Budget.parse(budget));
  }

  private static Widths widths(Graph graph, PlanOptions options) {
    ChannelMap map = ChannelMap.of(graph);
    Sites sites = Sites.of(graph, map);
    return Widths.of(Draft.of(graph, map), sites, sites.entrances(map), options);
  }

  @Test
  void chain_losesTheSameShareEverywhere() {
    Graph graph = Zoo.build("vgg11", 1);
    ChannelMap map = ChannelMap.of(graph);
    Widths widths = widths(graph, options("units=75%"));
    assertTrue(widths.gathered().isEmpty());
    assertEquals(map.groups().size(), widths.removed().size());
    widths
        .removed()
        .forEach((group, count) -> assertEquals(map.groups().get(group).units() / 4.0, count, 1));
  }

  @Test
  void residual_layersAndGathersLoseAboutTheSameShare() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Sites sites = Sites.of(graph, map);
    Widths widths = widths(graph, options("macs=50%"));
    assertEquals(9, widths.gathered().size());
    for (int group : widths.removed().keySet()) {
      assertTrue(!sites.streams().contains(group));
    }
    double inner = share(widths.removed().values(), 3 * (16 + 32 + 64));
    double gathered = 1 - share(widths.gathered().values(), 16 * 4 + 32 * 3 + 64 * 2);
    assertEquals(inner, gathered, 0.05);
    assertTrue(inner > 0.25 && inner < 0.5, "lost " + inner);
  }

  private static double share(Iterable<Integer> counts, double of) {
    double sum = 0;
    for (int count : counts) {
      sum += count;
    }
    return sum / of;
  }

  @Test
  void branches_haveNoGathers() {
    Graph graph = Zoo.build("resnet20", 1);
    PlanOptions options = options("macs=50%").withScope(PlanOptions.Scope.BRANCHES);
    Widths widths = widths(graph, options);
    assertTrue(widths.gathered().isEmpty());
    assertEquals(9, widths.removed().size());
  }

  @Test
  void frozenLayer_keepsItsChannelsAndItsView() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    String entrance = Sites.of(graph, map).entrances(map).getFirst().node();
    Widths widths = widths(graph, options("macs=60%").withFreeze(List.of(entrance)));
    assertTrue(!widths.gathered().containsKey(entrance));
    assertTrue(!widths.removed().containsKey(map.group(entrance).orElseThrow().index()));
    assertEquals(8, widths.gathered().size());
  }

  @Test
  void ratios_holdForLayersAndForWhatTheyRead() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    String entrance = Sites.of(graph, map).entrances(map).getFirst().node();
    PlanOptions options = options("macs=60%").withoutSize().withRatios(Map.of(entrance, 0.25));
    Widths widths = widths(graph, options);
    assertEquals(Map.of(map.group(entrance).orElseThrow().index(), 4), widths.removed());
    assertEquals(Map.of(entrance, 12), widths.gathered());
  }

  @Test
  void aligned_widthsAreMultiples() {
    Graph graph = Zoo.build("resnet20", 1);
    ChannelMap map = ChannelMap.of(graph);
    Widths widths = widths(graph, options("macs=60%").withAlign(4));
    widths
        .removed()
        .forEach((g, count) -> assertEquals(0, (map.groups().get(g).units() - count) % 4));
    widths.gathered().values().forEach(count -> assertEquals(0, count % 4));
  }

  @Test
  void budgetOutOfReach_andNoBudget_areSaid() {
    Graph graph = Zoo.build("resnet20", 1);
    assertThrows(PlanException.class, () -> widths(graph, options("macs=0.1%")));
    PlanOptions none = options("macs=50%").withoutSize();
    assertTrue(
        assertThrows(MethodException.class, () -> widths(graph, none))
            .getMessage()
            .contains("give a budget"));
  }
}
