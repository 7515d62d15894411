package io.espalier.surgery;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.method.Criterion;
import io.espalier.method.Evidence;
import io.espalier.method.Methods;
import io.espalier.onnx.OnnxReader;
import java.nio.file.Path;
import java.util.Map;

/**
 * Time of analysis and surgery without proof: channel map, {@code l1} scores, plan for half the
 * MACs, cut. Prints the first and the best of twelve rounds in one process. Arguments: ONNX files.
 */
final class SurgeryBench {
  private static final int ROUNDS = 12;

  private SurgeryBench() {}

  public static void main(String[] files) throws Exception {
    for (String file : files) {
      Graph graph = OnnxReader.read(Path.of(file));
      double first = roundMillis(graph);
      double best = first;
      for (int round = 1; round < ROUNDS; round++) {
        best = Math.min(best, roundMillis(graph));
      }
      System.out.printf("%s first %.0f ms, best %.0f ms%n", file, first, best);
    }
  }

  private static double roundMillis(Graph graph) {
    long start = System.nanoTime();
    ChannelMap map = ChannelMap.of(graph);
    Criterion l1 = (Criterion) Methods.create("l1", Map.of());
    Scores scores = Scores.of(map, group -> l1.score(Evidence.of(graph, group, 1)).orElseThrow());
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    Surgeon.cut(graph, Planner.plan(graph, map, scores, half));
    return (System.nanoTime() - start) / 1e6;
  }
}
