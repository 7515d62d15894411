package io.espalier.dynamic;

import java.util.Objects;

/**
 * How the saliencies of a layer's channels are predicted from its input. For SANP (equations 5 and
 * 6) {@code s = W2 relu(W1 z)} with {@code z} the mean over each channel of the input. Every name
 * is that of an initializer or a value of the network.
 *
 * @param source what {@code z} is
 * @param squeezed {@code z}: {@code [N, C_in]}, or the initializer {@code [1, C_in]} of a constant
 * @param hiddenWeight initializer {@code W1}: {@code [m, C_in]}; empty if there is one linear layer
 * @param hiddenBias initializer of {@code m} numbers that are added to {@code W1}'s; empty if none
 *     are
 * @param weight initializer {@code W2}: {@code [C, m]}, or {@code [C, C_in]} without a hidden
 *     layer; {@code C / block} rows where neighbouring channels share a saliency
 * @param bias initializer of as many numbers that are added to {@code W2}'s; empty if none are
 * @param activation what the last linear layer's result goes through
 * @param value {@code s}: {@code [N, C]}, or {@code [1, C]} where {@code z} is a constant
 */
public record Saliency(
    Source source,
    String squeezed,
    String hiddenWeight,
    String hiddenBias,
    String weight,
    String bias,
    Activation activation,
    String value) {
  /** What the saliency is predicted from. */
  public enum Source {
    /** The mean of each channel of the layer's input. */
    MEAN,
    /** The mean of the absolute values of each channel of the layer's input. */
    ABSOLUTE_MEAN,
    /** A vector that does not depend on the sample: the variant STATIC. */
    CONSTANT
  }

  /** What the last linear layer's result goes through. */
  public enum Activation {
    LINEAR,
    RELU
  }

  /** The same with biases in the hidden layer. */
  Saliency withHiddenBias(String name) {
    return new Saliency(source, squeezed, hiddenWeight, name, weight, bias, activation, value);
  }

  public Saliency {
    Objects.requireNonNull(source);
    Objects.requireNonNull(squeezed);
    Objects.requireNonNull(hiddenWeight);
    Objects.requireNonNull(hiddenBias);
    Objects.requireNonNull(weight);
    Objects.requireNonNull(bias);
    Objects.requireNonNull(activation);
    Objects.requireNonNull(value);
  }
}
