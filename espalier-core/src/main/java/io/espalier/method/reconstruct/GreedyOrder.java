package io.espalier.method.reconstruct;

import java.util.Arrays;
import java.util.BitSet;

/** In which order a greedy search takes columns, so that the sum of those that stay gives y. */
enum GreedyOrder {
  /**
   * The set that goes grows: always by the column that leaves {@code ||sum of z_i over the set||}
   * smallest. Ranks are the turns at which columns go.
   */
  REMOVED {
    @Override
    double[] rank(NormalEquations equations, int wanted) {
      int size = equations.size();
      double[] rank = new double[size];
      double[] withSet = new double[size];
      BitSet gone = new BitSet();
      for (int turn = 0; turn < size; turn++) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = gone.nextClearBit(0); i < size; i = gone.nextClearBit(i + 1)) {
          double grown = 2 * withSet[i] + equations.gram(i, i);
          if (best < 0 || grown < least) {
            best = i;
            least = grown;
          }
        }
        rank[best] = turn;
        gone.set(best);
        for (int i = 0; i < size; i++) {
          withSet[i] += equations.gram(i, best);
        }
      }
      return rank;
    }
  },

  /**
   * The set that stays grows: always by the column that alone explains most of the residual; then
   * all in the set are fitted again (orthogonal matching pursuit).
   */
  KEPT {
    @Override
    double[] rank(NormalEquations equations, int wanted) {
      int size = equations.size();
      double[] rank = new double[size];
      double[] residual = equations.moments().clone();
      int[] kept = new int[0];
      BitSet taken = new BitSet();
      for (int turn = 0; turn < wanted; turn++) {
        int best = best(equations, residual, taken);
        taken.set(best);
        rank[best] = size - turn;
        kept = Arrays.copyOf(kept, turn + 1);
        kept[turn] = best;
        residual = residual(equations, kept);
      }
      return rank;
    }

    private int best(NormalEquations equations, double[] residual, BitSet taken) {
      int best = -1;
      double most = Double.NEGATIVE_INFINITY;
      for (int i = taken.nextClearBit(0); i < residual.length; i = taken.nextClearBit(i + 1)) {
        double own = equations.gram(i, i);
        double explained = own > 0 ? residual[i] * residual[i] / own : 0;
        if (best < 0 || explained > most) {
          best = i;
          most = explained;
        }
      }
      return best;
    }

    /** What every column has in common with what {@code kept} do not explain. */
    private double[] residual(NormalEquations equations, int[] kept) {
      double[] factors = LeastSquares.factors(equations, kept).values();
      double[] residual = equations.moments().clone();
      for (int k = 0; k < kept.length; k++) {
        for (int i = 0; i < residual.length; i++) {
          residual[i] -= factors[k] * equations.gram(i, kept[k]);
        }
      }
      return residual;
    }
  };

  /**
   * How much each column is needed when {@code wanted} of them stay; the columns with the largest
   * ranks stay. Of equals, the first is taken first.
   */
  abstract double[] rank(NormalEquations equations, int wanted);
}
