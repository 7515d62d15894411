package io.espalier.dynamic;

import io.espalier.torch.DeviceTensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Supports with the gates of one batch put in: {@code [N, C]}, or {@code [1, C]} where the samples
 * do not differ. With zeros and ones the result is zeros and ones; with probabilities of gates that
 * are independent of one another it is the probability that a channel is in use.
 */
final class Activity {
  private final List<DeviceTensor> gates;
  private final Map<Support, DeviceTensor> found = new IdentityHashMap<>();

  /**
   * @param gates the gates by number, {@code [N, C]} or {@code [1, C]}
   */
  Activity(List<DeviceTensor> gates) {
    this.gates = gates;
  }

  DeviceTensor of(Support support) {
    DeviceTensor known = found.get(support);
    if (known == null) {
      known = compute(support);
      found.put(support, known);
    }
    return known;
  }

  /** How many channels of each group are in use: {@code [N, groups]} or {@code [1, groups]}. */
  DeviceTensor counts(Support support, int groups) {
    DeviceTensor active = of(support);
    if (groups == 1) {
      return active.sum(true, 1);
    }
    return active.reshape(active.size(0), groups, active.size(1) / groups).sum(false, 2);
  }

  private DeviceTensor compute(Support support) {
    return switch (support) {
      case Support.All all -> DeviceTensor.ones(1, all.channels());
      case Support.None none -> DeviceTensor.zeros(1, none.channels());
      case Support.Gated gated -> gates.get(gated.gate());
      case Support.Either either -> {
        DeviceTensor idle = idle(of(either.parts().getFirst()));
        for (Support part : either.parts().subList(1, either.parts().size())) {
          idle = idle.mul(idle(of(part)));
        }
        yield idle(idle);
      }
      case Support.Both both -> {
        DeviceTensor active = of(both.parts().getFirst());
        for (Support part : both.parts().subList(1, both.parts().size())) {
          active = active.mul(of(part));
        }
        yield active;
      }
      case Support.Joined joined -> joined(joined);
      case Support.Picked picked ->
          of(picked.of())
              .indexSelect(1, picked.positions().stream().mapToLong(Integer::longValue).toArray());
    };
  }

  private static DeviceTensor idle(DeviceTensor active) {
    return active.neg().add(1);
  }

  private DeviceTensor joined(Support.Joined joined) {
    long samples = 1;
    List<DeviceTensor> parts = new ArrayList<>();
    for (Support part : joined.parts()) {
      parts.add(of(part));
      samples = Math.max(samples, parts.getLast().size(0));
    }
    for (int i = 0; i < parts.size(); i++) {
      parts.set(i, parts.get(i).expand(samples, parts.get(i).size(1)));
    }
    return DeviceTensor.cat(parts, 1);
  }
}
