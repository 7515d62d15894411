package io.espalier.dynamic;

import java.util.List;

/** Makes sure that a support from a file goes with its gates; a file may say anything. */
final class SupportCheck {
  /** More channels than any layer has, few enough to hold. */
  static final int MOST_CHANNELS = 1 << 20;

  private SupportCheck() {}

  static void check(Support support, List<SkipDescription.Site> gates) {
    switch (support) {
      case Support.All all -> require(isWidth(all.channels()), support);
      case Support.None none -> require(isWidth(none.channels()), support);
      case Support.Gated gated ->
          require(
              gated.gate() >= 0
                  && gated.gate() < gates.size()
                  && gated.channels() == gates.get(gated.gate()).channels(),
              support);
      case Support.Either either -> parts(either.parts(), gates, support, true);
      case Support.Both both -> parts(both.parts(), gates, support, true);
      case Support.Joined joined -> parts(joined.parts(), gates, support, false);
      case Support.Picked picked -> {
        check(picked.of(), gates);
        int channels = picked.of().channels();
        boolean inside = picked.positions().stream().allMatch(p -> p >= 0 && p < channels);
        require(inside && !picked.positions().isEmpty(), support);
      }
    }
  }

  private static void parts(
      List<Support> parts, List<SkipDescription.Site> gates, Support whole, boolean equal) {
    require(!parts.isEmpty(), whole);
    long sum = 0;
    for (Support part : parts) {
      check(part, gates);
      sum += part.channels();
      require(!equal || part.channels() == parts.getFirst().channels(), whole);
    }
    require(equal || isWidth(sum), whole);
  }

  static boolean isWidth(long channels) {
    return channels > 0 && channels <= MOST_CHANNELS;
  }

  private static void require(boolean holds, Support support) {
    if (!holds) {
      throw new IllegalArgumentException(
          "channels in use do not go with the gates: " + support.getClass().getSimpleName());
    }
  }
}
