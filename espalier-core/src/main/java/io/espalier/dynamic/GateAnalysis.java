package io.espalier.dynamic;

import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Tensor;
import io.espalier.progress.Progress;
import io.espalier.train.Accuracy;
import io.espalier.train.Evaluator;
import io.espalier.train.Verdicts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How a dynamic network used its channels on a set of images (SANP, figures 1 and 4).
 *
 * @param accuracy on the images that have a label
 * @param costs MACs of the images
 * @param classes names of the categories
 * @param unit what the gates decide about
 * @param layers the gated layers, in network order
 * @param images one an image, in the order of the data set
 */
public record GateAnalysis(
    Accuracy accuracy,
    SampleCosts costs,
    List<String> classes,
    Unit unit,
    List<Layer> layers,
    List<Image> images) {
  /** What gates decide about, and so what is counted. */
  public enum Unit {
    /** Whole channels of an image: a channel is in use or not. */
    CHANNELS,
    /** Each pixel of each channel: of a channel in an image, a share is in use. */
    PIXELS
  }

  private static final int IMAGES_AT_ONCE = 64;

  public GateAnalysis {
    classes = List.copyOf(classes);
    layers = List.copyOf(layers);
    images = List.copyOf(images);
  }

  /**
   * A gated layer.
   *
   * @param open for each channel, the share of the images that use it; the share of their pixels
   *     for which the gate is open, where that is the unit
   * @param openByClass the same for the images of each category, {@code [classes][channels]}; rows
   *     of categories without images are NaN
   */
  public record Layer(String name, List<Double> open, List<List<Double>> openByClass) {
    public Layer {
      open = List.copyOf(open);
      openByClass = openByClass.stream().map(List::copyOf).toList();
    }

    /** Channels that every image uses, with all pixels: never pruned. */
    public int always() {
      return (int) open.stream().filter(share -> share == 1).count();
    }

    /** Channels that no image uses: always pruned. */
    public int never() {
      return (int) open.stream().filter(share -> share == 0).count();
    }

    /** Channels that some images or pixels use and others do not. */
    public int sometimes() {
      return open.size() - always() - never();
    }
  }

  /**
   * An image.
   *
   * @param index its place in the data set
   * @param label its category, -1 for none
   * @param macs what it cost
   * @param used channels of gated layers that it used; each by its share of pixels, where that is
   *     the unit
   */
  public record Image(int index, int label, long macs, int used) {}

  /** Runs every image of {@code data} by itself; {@code runner} stays the caller's. */
  public static GateAnalysis of(
      SampleRunner runner, Dataset data, Normalization normalization, Progress progress) {
    Counter counter = new Counter(runner, data);
    Batches batches = Batches.evaluation(data, normalization, IMAGES_AT_ONCE);
    Accuracy accuracy =
        Evaluator.evaluate(
            batch -> {
              int[] shape = LongStream.of(batch.shape()).mapToInt(Math::toIntExact).toArray();
              SampleRunner.Run run = runner.run(Tensor.floats(shape, batch.images()));
              counter.add(run.samples(), batch.labels());
              return run.output().toFloats();
            },
            batches,
            Verdicts.none(),
            progress);
    return counter.analysis(accuracy);
  }

  /** Channels of all gated layers. */
  public int channels() {
    return layers.stream().mapToInt(layer -> layer.open().size()).sum();
  }

  /** The images with the least cost first; of equal ones in the order of the data set. */
  public List<Image> cheapest(int count) {
    return images.stream().sorted(Comparator.comparingLong(Image::macs)).limit(count).toList();
  }

  /** The images with the largest cost first. */
  public List<Image> dearest(int count) {
    return images.stream()
        .sorted(Comparator.comparingLong(Image::macs).reversed())
        .limit(count)
        .toList();
  }

  private static final class Counter {
    private final SampleRunner runner;
    private final List<String> classes;
    private final List<double[][]> open = new ArrayList<>();
    private final long[] members;
    private final List<Image> images = new ArrayList<>();

    /** One row more than categories, for images without a label. */
    Counter(SampleRunner runner, Dataset data) {
      this.runner = runner;
      int labels = IntStream.range(0, data.size()).map(data::label).max().orElse(-1) + 1;
      int count = Math.max(labels, data.classNames().size());
      this.classes =
          IntStream.range(0, count)
              .mapToObj(i -> i < data.classNames().size() ? data.classNames().get(i) : "" + i)
              .toList();
      this.members = new long[count + 1];
      runner.channels().forEach(channels -> open.add(new double[count + 1][channels]));
    }

    void add(List<SampleUse> samples, long[] labels) {
      for (int n = 0; n < samples.size(); n++) {
        SampleUse sample = samples.get(n);
        int label = (int) labels[n];
        int row = label < 0 ? classes.size() : label;
        members[row]++;
        for (int i = 0; i < open.size(); i++) {
          double[] counts = open.get(i)[row];
          List<Double> shares = sample.shares().get(i);
          for (int c = 0; c < counts.length; c++) {
            counts[c] += shares.get(c);
          }
        }
        int used = sample.channels().stream().mapToInt(Integer::intValue).sum();
        images.add(new Image(images.size(), label, sample.macs(), used));
      }
    }

    GateAnalysis analysis(Accuracy accuracy) {
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < open.size(); i++) {
        layers.add(layer(runner.layers().get(i), open.get(i)));
      }
      long[] macs = images.stream().mapToLong(Image::macs).toArray();
      SampleCosts costs = new SampleCosts(runner.denseMacs(), macs);
      Unit unit = runner.decidesPixels() ? Unit.PIXELS : Unit.CHANNELS;
      return new GateAnalysis(accuracy, costs, classes, unit, layers, images);
    }

    private Layer layer(String name, double[][] counts) {
      double[] all = new double[counts[0].length];
      for (double[] row : counts) {
        for (int c = 0; c < all.length; c++) {
          all[c] += row[c];
        }
      }
      List<List<Double>> byClass = new ArrayList<>();
      for (int y = 0; y < classes.size(); y++) {
        byClass.add(shares(counts[y], members[y]));
      }
      return new Layer(name, shares(all, images.size()), byClass);
    }

    private static List<Double> shares(double[] counts, long of) {
      return IntStream.range(0, counts.length).mapToObj(c -> counts[c] / of).toList();
    }
  }
}
