package io.espalier.method.reconstruct;

import io.espalier.channel.ChannelMap;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import io.espalier.surgery.PlanOptions;
import io.espalier.torch.Torch;
import io.espalier.train.TrainOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Trains the network with heads on its way, then selects the inputs of its layers one layer after
 * the other, and cuts.
 *
 * @param options how channels are selected
 * @param heads number of heads besides the network's own
 * @param epochs epochs of training with heads
 * @param rate its learning rate
 */
record DiscriminationAware(DcpOptions options, int heads, int epochs, double rate)
    implements Procedure {
  /** So much of a group that only one unit stays, for a network that is not given a size. */
  private static final double ALMOST_ALL = 1 - 1e-9;

  DiscriminationAware {
    if (!(rate > 0)) {
      throw new IllegalArgumentException("method 'dcp': rate must be above 0, but got " + rate);
    }
  }

  @Override
  public MethodKind kind() {
    return MethodKind.RECONSTRUCTION;
  }

  @Override
  public void run(Workbench bench) {
    Torch.threads(bench.evaluation().threads());
    Graph graph = bench.graph();
    Heads headed = Heads.on(graph, heads, new SplittableRandom(bench.seed()));
    Graph tuned = tuned(bench, headed);
    bench.accuracy("tuned", with(graph, tuned));
    Torch.threads(bench.evaluation().threads());
    Sites sites = Sites.of(graph, bench.channels());
    Choices choices = new Choices(bench, options, headed, tuned, sites);
    Draft start = Draft.of(tuned, ChannelMap.of(headed.graph()));
    List<Site> entrances = sites.entrances(bench.channels());
    Draft draft = Rounds.narrowed(bench, sites, entrances, sized(bench), start, choices::narrowed);
    Graph edited = with(graph, draft.graph());
    Draft own = new Draft(edited, bench.channels(), draft.removed(), draft.gathered());
    bench.cut("cut", edited, own.entries());
  }

  private Graph tuned(Workbench bench, Heads headed) {
    TrainOptions training = bench.training().withEpochs(epochs).withLearningRate(rate);
    List<String> others = headed.logits().subList(0, headed.logits().size() - 1);
    return bench.train("heads", headed.graph(), training, new HeadTraining(others));
  }

  private static PlanOptions sized(Workbench bench) {
    PlanOptions asked = bench.options();
    return asked.hasSize() ? asked : asked.withRatios(Map.of("*", ALMOST_ALL));
  }

  /** The choices in their order, round after round. */
  private static final class Choices {
    private final Workbench bench;
    private final DcpOptions options;
    private final Heads heads;
    private final Graph original;
    private final Sites sites;
    private int number;

    Choices(Workbench bench, DcpOptions options, Heads heads, Graph original, Sites sites) {
      this.bench = bench;
      this.options = options;
      this.heads = heads;
      this.original = original;
      this.sites = sites;
    }

    Draft narrowed(Draft start, Widths widths) {
      Draft draft = start;
      for (Choice choice : Choice.of(sites, widths, bench.channels(), start.removed())) {
        String name = "select-%02d".formatted(++number);
        Draft before = draft;
        Map<String, Tensor> done =
            bench.arrays(name, () -> choice.made(bench, options, heads, original, before));
        bench.record(name, () -> choice.report(done));
        draft = choice.after(before, done);
      }
      return draft;
    }
  }

  /** {@code graph} with the weights of the same names in {@code other}. */
  private static Graph with(Graph graph, Graph other) {
    Map<String, Tensor> weights = new HashMap<>(other.initializers());
    weights.keySet().retainAll(graph.initializers().keySet());
    return graph.withWeights(weights);
  }
}
