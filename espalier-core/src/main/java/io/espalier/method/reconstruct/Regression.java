package io.espalier.method.reconstruct;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The rule of He, Zhang and Sun: a LASSO says which inputs stay, least squares fit the weights.
 * What a layer should make comes from the network that was given, what it reads from the network as
 * it is.
 *
 * @param bench what there is to work with
 * @param path how the LASSO's penalty is found
 * @param normalize whether the LASSO sees the kernel of every channel at norm 1
 * @param intercept whether outputs may have a free constant, where a bias or a normalisation takes
 *     it up
 * @param compensates whether the last layer of a branch makes up for what its shortcut lost
 */
record Regression(
    Bench bench, LassoPath path, boolean normalize, boolean intercept, boolean compensates)
    implements LayerRule {
  @Override
  public boolean gathers() {
    return true;
  }

  @Override
  public Look look(Site site, Draft draft) {
    Moments moments = new Moments(site.layer().columns(), site.layer().outputs());
    Optional<Compensation> shortcut = site.compensation().filter(c -> compensates);
    try {
      bench.rows(site, draft.masked(), bench.original(), shortcut, moments::add);
      boolean free = intercept && site.offset().isPresent();
      return new Fitted(site, draft.weight(site), moments, free);
    } catch (RuntimeException | Error failure) {
      moments.close();
      throw failure;
    }
  }

  @Override
  public double[] rank(NormalEquations equations, int wanted) {
    LassoPath.Choice choice = path.choose(equations, wanted);
    double most = Arrays.stream(choice.beta()).map(Math::abs).max().orElse(0);
    double[] ranks = new double[equations.size()];
    Arrays.setAll(ranks, i -> most > 0 ? Math.abs(choice.beta()[i]) / most : 0);
    IntStream.of(choice.kept()).forEach(i -> ranks[i] += 2);
    return ranks;
  }

  private final class Fitted implements Look {
    private final Site site;
    private final double[] weight;
    private final Moments moments;
    private final boolean free;

    /**
     * @param free whether outputs have a free constant: only where something takes it up
     */
    Fitted(Site site, double[] weight, Moments moments, boolean free) {
      this.site = site;
      this.weight = weight;
      this.moments = moments;
      this.free = free;
    }

    @Override
    public double power() {
      return moments.targetVariance();
    }

    @Override
    public NormalEquations equations(int[] unitOf, int units) {
      int[] channelOf = new int[moments.inputs()];
      Arrays.setAll(channelOf, column -> unitOf[column / site.layer().patches().taps()]);
      NormalEquations equations = ChannelEquations.of(moments, weight, channelOf, units, free);
      return normalize ? equations.withColumns(norms(channelOf, units)) : equations;
    }

    /** One over the norm of the kernel of each channel; 1 for a kernel of zeros. */
    private double[] norms(int[] channelOf, int units) {
      double[] squares = new double[units];
      for (int i = 0; i < weight.length; i++) {
        int unit = channelOf[i % channelOf.length];
        if (unit >= 0) {
          squares[unit] += weight[i] * weight[i];
        }
      }
      return Arrays.stream(squares).map(s -> s > 0 ? 1 / Math.sqrt(s) : 1).toArray();
    }

    @Override
    public Refit refit(BitSet inputs) {
      double[] fitted = weight.clone();
      double[] offset = new double[site.layer().outputs()];
      boolean fullRank = true;
      for (int block = 0; block < site.layer().groups(); block++) {
        int[] columns = columns(inputs, block);
        int[] outputs = outputs(block);
        LeastSquares.Fit fit = LeastSquares.fit(moments, weight, outputs, columns, free);
        fullRank &= fit.fullRank();
        for (int o = 0; o < outputs.length; o++) {
          offset[outputs[o]] = fit.intercept()[o];
          for (int c = 0; c < columns.length; c++) {
            fitted[outputs[o] * moments.inputs() + columns[c]] =
                fit.weight()[o * columns.length + c];
          }
        }
      }
      double power = power() > 0 ? power() : 1;
      double before = error(weight, new double[offset.length], inputs) / power;
      return new Refit(fitted, offset, fullRank, before, error(fitted, offset, inputs) / power);
    }

    private double error(double[] matrix, double[] offset, BitSet inputs) {
      double[] kept = matrix.clone();
      int taps = site.layer().patches().taps();
      for (int i = 0; i < kept.length; i++) {
        kept[i] = inputs.get(i % moments.inputs() / taps) ? kept[i] : 0;
      }
      return moments.error(kept, offset);
    }

    /** The elements of a patch that stay and that the outputs of {@code block} see. */
    private int[] columns(BitSet inputs, int block) {
      int width = moments.inputs() / site.layer().groups();
      int taps = site.layer().patches().taps();
      return IntStream.range(block * width, (block + 1) * width)
          .filter(column -> inputs.get(column / taps))
          .toArray();
    }

    private int[] outputs(int block) {
      int height = site.layer().outputs() / site.layer().groups();
      return IntStream.range(block * height, (block + 1) * height).toArray();
    }

    @Override
    public void close() {
      moments.close();
    }
  }
}
