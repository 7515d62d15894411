package io.espalier.graph;

import java.util.List;

/**
 * One operator at work.
 *
 * @param name the name, unique in its graph
 * @param op what it does
 * @param inputs names of the values it reads, in ONNX order; empty for an optional input left out.
 *     Constants that an operator's record holds (axes, pads, target shapes) are not listed here
 * @param outputs names of the values it makes; empty for an optional output left out
 */
public record Node(String name, Op op, List<String> inputs, List<String> outputs) {
  public Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The name of input {@code index}; empty if it is left out. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** True when input {@code index} is given. */
  public boolean hasInput(int index) {
    return !input(index).isEmpty();
  }

  /** The first output. */
  public String output() {
    return outputs.getFirst();
  }

  public Node withOp(Op newOp) {
    return new Node(name, newOp, inputs, outputs);
  }

  public Node withInputs(List<String> newInputs) {
    return new Node(name, op, newInputs, outputs);
  }

  public Node withOutputs(List<String> newOutputs) {
    return new Node(name, op, inputs, newOutputs);
  }
}
