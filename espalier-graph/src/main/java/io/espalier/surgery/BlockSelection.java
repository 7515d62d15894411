package io.espalier.surgery;

import io.espalier.cost.Budget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Chooses whole blocks of units under a budget. Blocks are few and dear, so that the order of their
 * scores alone would waste the budget: the block goes that loses the least score for what it saves,
 * and then blocks are exchanged while that loses less. Within a group blocks go and come back in
 * their order, which keeps every width between them a multiple.
 */
final class BlockSelection {
  private static final int ROUNDS = 20;

  private final WidthCost cost;
  private final Budget.Quantity quantity;
  private final long limit;
  private final List<List<Atoms.Atom>> groups;
  private final Map<Integer, List<Atoms.Atom>> byGroup = new HashMap<>();
  private final Map<Atoms.Atom, Double> losses = new IdentityHashMap<>();
  private final Map<Integer, Deque<Atoms.Atom>> out = new HashMap<>();
  private final Set<Integer> closed = new HashSet<>();

  /**
   * @param writers number of layers that write the channels of each group, by group index
   * @param known what the network loses, as in {@link Scores#losses()}
   * @param groups the blocks of each group in the order in which they go
   */
  BlockSelection(
      WidthCost cost,
      Budget.Quantity quantity,
      long limit,
      List<Integer> writers,
      List<double[]> known,
      List<List<Atoms.Atom>> groups) {
    this.cost = cost;
    this.quantity = quantity;
    this.limit = limit;
    this.groups = groups.stream().filter(blocks -> !blocks.isEmpty()).toList();
    for (List<Atoms.Atom> blocks : this.groups) {
      int group = blocks.getFirst().group();
      out.put(group, new ArrayDeque<>());
      byGroup.put(group, blocks);
      if (known.isEmpty()) {
        putLosses(blocks, writers.get(group));
      } else {
        putLosses(blocks, known.get(group));
      }
    }
  }

  /**
   * Removes blocks until the budget is met or nothing is left to remove.
   *
   * @param order blocks in the order to take them in; empty to choose by score for cost
   */
  void meet(Optional<List<Atoms.Atom>> order) {
    if (order.isPresent()) {
      order.get().forEach(this::removeInOrder);
      restore(order.get().reversed());
      return;
    }
    removeCheapest(-1);
    if (isMet()) {
      restoreAll();
      improve();
    }
  }

  private boolean isMet() {
    return cost.current(quantity) <= limit;
  }

  private void removeInOrder(Atoms.Atom block) {
    if (!isMet() && !closed.contains(block.group()) && !remove(block)) {
      closed.add(block.group());
    }
  }

  private boolean remove(Atoms.Atom block) {
    boolean done = cost.remove(block.group(), block.units());
    if (done) {
      out.get(block.group()).push(block);
    }
    return done;
  }

  private void putBack(int group) {
    Atoms.Atom block = out.get(group).pop();
    cost.restore(block.group(), block.units());
  }

  /** A block and what its score cost when that was last worked out. */
  private record Offer(Atoms.Atom block, double price) {}

  /**
   * Removes the cheapest block again and again, none of {@code spared}, until the budget is met. A
   * block saves less the more others are out, so that an old price is never too high and only the
   * one in front has to be worked out anew.
   */
  private void removeCheapest(int spared) {
    PriorityQueue<Offer> offers =
        new PriorityQueue<>(
            Comparator.comparingDouble(Offer::price)
                .thenComparingInt(offer -> offer.block().group()));
    groups.stream()
        .filter(blocks -> blocks.getFirst().group() != spared)
        .forEach(blocks -> offer(offers, blocks));
    while (!isMet() && !offers.isEmpty()) {
      Offer front = offers.poll();
      double price = price(front.block());
      if (price > front.price()) {
        add(offers, front.block(), price);
      } else if (remove(front.block())) {
        offer(offers, byGroup.get(front.block().group()));
      }
    }
  }

  private void offer(PriorityQueue<Offer> offers, List<Atoms.Atom> blocks) {
    next(blocks).ifPresent(block -> add(offers, block, price(block)));
  }

