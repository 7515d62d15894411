package io.espalier.dynamic;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.data.Dataset;
import io.espalier.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes a {@link GateAnalysis} as data and as pictures. */
public final class GateAnalysisFiles {
  private static final int EXAMPLES = 16;
  private static final int MOST_CLASSES = 100;
  private static final int BINS = 20;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private GateAnalysisFiles() {}

  /**
   * Writes {@code gates.json}, {@code channels.csv}, {@code images.csv} and, where this machine has
   * fonts, {@code layers.svg}, {@code utilisation.svg} and {@code classes.svg}; and {@code
   * examples.png} with the cheapest and the dearest images. The folder is made if need be.
   *
   * @param data the images that were analysed
   * @return the files
   */
  public static List<Path> write(GateAnalysis analysis, Dataset data, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    List<Path> written = new ArrayList<>();
    String json = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(toJson(analysis));
    written.add(write(folder.resolve("gates.json"), json + "\n"));
    written.add(write(folder.resolve("channels.csv"), channels(analysis)));
    written.add(write(folder.resolve("images.csv"), images(analysis)));
    picture(folder.resolve("layers.svg"), GatePlots.layers(analysis), written);
    picture(folder.resolve("utilisation.svg"), GatePlots.utilisation(analysis), written);
    if (isFewClasses(analysis)) {
      picture(folder.resolve("classes.svg"), GatePlots.classes(analysis), written);
    }
    Path examples = folder.resolve("examples.png");
    byte[] png = ExampleImages.png(analysis, data, EXAMPLES);
    AtomicFile.write(examples, out -> out.write(png));
    written.add(examples);
    return written;
  }

  private static void picture(Path file, Optional<String> svg, List<Path> written)
      throws IOException {
    if (svg.isPresent()) {
      written.add(write(file, svg.get()));
    }
  }

  private static Path write(Path file, String text) throws IOException {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return file;
  }

  private static boolean isFewClasses(GateAnalysis analysis) {
    return !analysis.classes().isEmpty() && analysis.classes().size() <= MOST_CLASSES;
  }

  private static ObjectNode toJson(GateAnalysis analysis) {
    ObjectNode json = MAPPER.createObjectNode().put("format", 1);
    json.put("images", analysis.images().size()).put("accuracy", analysis.accuracy().top1());
    json.put("unit", analysis.unit().name().toLowerCase(Locale.ROOT));
    SampleCosts costs = analysis.costs();
    ObjectNode macs = json.putObject("macs").put("dense", costs.dense());
    macs.put("mean", costs.mean()).put("share", costs.share());
    macs.put("deviation", costs.deviation()).put("least", costs.quantile(0));
    macs.put("median", costs.quantile(0.5)).put("most", costs.quantile(1));
    ArrayNode layers = json.putArray("layers");
    for (GateAnalysis.Layer layer : analysis.layers()) {
      ObjectNode node = layers.addObject().put("layer", layer.name());
      node.put("channels", layer.open().size()).put("neverPruned", layer.always());
      node.put("sometimesPruned", layer.sometimes()).put("alwaysPruned", layer.never());
      layer.open().forEach(node.putArray("open")::add);
    }
    ArrayNode bins = json.putArray("utilisation");
    for (int count : utilisation(analysis, BINS)) {
      bins.add(count);
    }
    examples(json.putArray("cheapest"), analysis.cheapest(EXAMPLES), analysis);
    examples(json.putArray("dearest"), analysis.dearest(EXAMPLES), analysis);
    return json;
  }

  private static void examples(
      ArrayNode array, List<GateAnalysis.Image> images, GateAnalysis analysis) {
    for (GateAnalysis.Image image : images) {
      ObjectNode node = array.addObject().put("image", image.index());
      node.put("label", image.label()).put("class", category(image, analysis));
      node.put("macs", image.macs()).put("channels", image.used());
    }
  }

  /** How many images use each share of the gated channels, from 0 to 1 in equal steps. */
  static int[] utilisation(GateAnalysis analysis, int bins) {
    int[] counts = new int[bins];
    for (GateAnalysis.Image image : analysis.images()) {
      int bin = (int) ((long) image.used() * bins / analysis.channels());
      counts[Math.min(bin, bins - 1)]++;
    }
    return counts;
  }

  private static String channels(GateAnalysis analysis) {
    List<String> classes = isFewClasses(analysis) ? analysis.classes() : List.of();
    StringBuilder csv = new StringBuilder("layer,channel,open");
    classes.forEach(name -> csv.append(',').append(quoted(name)));
    csv.append('\n');
    for (GateAnalysis.Layer layer : analysis.layers()) {
      for (int c = 0; c < layer.open().size(); c++) {
        csv.append(quoted(layer.name())).append(',').append(c);
        csv.append(',').append(number(layer.open().get(c)));
        for (int y = 0; y < classes.size(); y++) {
          csv.append(',').append(number(layer.openByClass().get(y).get(c)));
        }
        csv.append('\n');
      }
    }
    return csv.toString();
  }

  private static String images(GateAnalysis analysis) {
    StringBuilder csv = new StringBuilder("image,label,class,macs,channels\n");
    for (GateAnalysis.Image image : analysis.images()) {
      csv.append(image.index()).append(',').append(image.label()).append(',');
      csv.append(quoted(category(image, analysis))).append(',');
      csv.append(image.macs()).append(',').append(image.used()).append('\n');
    }
    return csv.toString();
  }

  static String category(GateAnalysis.Image image, GateAnalysis analysis) {
    return image.label() < 0 ? "" : analysis.classes().get(image.label());
  }

  /** Empty where there is none. */
  private static String number(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
  }

  private static String quoted(String text) {
    return text.matches("[^\",\n\r]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
