package io.espalier.surgery;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.channel.Role;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Node;
import io.espalier.graph.Op;
import io.espalier.onnx.OnnxReader;
import java.nio.file.*;
import java.util.*;

public class CorpusSurvey {
  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      try (var files = Files.walk(Path.of(arg), 1)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList()) {
          one(file);
        }
      }
    }
  }

  private static void one(Path file) {
    try {
      long t0 = System.nanoTime();
      Graph graph = OnnxReader.read(file);
      long t1 = System.nanoTime();
      ChannelMap map = ChannelMap.of(graph);
      long t2 = System.nanoTime();
      Map<String, Integer> opaque = new TreeMap<>();
      for (Node node : graph.nodes()) {
        if (node.op() instanceof Op.Opaque o) opaque.merge(o.type() + ":" + o.reason(), 1, Integer::sum);
      }
      Map<String, Integer> reasons = new TreeMap<>();
      for (LayerFreedom layer : map.layers()) {
        layer.outputReason().filter(r -> !r.startsWith("network ")).ifPresent(r -> reasons.merge(r, 1, Integer::sum));
        layer.inputReason().filter(r -> !r.startsWith("network ")).ifPresent(r -> reasons.merge(r, 1, Integer::sum));
      }
      System.out.printf("%-28s read %4d ms, map %4d ms, groups %d units %d opaque %s%n", file.getFileName(), (t1 - t0) / 1000000, (t2 - t1) / 1000000, map.groups().size(), map.units(), opaque);
      reasons.forEach((r, n) -> System.out.println("      FROZEN " + n + "x " + r));
      Scores scores = Scores.of(map, group -> l1(graph, group));
      for (PlanOptions.Ranking ranking : PlanOptions.Ranking.values()) {
        try {
          long t3 = System.nanoTime();
          PruningPlan plan = Planner.plan(graph, map, scores, PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5)).withRanking(ranking));
          long t4 = System.nanoTime();
          Graph cut = Surgeon.cut(graph, plan);
          long t5 = System.nanoTime();
          System.out.printf("      %s plan %d ms cut %d ms macs %.2f%%%n", ranking, (t4 - t3) / 1000000, (t5 - t4) / 1000000, 100.0 * Cost.of(cut).macs() / Cost.of(graph).macs());
        } catch (RuntimeException e) {
          System.out.println("      " + ranking + " " + e);
          if (!(e instanceof PlanException)) e.printStackTrace(System.out);
        }
      }
    } catch (Exception e) {
      System.out.println(file.getFileName() + " " + e);
      StackTraceElement[] t = e.getStackTrace();
      for (int i = 0; i < Math.min(6, t.length); i++) System.out.println("        " + t[i]);
    }
  }

  static double[] l1(Graph graph, ChannelGroup group) {
    double[] scores = new double[group.units()];
    group.members().stream().filter(m -> m.role() == Role.OUTPUT).forEach(m -> {
      double[][] rows = m.matrix(graph.weight(m.initializer()));
      for (int u = 0; u < rows.length; u++) scores[u] += Arrays.stream(rows[u]).map(Math::abs).sum();
    });
    double mean = Arrays.stream(scores).average().orElse(1);
    return Arrays.stream(scores).map(s -> s / mean).toArray();
  }
}
