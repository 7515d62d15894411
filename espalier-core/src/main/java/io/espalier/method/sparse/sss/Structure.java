package io.espalier.method.sparse.sss;

import io.espalier.surgery.ResidualBranch;
import java.util.BitSet;
import java.util.Map;

/** A part of a network that bears one factor and goes where that factor is zero. */
sealed interface Structure {
  /** The classes of structures. */
  enum Kind {
    BLOCK("blocks"),
    GROUP("groups"),
    CHANNEL("channels");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The class as settings and records name it. */
    String word() {
      return word;
    }
  }

  Kind kind();

  /** Where it stands, for messages. */
  String name();

  /** The branch of a residual add; its factor stands at its end. */
  record Block(ResidualBranch branch) implements Structure {
    @Override
    public Kind kind() {
      return Kind.BLOCK;
    }

    @Override
    public String name() {
      return branch.node();
    }
  }

  /**
   * A group of a grouped convolution; its factor stands where its outputs are read.
   *
   * @param node the convolution
   * @param number the group's number
   * @param outputs its output channels, as units by channel group
   */
  record Group(String node, int number, Map<Integer, BitSet> outputs) implements Structure {
    @Override
    public Kind kind() {
      return Kind.GROUP;
    }

    @Override
    public String name() {
      return node + "/" + number;
    }
  }

  /**
   * A channel; its factor stands where it is read.
   *
   * @param group index of its channel group
   * @param unit its number there
   * @param layer name of the channel group
   */
  record Channel(int group, int unit, String layer) implements Structure {
    @Override
    public Kind kind() {
      return Kind.CHANNEL;
    }

    @Override
    public String name() {
      return layer + "/" + unit;
    }
  }
}
