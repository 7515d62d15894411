package io.espalier.method.reconstruct;

import io.espalier.graph.DataType;
import io.espalier.graph.Graph;
import io.espalier.graph.Tensor;
import io.espalier.torch.DeviceTensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The rule of ThiNet. An equation is one output of the layer at one position: the sum of what its
 * inputs contribute. Channels are chosen one by one so that those that stay give the sum, and are
 * then scaled to give it as well as they can. Everything is of the network as it is.
 *
 * @param bench what there is to work with
 * @param order how channels are chosen
 * @param rescale whether those that stay are scaled
 */
record Greedy(Bench bench, GreedyOrder order, boolean rescale) implements LayerRule {
  @Override
  public boolean gathers() {
    return false;
  }

  @Override
  public double[] rank(NormalEquations equations, int wanted) {
    return order.rank(equations, wanted);
  }

  @Override
  public Look look(Site site, Draft draft) {
    Graph current = draft.masked();
    LinearLayer layer = site.layer();
    double[] weight = draft.weight(site);
    Moments moments = new Moments(layer.inputs(), 1);
    SplittableRandom random =
        new SplittableRandom(31 * bench.samples().seed() + site.node().hashCode());
    try (DeviceTensor kernels = kernels(layer, weight)) {
      bench.rows(
          site,
          current,
          current,
          Optional.empty(),
          (patches, made) -> {
            DeviceTensor parts = contributions(layer, kernels, patches, random);
            moments.add(parts, parts.sum(true, 1));
          });
      return new Chosen(site, weight, moments);
    } catch (RuntimeException | Error failure) {
      moments.close();
      throw failure;
    }
  }

  private static DeviceTensor kernels(LinearLayer layer, double[] weight) {
    int[] shape = {layer.outputs(), layer.columns()};
    return DeviceTensor.of(Tensor.of(DataType.FLOAT, shape, weight));
  }

  /**
   * What each input contributes to an output that is drawn for each row: {@code [rows, inputs]}.
   */
  private static DeviceTensor contributions(
      LinearLayer layer, DeviceTensor kernels, DeviceTensor patches, SplittableRandom random) {
    long rows = patches.size(0);
    long[] outputs = random.longs(rows, 0, layer.outputs()).toArray();
    return patches
        .mul(kernels.indexSelect(0, outputs))
        .reshape(rows, layer.inputs(), layer.patches().taps())
        .sum(false, 2);
  }

  private final class Chosen implements Look {
    private final Site site;
    private final double[] weight;
    private final Moments moments;

    Chosen(Site site, double[] weight, Moments moments) {
      this.site = site;
      this.weight = weight;
      this.moments = moments;
    }

    /** The sum is to be met itself, not its deviations from a mean. */
    @Override
    public double power() {
      return moments.targetPower();
    }

    @Override
    public NormalEquations equations(int[] unitOf, int units) {
      double[] ones = new double[moments.inputs()];
      Arrays.fill(ones, 1);
      return ChannelEquations.of(moments, ones, unitOf, units, false);
    }

    @Override
    public Refit refit(BitSet inputs) {
      int[] channelOf = Channels.of(site, input -> true);
      int channels = Arrays.stream(channelOf).max().orElse(-1) + 1;
      NormalEquations equations = equations(channelOf, channels);
      BitSet kept = new BitSet();
      inputs.stream().forEach(input -> kept.set(channelOf[input]));
      int[] columns = kept.stream().toArray();
      double[] factors = new double[channels];
      kept.stream().forEach(channel -> factors[channel] = 1);
      double power = power() > 0 ? power() : 1;
      double before = equations.error(factors, power()) / power;
      boolean fullRank = true;
      if (rescale) {
        LeastSquares.Factors fitted = LeastSquares.factors(equations, columns);
        fullRank = fitted.fullRank();
        for (int i = 0; i < columns.length; i++) {
          factors[columns[i]] = fitted.values()[i];
        }
      }
      double after = equations.error(factors, power()) / power;
      double[] offset = new double[site.layer().outputs()];
      return new Refit(scaled(channelOf, factors), offset, fullRank, before, after);
    }

    private double[] scaled(int[] channelOf, double[] factors) {
      double[] scaled = weight.clone();
      int columns = site.layer().columns();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] *= factors[channelOf[i % columns / site.layer().patches().taps()]];
      }
      return scaled;
    }

    @Override
    public void close() {
      moments.close();
    }
  }
}
