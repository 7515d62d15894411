package io.espalier.graph;

/** An input or output of a network: the name of a value and its declared type. */
public record Port(String name, ValueType type) {
  /**
   * How its open sizes may be fixed on the command line, such as {@code --input x=3x224x224}.
   *
   * @param alone whether the network has no other input, so that the name can be left out
   */
  public String exampleOption(boolean alone) {
    return "--input " + (alone ? "" : name + "=") + type.shape().exampleSample();
  }
}
