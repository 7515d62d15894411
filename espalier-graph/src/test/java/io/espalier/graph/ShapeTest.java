package io.espalier.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void exampleSample_keepsWhatIsFixed() {
    Dim open = Dim.symbol("n");
    assertEquals("3x224x224", new Shape(List.of(open, open, open, open)).exampleSample());
    assertEquals(
        "1x64x224", new Shape(List.of(Dim.of(1), Dim.of(1), Dim.of(64), open)).exampleSample());
    assertEquals("224", new Shape(List.of(open, open)).exampleSample());
  }

  @Test
  void exampleOption_namesTheInputWhereThereAreSeveral() {
    Port port =
        new Port(
            "x",
            new ValueType(
                DataType.FLOAT,
                new Shape(List.of(Dim.symbol("n"), Dim.of(3), Dim.of(8), Dim.unknown()))));
    assertEquals("--input 3x8x224", port.exampleOption(true));
    assertEquals("--input x=3x8x224", port.exampleOption(false));
  }
}
