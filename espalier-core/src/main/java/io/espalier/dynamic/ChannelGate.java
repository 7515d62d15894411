package io.espalier.dynamic;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A gate about whole channels. In the network's masked form, {@code output = bare * b * s} channel
 * by channel: {@code b} says which channels this sample uses, {@code s} rescales them (SANP,
 * equation 3). A channel with {@code b = 0} is exactly 0, so that whoever computes only the others
 * computes the same.
 *
 * @param layer the node of the gated convolution
 * @param input the value {@code [N, C_in, ...]} that the layer reads and the saliencies come from
 * @param bare the value {@code [N, C, ...]} in front of the gate: the output of the batch
 *     normalisation behind the layer, or of the layer itself where none follows
 * @param output the value behind the gate; the activation, if there is one, reads it
 * @param channels {@code C}
 * @param saliency how {@code s} is predicted
 * @param rule how {@code b} follows from {@code s}
 * @param gate the value {@code b}: zeros and ones, of the saliency's shape
 * @param factor the value {@code b * s}, of the saliency's shape
 */
public record ChannelGate(
    String layer,
    String input,
    String bare,
    String output,
    int channels,
    Saliency saliency,
    GateRule rule,
    String gate,
    String factor)
    implements Gate {
  public ChannelGate {
    Objects.requireNonNull(layer);
    Objects.requireNonNull(input);
    Objects.requireNonNull(bare);
    Objects.requireNonNull(output);
    Objects.requireNonNull(saliency);
    Objects.requireNonNull(rule);
    Objects.requireNonNull(gate);
    Objects.requireNonNull(factor);
    if (channels < 1) {
      throw new IllegalArgumentException(
          "layer '%s' must have 1 channel or more, but got %d".formatted(layer, channels));
    }
  }

  ChannelGate withSaliency(Saliency other) {
    return new ChannelGate(layer, input, bare, output, channels, other, rule, gate, factor);
  }

  /** {@code s}. */
  @Override
  public String score() {
    return saliency.value();
  }

  @Override
  public Set<String> learned() {
    return Stream.of(
            saliency.hiddenWeight(), saliency.hiddenBias(), saliency.weight(), saliency.bias())
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toSet());
  }

  /** The vector that stands for the input in the variant STATIC; its weights learn instead. */
  @Override
  public Set<String> fixed() {
    return saliency.source() == Saliency.Source.CONSTANT ? Set.of(saliency.squeezed()) : Set.of();
  }
}
