package io.espalier.method.reconstruct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.Benches;
import io.espalier.method.PruneOptions;
import io.espalier.method.Pruner;
import io.espalier.method.TinyNetworks;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.Scope;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final PlanOptions HALF =
      PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));

  /** What comes of rounds that do {@code round}, on a chain; {@code asked} gets their widths. */
  private static Pruner.Study<Draft> narrowed(
      List<Widths> asked, BiFunction<Draft, Widths, Draft> round) {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    BiFunction<Draft, Widths, Draft> counted =
        (draft, widths) -> {
          asked.add(widths);
          return round.apply(draft, widths);
        };
    return Pruner.of(graph, PruneOptions.of("l1", HALF))
        .study(
            Optional.empty(),
            bench -> {
              Sites sites = Sites.of(graph, bench.channels());
              Draft start = Draft.of(graph, bench.channels());
              return Rounds.narrowed(bench, sites, List.of(), HALF, start, counted);
            });
  }

  private static BitSet first(int count) {
    BitSet units = new BitSet();
    units.set(0, count);
    return units;
  }

  /** A round that takes one unit less than it should is followed by another one. */
  @Test
  void rounds_goOnUntilTheBudgetIsMet() {
    List<Widths> asked = new ArrayList<>();
    Pruner.Study<Draft> study =
        narrowed(
            asked,
            (draft, widths) -> {
              int less = asked.size() == 1 ? 1 : 0;
              Draft next = draft;
              for (Map.Entry<Integer, Integer> group : widths.removed().entrySet()) {
                next = next.without(group.getKey(), first(group.getValue() - less));
              }
              return next;
            });
    assertEquals(2, asked.size());
    assertTrue(Widths.met(study.result().orElseThrow(), HALF));
    assertEquals(List.of(), study.warnings());
  }

  @Test
  void rounds_thatTakeNothing_endAndSaySo() {
    List<Widths> asked = new ArrayList<>();
    Pruner.Study<Draft> study = narrowed(asked, (draft, widths) -> draft);
    assertEquals(8, asked.size());
    assertEquals(1, study.warnings().size());
    assertTrue(
        study.warnings().getFirst().startsWith("the budget macs=50% is not met after 8 rounds"),
        study.warnings().getFirst());
  }

  /** dcp's second choice in a group: what is out is no candidate and stays out. */
  @Test
  void choice_inALaterRound_isAmongWhatIsLeft() {
    Graph graph = TinyNetworks.of(TinyNetworks.Kind.CHAIN, true);
    ChannelMap map = ChannelMap.of(graph);
    Sites sites = Sites.of(graph, map);
    int group = sites.free().iterator().next();
    BitSet gone = new BitSet();
    gone.set(1);
    gone.set(6);
    Widths widths = new Widths(Map.of(group, 5), Map.of());
    assertEquals(
        List.of(),
        Choice.of(sites, new Widths(Map.of(group, 2), Map.of()), map, Map.of(group, gone)));
    List<Choice> choices = Choice.of(sites, widths, map, Map.of(group, gone));
    assertEquals(1, choices.size());
    Choice choice = choices.getFirst();
    assertEquals(List.of(0, 2, 3, 4, 5, 7), IntStream.of(choice.members()).boxed().toList());
    assertEquals(3, choice.wanted());

    Workbench bench = Benches.of(graph);
    Heads heads = Heads.on(graph, 1, new SplittableRandom(1));
    Draft before = Draft.of(heads.graph(), ChannelMap.of(heads.graph())).without(group, gone);
    DcpOptions options = new DcpOptions(16, 8, 1, 0.01, 1, 1, 0.01);
    try (Scope scope = Scope.open()) {
      Map<String, Tensor> made = choice.made(bench, options, heads, heads.graph(), before);
      BitSet out = choice.after(before, made).removed().get(group);
      assertEquals(5, out.cardinality());
      assertTrue(out.get(1) && out.get(6));
      assertEquals(6, choice.report(made).path("candidates").asInt());
      assertEquals(3, choice.report(made).path("kept").asInt());
      assertFalse(choice.report(made).path("gathered").asBoolean());
    }
  }
}
