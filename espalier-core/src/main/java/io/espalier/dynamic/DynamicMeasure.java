package io.espalier.dynamic;

import io.espalier.data.Batches;
import io.espalier.data.Dataset;
import io.espalier.data.Normalization;
import io.espalier.graph.Tensor;
import io.espalier.progress.Progress;
import io.espalier.torch.DeviceTensor;
import io.espalier.torch.NetOptions;
import io.espalier.torch.Torch;
import io.espalier.torch.TorchNet;
import io.espalier.train.Accuracy;
import io.espalier.train.EvaluateOptions;
import io.espalier.train.Evaluator;
import io.espalier.train.Verdicts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What a {@link DynamicNet} comes to on a set of images.
 *
 * @param accuracy its accuracy
 * @param costs MACs of each image, saliencies included
 * @param costsWithBias the same by the rule that adds one for the bias of each output, as SANP
 *     counts
 * @param open for each gate the share of the images that use each channel, {@code [C]}; of a gate
 *     about pixels the share of all their pixels
 */
public record DynamicMeasure(
    Accuracy accuracy, SampleCosts costs, SampleCosts costsWithBias, List<List<Double>> open) {
  private static final int IMAGES_AT_ONCE = 64;

  public DynamicMeasure {
    open = open.stream().map(List::copyOf).toList();
  }

  /** Runs {@code net} over the labelled images of {@code data}. */
  public static DynamicMeasure of(
      DynamicNet net,
      Dataset data,
      Normalization normalization,
      EvaluateOptions options,
      Verdicts verdicts,
      Progress progress) {
    Torch.threads(options.threads());
    Counter counter = new Counter(SkipDescription.of(net, Map.of()));
    try (TorchNet torch = TorchNet.of(net.graph(), new NetOptions(options.precision(), true))) {
      Batches batches = Batches.evaluation(data, normalization, options.batchSize());
      GateTrace trace = new GateTrace(net, counter::add);
      Accuracy accuracy = Evaluator.evaluate(torch, batches, trace, verdicts, progress);
      return counter.measure(accuracy);
    }
  }

  /**
   * As above, with {@code runner}, which stays the caller's, one image at a time.
   *
   * @param data labelled images
   */
  public static DynamicMeasure of(
      SampleRunner runner,
      Dataset data,
      Normalization normalization,
      Verdicts verdicts,
      Progress progress) {
    Counter counter = new Counter(runner.description());
    Batches batches = Batches.evaluation(data, normalization, IMAGES_AT_ONCE);
    Evaluator.Logits logits =
        batch -> {
          SampleRunner.Run run = runner.run(Tensor.floats(shape(batch.shape()), batch.images()));
          counter.add(run);
          return run.output().toFloats();
        };
    return counter.measure(Evaluator.evaluate(logits, batches, verdicts, progress));
  }

  private static int[] shape(long[] sizes) {
    return LongStream.of(sizes).mapToInt(Math::toIntExact).toArray();
  }

  /** Adds up batches. */
  private static final class Counter {
    private final DynamicCost cost;
    private final List<LongStream> macs = new ArrayList<>();
    private final List<LongStream> macsWithBias = new ArrayList<>();
    private final List<double[]> open = new ArrayList<>();
    private long samples;

    Counter(SkipDescription description) {
      cost = description.cost();
      description.gates().forEach(gate -> open.add(new double[gate.channels()]));
    }

    void add(SampleRunner.Run run) {
      macs.add(run.samples().stream().mapToLong(SampleUse::macs));
      macsWithBias.add(run.samples().stream().mapToLong(SampleUse::macsWithBias));
      for (SampleUse sample : run.samples()) {
        for (int i = 0; i < open.size(); i++) {
          double[] sum = open.get(i);
          List<Double> shares = sample.shares().get(i);
          for (int c = 0; c < sum.length; c++) {
            sum[c] += shares.get(c);
          }
        }
      }
      samples += run.samples().size();
    }

    void add(List<DeviceTensor> gates, int batch) {
      macs.add(LongStream.of(CostOfBatch.exact(cost, gates, batch, false)));
      macsWithBias.add(LongStream.of(CostOfBatch.exact(cost, gates, batch, true)));
      for (int i = 0; i < gates.size(); i++) {
        double[] sum = open.get(i);
        float[] mean = gates.get(i).mean(false, 0).toFloats();
        for (int c = 0; c < sum.length; c++) {
          sum[c] += mean[c] * (double) batch;
        }
      }
      samples += batch;
    }

    DynamicMeasure measure(Accuracy accuracy) {
      List<List<Double>> shares = new ArrayList<>();
      for (double[] sum : open) {
        List<Double> row = new ArrayList<>();
        for (double value : sum) {
          row.add(value / samples);
        }
        shares.add(row);
      }
      long[] all = macs.stream().flatMapToLong(batch -> batch).toArray();
      long[] allWithBias = macsWithBias.stream().flatMapToLong(batch -> batch).toArray();
      return new DynamicMeasure(
          accuracy,
          new SampleCosts(cost.backboneMacs(), all),
          new SampleCosts(cost.backboneMacsWithBias(), allWithBias),
          shares);
    }
  }
}
