package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.channel.ChannelGroup;
import io.espalier.channel.ChannelMap;
import io.espalier.channel.LayerFreedom;
import io.espalier.channel.Role;
import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.graph.Shape;
import io.espalier.onnx.OnnxReader;
import io.espalier.proof.Proof;
import io.espalier.proof.ProofResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What must hold for every network that an exporter wrote. */
final class ExportedNetworks {
  private ExportedNetworks() {}

  static List<Path> in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Graph read(Path file) throws IOException {
    return file.getFileName().toString().startsWith("fully_conv")
        ? OnnxReader.read(file, Map.of("input", Shape.of(1, 3, 24, 40)))
        : OnnxReader.read(file);
  }

  /** Reasons why channels between the network's inputs and outputs cannot go. */
  static List<String> frozenInside(Graph graph) {
    List<String> reasons = new ArrayList<>();
    for (LayerFreedom layer : ChannelMap.of(graph).layers()) {
      Stream.of(layer.outputReason(), layer.inputReason())
          .flatMap(Optional::stream)
          .filter(reason -> !reason.startsWith("network "))
          .forEach(reasons::add);
    }
    return reasons;
  }

  /** Halves the MACs by L1 with {@code ranking}, and proves it. */
  static void halve(Graph graph, PlanOptions.Ranking ranking) {
    ChannelMap map = ChannelMap.of(graph);
    Scores scores = Scores.of(map, group -> l1(graph, group));
    PlanOptions options =
        PlanOptions.of(new Budget.Share(Budget.Quantity.MACS, 0.5)).withRanking(ranking);
    PruningPlan plan = Planner.plan(graph, map, scores, options);
    Graph cut = Surgeon.cut(graph, PlanFile.fromJson(PlanFile.toJson(plan)));
    assertTrue(2 * Cost.of(cut).macs() <= Cost.of(graph).macs());
    ProofResult proof = Proof.onRandomInputs(graph, plan, cut, 1);
    assertTrue(proof.passed(), proof.toString());
    assertTrue(proof.libtorch().isPresent(), proof.toString());
  }

  private static double[] l1(Graph graph, ChannelGroup group) {
    double[] scores = new double[group.units()];
    for (var member : group.members()) {
      if (member.role() == Role.OUTPUT) {
        double[][] rows = member.matrix(graph.weight(member.initializer()));
        for (int unit = 0; unit < rows.length; unit++) {
          scores[unit] += Arrays.stream(rows[unit]).map(Math::abs).sum();
        }
      }
    }
    double mean = Arrays.stream(scores).average().orElse(1);
    return Arrays.stream(scores).map(score -> score / mean).toArray();
  }
}
