package io.espalier.surgery;

import io.espalier.channel.ChannelMap;
import io.espalier.cost.Budget;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.method.Criterion;
import io.espalier.method.Evidence;
import io.espalier.method.Methods;
import io.espalier.onnx.OnnxReader;
import io.espalier.zoo.Zoo;
import io.espalier.zoo.ZooOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Time of analysis and surgery without proof: channel map, {@code l1} scores, plan for half the
 * MACs, cut. Prints the first and the best of twelve rounds in one process, and the least CPU time
 * of a round, which other processes disturb less. Arguments: ONNX files, or names of the zoo, which
 * are built for 1000 classes and images of 224 x 224.
 */
final class SurgeryBench {
  private static final int ROUNDS = 12;

  private SurgeryBench() {}

  public static void main(String[] files) throws Exception {
    for (String file : files) {
      Graph graph =
          Zoo.names().contains(file)
              ? Zoo.build(file, new ZooOptions(1000, Shape.of(3, 224, 224), 1))
              : OnnxReader.read(Path.of(file));
      List<Round> rounds = Stream.generate(() -> round(graph)).limit(ROUNDS).toList();
      System.out.printf(
          "%s first %.0f ms, best %.0f ms, least CPU time %.0f ms%n",
          file,
          rounds.getFirst().millis(),
          rounds.stream().mapToDouble(Round::millis).min().orElseThrow(),
          rounds.stream().mapToDouble(Round::cpuMillis).min().orElseThrow());
    }
  }

  private record Round(double millis, double cpuMillis) {}

  private static Round round(Graph graph) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    ChannelMap map = ChannelMap.of(graph);
    Criterion l1 = (Criterion) Methods.create("l1", Map.of());
    Scores scores = Scores.of(map, group -> l1.score(Evidence.of(graph, group, 1)).orElseThrow());
    PlanOptions half = PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5));
    Surgeon.cut(graph, Planner.plan(graph, map, scores, half));
    return new Round(
        (System.nanoTime() - start) / 1e6, (threads.getCurrentThreadCpuTime() - cpu) / 1e6);
  }
}
