package io.espalier.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Small networks of real exporters: nothing is frozen without need, and half of the MACs goes. */
class FixtureSurgeryTest {
  private static final Path FOLDER = Path.of("src/test/resources/fixtures");

  /** Networks in which some channels must stay, with the word of the reason. */
  private static final Map<String, String> FROZEN =
      Map.of(
          "convnext.onnx", "ReduceMean",
          "convnext_opset17.onnx", "LayerNormalization",
          "two_in_two_out.onnx", "spreads 'mask' over channels");

  /** A transformer: its attention reshapes by the batch, which is not fixed. */
  private static final String TRANSFORMER = "vit.onnx";

  static List<Path> files() {
    return ExportedNetworks.in(FOLDER).stream()
        .filter(file -> !file.getFileName().toString().equals(TRANSFORMER))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("files")
  void analysis_exportedNetwork_freezesNothingWithoutNeed(Path file) throws IOException {
    List<String> reasons = ExportedNetworks.frozenInside(ExportedNetworks.read(file));
    String expected = FROZEN.get(file.getFileName().toString());
    if (expected == null) {
      assertEquals(List.of(), reasons);
    } else {
      assertTrue(reasons.stream().allMatch(reason -> reason.contains(expected)), reasons::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void cut_globalHalf_isProved(Path file) throws IOException {
    ExportedNetworks.halve(ExportedNetworks.read(file), PlanOptions.Ranking.GLOBAL);
  }

  @ParameterizedTest
  @MethodSource("files")
  void cut_uniformHalf_isProved(Path file) throws IOException {
    ExportedNetworks.halve(ExportedNetworks.read(file), PlanOptions.Ranking.UNIFORM);
  }
}
