package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.cost.Budget;
import io.espalier.cost.Cost;
import io.espalier.graph.Graph;
import io.espalier.method.PruneOptions;
import io.espalier.method.PruneResult;
import io.espalier.method.Pruner;
import io.espalier.onnx.OnnxReader;
import io.espalier.onnx.OnnxWriter;
import io.espalier.surgery.PlanOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library call that the README shows. */
class ReadmeSnippetTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @TempDir Path temp;

  @Test
  void snippet_halvesANetwork() {
    Path net = Samples.network(temp, "net.onnx", 1);
    Path small = temp.resolve("small.onnx");
    // README: begin
    Graph graph = OnnxReader.read(net);
    PlanOptions half = PlanOptions.of(PruneOptions.counted(Budget.parse("macs=50%")));
    PruneResult result = Pruner.of(graph, PruneOptions.of("l1", half)).run();
    OnnxWriter.write(result.graph(), small);
    // README: end
    assertTrue(Cost.of(OnnxReader.read(small)).macs() <= Cost.of(graph).macs() / 2);
  }

  @Test
  void snippet_standsInTheReadme() throws IOException {
    Path source = ROOT.resolve("espalier-cli/src/test/java/io/espalier/cli/ReadmeSnippetTest.java");
    List<String> lines = Files.readAllLines(source).stream().map(String::strip).toList();
    List<String> snippet =
        lines.subList(lines.indexOf("// README: begin") + 1, lines.indexOf("// README: end"));
    String readme = Files.readString(ROOT.resolve("README.md"));
    assertTrue(readme.contains(String.join("\n", snippet)), String.join("\n", snippet));
  }
}