  private static void add(PriorityQueue<Offer> offers, Atoms.Atom block, double price) {
    if (price < Double.POSITIVE_INFINITY) {
      offers.add(new Offer(block, price));
    }
  }

  private Optional<Atoms.Atom> next(List<Atoms.Atom> blocks) {
    int gone = out.get(blocks.getFirst().group()).size();
    return gone < blocks.size() ? Optional.of(blocks.get(gone)) : Optional.empty();
  }

  /** Score lost for what is saved; infinite if the block cannot go. */
  private double price(Atoms.Atom block) {
    long before = cost.current(quantity);
    if (!cost.remove(block.group(), block.units())) {
      return Double.POSITIVE_INFINITY;
    }
    long saved = before - cost.current(quantity);
    cost.restore(block.group(), block.units());
    return saved > 0 ? loss(block) / saved : Double.POSITIVE_INFINITY;
  }

  /**
   * What the network loses with each block: its units' scores, in each of the layers that write
   * them. The fewer units a group has left, the more one is worth; else the groups whose units are
   * cheapest to lose would be emptied and the others left whole.
   */
  private void putLosses(List<Atoms.Atom> blocks, int layers) {
    int all = blocks.stream().mapToInt(block -> block.units().length).sum();
    int left = all;
    for (Atoms.Atom block : blocks) {
      double scarcity = (double) all / left;
      int count = block.units().length;
      losses.put(block, Math.max(0, block.score()) * count * layers * scarcity);
      left -= count;
    }
  }

  /** What is known that the network loses with each block. */
  private void putLosses(List<Atoms.Atom> blocks, double[] known) {
    int gone = 0;
    for (Atoms.Atom block : blocks) {
      double before = known[gone];
      gone += block.units().length;
      losses.put(block, known[gone] - before);
    }
  }

  private double loss(Atoms.Atom block) {
    return losses.get(block);
  }

  private double loss() {
    return out.values().stream().flatMap(Deque::stream).mapToDouble(this::loss).sum();
  }

  /** Puts back what fits, the most important first, until nothing does. */
  private void restoreAll() {
    boolean again = true;
    while (again) {
      again =
          restore(
              out.values().stream()
                  .filter(blocks -> !blocks.isEmpty())
                  .map(Deque::peek)
                  .sorted(
                      Comparator.comparingDouble((Atoms.Atom block) -> -loss(block))
                          .thenComparingInt(Atoms.Atom::group))
                  .toList());
    }
  }

  /** Puts back those of {@code blocks} that fit; of each group only the last that went may. */
  private boolean restore(List<Atoms.Atom> blocks) {
    boolean some = false;
    for (Atoms.Atom block : blocks) {
      if (out.get(block.group()).peek() == block) {
        putBack(block.group());
        boolean fits = isMet();
        some |= fits;
        if (!fits) {
          remove(block);
        }
      }
    }
    return some;
  }

  /** Puts one block back and others out in its stead, while that loses less score. */
  private void improve() {
    for (int round = 0; round < ROUNDS; round++) {
      double before = loss();
      for (List<Atoms.Atom> blocks : groups) {
        exchange(blocks.getFirst().group());
      }
      if (!(loss() < before)) {
        return;
      }
    }
  }

  private void exchange(int group) {
    if (out.get(group).isEmpty()) {
      return;
    }
    Map<Integer, List<Atoms.Atom>> saved = copy();
    double before = loss();
    putBack(group);
    removeCheapest(group);
    if (isMet()) {
      restoreAll();
    }
    if (!isMet() || !(loss() < before)) {
      reset(saved);
    }
  }

  private Map<Integer, List<Atoms.Atom>> copy() {
    Map<Integer, List<Atoms.Atom>> copy = new HashMap<>();
    out.forEach((group, blocks) -> copy.put(group, new ArrayList<>(blocks).reversed()));
    return copy;
  }

  /** Blocks of a group go in one order, so that only their number can differ. */
  private void reset(Map<Integer, List<Atoms.Atom>> saved) {
    saved.forEach(
        (group, blocks) -> {
          while (out.get(group).size() > blocks.size()) {
            putBack(group);
          }
        });
    saved.forEach(
        (group, blocks) ->
            blocks.subList(out.get(group).size(), blocks.size()).forEach(this::remove));
  }
}
