package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.espalier.graph.Graph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Full-size networks of eight families, each with its batch normalisation kept and folded. They are
 * made by {@code make_corpus.py OUT --folded} and not part of the repository: {@code mvn -B verify
 * -Dtest.groups=corpus -Dtest.excludedGroups= -Dtest.argLine=-Despalier.corpus=OUT}.
 */
@Tag("corpus")
class CorpusSurgeryTest {
  static List<Path> files() {
    Path folder = Path.of(System.getProperty("espalier.corpus"));
    return ExportedNetworks.in(folder);
  }

  @ParameterizedTest
  @MethodSource("files")
  void network_ofTheCorpus_isHalvedAndProved(Path file) throws IOException {
    assertEquals(true, Files.isRegularFile(file));
    Graph graph = ExportedNetworks.read(file);
    assertEquals(List.of(), ExportedNetworks.frozenInside(graph));
    ExportedNetworks.halve(graph, PlanOptions.Ranking.GLOBAL);
    ExportedNetworks.halve(graph, PlanOptions.Ranking.UNIFORM);
  }
}
