package io.espalier.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  @ParameterizedTest
  @CsvSource({
    "macs=50%, 1001, 500",
    "params=40%, 10, 4",
    "units=29%, 100, 29",
    "macs=2x, 1001, 500",
    "macs=1.4x, 140, 100",
    "macs=20M, 40000000, 20000000",
    "params=1.5K, 9, 1500",
    "macs=0.5g, 9, 500000000",
    "units=7, 9, 7",
    "MACs = 12.5 %, 80, 10",
    "macs=100%, 80, 80"
  })
  void limit_ofCountedBudget_isFloor(String text, long original, long limit) {
    Budget.Counted budget = assertInstanceOf(Budget.Counted.class, Budget.parse(text));
    assertEquals(limit, budget.limit(original));
  }

  @Test
  void parse_latency_readsFactorAndTime() {
    assertEquals(new Budget.LatencyFactor(1.5), Budget.parse("latency=1.5x"));
    assertEquals(new Budget.LatencyMillis(3), Budget.parse("latency=3ms"));
    assertEquals(new Budget.LatencyMillis(0.25), Budget.parse("latency=250us"));
    assertEquals(new Budget.LatencyMillis(2000), Budget.parse("latency=2s"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"macs=50%", "params=12.5%", "units=7", "latency=1.5x", "latency=0.25ms"})
  void toString_ofParsedBudget_isItsText(String text) {
    assertEquals(text, Budget.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "50%",
        "macs",
        "macs=",
        "macs=half",
        "macs=-5%",
        "macs=0%",
        "macs=101%",
        "macs=0",
        "macs=0.5",
        "macs=0x",
        "macs=0.5x",
        "macs=3ms",
        "memory=50%",
        "latency=3",
        "latency=50%",
        "latency=0.5x",
        "latency=0ms",
        "macs=99999999999999999999",
        "macs=1e3"
      })
  void parse_ofBadText_saysOneLineWithExample(String text) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Budget.parse(text));
    assertTrue(e.getMessage().startsWith("budget '" + text + "' "), e.getMessage());
    assertTrue(e.getMessage().contains("macs=50%"), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }
}
