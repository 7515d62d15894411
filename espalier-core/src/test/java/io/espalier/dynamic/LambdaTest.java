package io.espalier.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class LambdaTest {
  /** Equation 10: lambda_0 (C - C_b) / C_total, from -lambda_0 C_b / C_total to its opposite. */
  @Test
  void lambda_ofThePaper_isTheScaledDistanceAndChangesSignAtTheBudget() {
    assertEquals(0.01 * 0.25, new Lambda(BudgetControl.paper(), 0.35).step(0.6, 5, 10), 1e-15);
    assertEquals(0, new Lambda(BudgetControl.paper(), 0.35).step(0.35, 5, 10));
    assertEquals(-0.01 * 0.35, new Lambda(BudgetControl.paper(), 0.35).step(0, 5, 10), 1e-15);
    assertEquals(0.01 * 0.65, new Lambda(BudgetControl.paper(), 0.35).step(1, 5, 10), 1e-15);
  }

  @Test
  void cost_isTheMeanOfTheLastSteps() {
    Lambda lambda = new Lambda(BudgetControl.paper().withWindow(3).withGain(1), 0);
    lambda.step(0.9, 5, 10);
    assertEquals(0.9, lambda.cost());
    lambda.step(0.6, 5, 10);
    assertEquals(0.75, lambda.cost(), 1e-15);
    lambda.step(0.3, 5, 10);
    assertEquals(0.4, lambda.step(0.3, 5, 10), 1e-15);
  }

  /** Budget 0.5, gain 10, integral 5 steps of 10, within -3 to 4, no averaging. */
  @Test
  void lambda_withAnIntegral_remembersAndStaysInBounds() {
    BudgetControl control =
        BudgetControl.paper().withWindow(1).withGain(10).withIntegral(0.5).withBounds(-3, 4);
    Lambda lambda = new Lambda(control, 0.5);
    assertEquals(10 * (0.1 + 0.1 / 5), lambda.step(0.6, 0, 10), 1e-12);
    assertEquals(10 * (0.1 + 0.2 / 5), lambda.step(0.6, 1, 10), 1e-12);
    assertEquals(10 * 0.2 / 5, lambda.step(0.5, 2, 10), 1e-12);
    assertEquals(4, lambda.step(1, 3, 10));
    for (int i = 0; i < 100; i++) {
      lambda.step(1, 4, 10);
    }
    // The sum was kept at 4 too, so that it takes a few steps and not a hundred to come down.
    assertEquals(4 - 10 * 0.2 / 5 - 10 * 0.2, lambda.step(0.3, 5, 10), 1e-12);
    assertEquals(3.6 - 10 * 0.49 / 5 - 10 * 0.49, lambda.step(0.01, 6, 10), 1e-12);
    assertEquals(-3, lambda.step(0, 7, 10));
    assertEquals(-3, lambda.value());
  }

  /** A sum of 0.2 against distances below 0 halves at each of them; with its own sign it stays. */
  @Test
  void sum_thatPointsTheOtherWay_isForgotten() {
    BudgetControl control =
        BudgetControl.paper().withWindow(1).withGain(1).withIntegral(0.5).withForgetting(0.5);
    Lambda lambda = new Lambda(control, 0.5);
    lambda.step(1, 0, 10);
    assertEquals(0.2, lambda.step(1, 1, 10) - 0.5, 1e-12);
    assertEquals(0.1 - 0.2 / 5, lambda.step(0.3, 2, 10) + 0.2, 1e-12);
    assertEquals(0.03 - 0.2 / 5, lambda.step(0.3, 3, 10) + 0.2, 1e-12);
    // Below 0 now, as the distance is: nothing is lost.
    assertEquals(-0.01 - 0.2 / 5, lambda.step(0.3, 4, 10) + 0.2, 1e-12);
  }

  /** Down from 1 to 0.4 over half of 100 steps. */
  @Test
  void budget_onARamp_comesDownFromTheWholeNetwork() {
    BudgetControl control = BudgetControl.paper().withWindow(1).withGain(1).withRamp(0.5);
    Lambda lambda = new Lambda(control, 0.4);
    assertEquals(0, lambda.step(1, 0, 100), 1e-12);
    assertEquals(0.12, lambda.step(1, 10, 100), 1e-12);
    assertEquals(-0.1, lambda.step(0.6, 25, 100), 1e-12);
    assertEquals(0.6, lambda.step(1, 50, 100), 1e-12);
    assertEquals(0.6, lambda.step(1, 99, 100), 1e-12);
  }

  @Test
  void state_savedAndRestored_goesOnInTheSameBits() throws Exception {
    BudgetControl control =
        BudgetControl.paper().withIntegral(0.3).withRamp(0.7).withGain(7).withWindow(4);
    Lambda whole = new Lambda(control, 0.35);
    Lambda second = new Lambda(control, 0.35);
    for (int i = 0; i < 9; i++) {
      whole.step(1.0 / (i + 3), 5, 10);
    }
    String json = whole.save().toString();
    second.restore(new ObjectMapper().readTree(json));
    assertEquals(whole.value(), second.value());
    for (int i = 0; i < 9; i++) {
      assertEquals(whole.step(0.1 * i, 5, 10), second.step(0.1 * i, 5, 10));
    }
  }

  @Test
  void bounds_thatExcludeZero_areRefused() {
    BudgetControl paper = BudgetControl.paper();
    assertThrows(IllegalArgumentException.class, () -> paper.withBounds(1, 2));
    assertThrows(IllegalArgumentException.class, () -> paper.withBounds(-2, -1));
    assertThrows(IllegalArgumentException.class, () -> paper.withGain(-1));
    assertThrows(IllegalArgumentException.class, () -> paper.withWindow(0));
    assertThrows(IllegalArgumentException.class, () -> paper.withForgetting(1.5));
    assertThrows(IllegalArgumentException.class, () -> paper.withHold(0.5));
    assertThrows(IllegalArgumentException.class, () -> paper.withIntegral(Double.NaN));
  }
}
