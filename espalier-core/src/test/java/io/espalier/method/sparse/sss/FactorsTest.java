package io.espalier.method.sparse.sss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FactorsTest {
  private static final ProximalFactors.Options PROXIMAL =
      new ProximalFactors.Options(0.3, 2, 0.9, true);

  private static BitSet range(int from, int to) {
    BitSet bits = new BitSet();
    bits.set(from, to);
    return bits;
  }

  private static SigmoidFactors.Options sigmoid(SigmoidFactors.Penalty penalty, double gamma) {
    return new SigmoidFactors.Options(penalty, gamma, 0.5, 1, 100, 0.95, 1, 0.9);
  }

  /** One class of four: sensitivities 1, 2, 5, 0 have the mean 2; another class of two. */
  @Test
  void sensitivity_byHand() {
    Weighting.Sensitivity weighting =
        new Weighting.Sensitivity(List.of(range(0, 4), range(4, 6)), 0.5);
    double[] first = weighting.of(new double[] {1, -2, 5, 0, 3, -1});
    assertArrayEquals(new double[] {2, 1, 0.4, 10, 2 / 3.0, 2}, first, 1e-15);
    // Running means: 1, 3, 2.5, 0 with the mean 1.625, and 1.5, 300.5 with the mean 151.
    double[] second = weighting.of(new double[] {-1, 4, 0, 0, 0, 600});
    double[] expected = {1.625, 1.625 / 3, 0.65, 10, 10, 151 / 300.5};
    assertArrayEquals(expected, second, 1e-12);
  }

  @Test
  void sensitivity_farApart_isBounded_andZerosAreAlike() {
    double[] apart = new Weighting.Sensitivity(List.of(range(0, 20)), 0).of(oneLarge());
    assertEquals(0.1, apart[0]);
    assertEquals(10, apart[1]);
    double[] none = new Weighting.Sensitivity(List.of(range(0, 3)), 0).of(new double[3]);
    assertArrayEquals(new double[] {1, 1, 1}, none);
  }

  private static double[] oneLarge() {
    double[] gradient = new double[20];
    Arrays.fill(gradient, 1e-6);
    gradient[0] = 1;
    return gradient;
  }

  @Test
  void sensitivity_ofEqualGradients_takesTheStepsOfSss() {
    ProximalFactors even = new ProximalFactors(5, PROXIMAL, new Weighting.Even());
    ProximalFactors weighted =
        new ProximalFactors(5, PROXIMAL, new Weighting.Sensitivity(List.of(range(0, 5)), 0.9));
    SplittableRandom random = new SplittableRandom(1);
    for (int step = 0; step < 200; step++) {
      double[] gradient = new double[5];
      Arrays.fill(gradient, random.nextInt(-8, 9) / 8.0);
      even.step(gradient, 0.03);
      weighted.step(gradient, 0.03);
      assertArrayEquals(even.ahead(), weighted.ahead(), 1e-12);
    }
  }

  @Test
  void sensitivity_sparesWhatMatters() {
    ProximalFactors factors =
        new ProximalFactors(
            2,
            new ProximalFactors.Options(0.1, 1, 0, true),
            new Weighting.Sensitivity(List.of(range(0, 2)), 0));
    // The pulls of the loss cancel over two steps; only the penalty is left.
    for (int step = 0; step < 100; step++) {
      double sign = step % 2 == 0 ? 1 : -1;
      factors.step(new double[] {sign, 0.1 * sign}, 0.01);
    }
    assertTrue(factors.settled()[0] > factors.settled()[1] + 0.05);
  }

  @Test
  void gamma_growsAfterEachEpochThatFallsShort() {
    ProximalFactors factors = new ProximalFactors(1, PROXIMAL, new Weighting.Even());
    factors.fallShort();
    factors.fallShort();
    assertEquals(1.2, factors.finish().path("gamma").asDouble(), 1e-15);
    // The first step's threshold is rate * gamma = 0.12.
    factors.step(new double[] {0}, 0.1);
    assertEquals(0.88, factors.settled()[0], 1e-15);
  }

  @Test
  void proximal_restored_goesOnInTheSameBits() {
    Factors whole = weighted();
    Factors part = weighted();
    SplittableRandom random = new SplittableRandom(3);
    for (int step = 0; step < 30; step++) {
      double[] gradient = random.doubles(4, -1, 1).toArray();
      whole.step(gradient, 0.1);
      if (step == 14) {
        whole.fallShort();
        part.restore(whole.save());
      } else if (step > 14) {
        part.step(gradient, 0.1);
      }
    }
    assertArrayEquals(whole.ahead(), part.ahead());
    assertArrayEquals(whole.settled(), part.settled());
    assertEquals(whole.finish(), part.finish());
  }

  private static Factors weighted() {
    return new ProximalFactors(4, PROXIMAL, new Weighting.Sensitivity(List.of(range(0, 4)), 0.9));
  }

  /**
   * By hand: gates of 0.95 at alpha 1 stand at theta = ln 19. The slope of the sigmoid is 0.95 *
   * 0.05; with gradient 2 and gamma 1 the first step of rate 0.1 is 0.1 * 3 * 0.0475 = 0.01425.
   */
  @Test
  void sigmoid_byHand() {
    SigmoidFactors factors = new SigmoidFactors(1, sigmoid(SigmoidFactors.Penalty.SUM, 1));
    factors.begin(100);
    assertEquals(0.95, factors.ahead()[0], 1e-15);
    assertEquals(1, factors.settled()[0]);
    factors.step(new double[] {2}, 0.1);
    double theta = Math.log(19) - 0.01425;
    assertEquals(theta, factors.strengths()[0], 1e-12);
    // The second of a hundred steps is one part in 99 steeper.
    assertEquals(2, factors.alpha(), 1e-12);
    assertEquals(1 / (1 + Math.exp(-2 * theta)), factors.ahead()[0], 1e-12);
  }

  /** The derivative that a step takes is that of the penalty through the sigmoid. */
  @Test
  void sigmoid_shareOfGates_isPulledToKeep() {
    double gamma = 3;
    SigmoidFactors factors = new SigmoidFactors(4, sigmoid(SigmoidFactors.Penalty.SHARE, gamma));
    factors.begin(10);
    double theta = factors.strengths()[0];
    double h = 1e-6;
    double slope = (penalty(theta + h, gamma) - penalty(theta - h, gamma)) / (2 * h);
    factors.step(new double[4], 0.5);
    assertEquals(theta - 0.5 * slope, factors.strengths()[0], 1e-8);
  }

  /** The penalty when one of four gates moves. */
  private static double penalty(double theta, double gamma) {
    double mean = (3 * 0.95 + 1 / (1 + Math.exp(-theta))) / 4;
    return gamma * (mean - 0.5) * (mean - 0.5);
  }

  @Test
  void sigmoid_sharpens_untilSoftAndHardAgree() {
    SigmoidFactors factors = new SigmoidFactors(2, sigmoid(SigmoidFactors.Penalty.SUM, 0));
    int steps = 200;
    factors.begin(steps);
    double farthest = factors.finish().path("farthestFromHard").asDouble();
    assertEquals(0.05, farthest, 1e-12);
    for (int step = 0; step < steps; step++) {
      // The loss wants the first gate open and the second one shut.
      factors.step(new double[] {-1, 60}, 0.1);
    }
    assertEquals(100, factors.alpha());
    assertArrayEquals(new double[] {1, 0}, factors.settled());
    assertEquals(0, factors.strengths()[1]);
    assertTrue(factors.finish().path("farthestFromHard").asDouble() < 1e-9);
  }

  @Test
  void sigmoid_restored_goesOnInTheSameBits() {
    SigmoidFactors whole = new SigmoidFactors(3, sigmoid(SigmoidFactors.Penalty.SUM, 0.2));
    SigmoidFactors part = new SigmoidFactors(3, sigmoid(SigmoidFactors.Penalty.SUM, 0.2));
    whole.begin(30);
    part.begin(30);
    SplittableRandom random = new SplittableRandom(3);
    for (int step = 0; step < 30; step++) {
      double[] gradient = random.doubles(3, -1, 1).toArray();
      whole.step(gradient, 0.1);
      if (step == 14) {
        part.restore(whole.save());
      } else if (step > 14) {
        part.step(gradient, 0.1);
      }
    }
    assertArrayEquals(whole.ahead(), part.ahead());
  }

  @Test
  void identity_namesEverySetting() {
    Factors some = new ProximalFactors(1, PROXIMAL, new Weighting.Even());
    Factors other =
        new ProximalFactors(
            1, new ProximalFactors.Options(0.3, 2, 0.9, false), new Weighting.Even());
    assertNotEquals(some.identity(), other.identity());
    assertNotEquals(some.identity(), weighted().identity());
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new ProximalFactors.Options(-1, 1, 0.9, true));
    assertThrows(
        IllegalArgumentException.class, () -> new ProximalFactors.Options(1, 0.5, 0.9, true));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SigmoidFactors.Options(SigmoidFactors.Penalty.SUM, 1, 0.5, 2, 1, 0.95, 1, 0.9));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SigmoidFactors.Options(SigmoidFactors.Penalty.SUM, 1, 0.5, 1, 2, 0.5, 1, 0.9));
  }
}
