package io.espalier.dynamic;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Set;

/**
 * One gated layer of a {@link DynamicNet}: about whole channels of a sample, or about each pixel of
 * each channel. Names are those of nodes, values and initializers of the network.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({@JsonSubTypes.Type(ChannelGate.class), @JsonSubTypes.Type(PixelGate.class)})
public sealed interface Gate permits ChannelGate, PixelGate {
  /** The node of the convolution whose work the gate decides about. */
  String layer();

  /** The value {@code [N, C_in, ...]} that the original layer reads. */
  String input();

  /** The value {@code [N, C, ...]} behind the gate. */
  String output();

  /** {@code C}. */
  int channels();

  /** The value that the gate is decided by. */
  String score();

  /**
   * The value of the decisions: zeros and ones, {@code [N, C]}, {@code [1, C]} or as the output.
   */
  String gate();

  /** The initializers that are trained for this gate alone. */
  Set<String> learned();

  /** The initializers of this gate that training must leave as they are. */
  Set<String> fixed();
}
