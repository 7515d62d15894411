package io.espalier.method.sparse.sss;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.method.sparse.Sparsification;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * What training did to factors, and how much of what goes was its doing.
 *
 * @param first the factors before training
 * @param gone positions of the structures that go
 * @param byTraining positions of those that go without any budget
 */
record FactorRecord(
    Structures structures, Factors factors, double[] first, BitSet gone, BitSet byTraining) {
  /** For the run's record, by class of structures. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.setAll(factors.finish());
    structures.kinds().forEach(kind -> json.set(kind.word(), part(structures.of(kind))));
    return json;
  }

  private ObjectNode part(BitSet members) {
    int[] own = members.stream().toArray();
    BitSet out = new BitSet();
    for (int i = 0; i < own.length; i++) {
      out.set(i, gone.get(own[i]));
    }
    double[] strengths = pick(factors.strengths(), own);
    int removedByTraining = common(members, gone, byTraining);
    ObjectNode part = Sparsification.of(pick(first, own), pick(factors.shown(), own), out).toJson();
    part.put("zero", Arrays.stream(strengths).filter(s -> s == 0).count());
    part.put("removedByTraining", removedByTraining);
    part.put("removedByTrainingShare", share(removedByTraining, out.cardinality()));
    return part;
  }

  private static double share(int part, int whole) {
    return whole == 0 ? 1 : (double) part / whole;
  }

  private static int common(BitSet a, BitSet b, BitSet c) {
    BitSet all = (BitSet) a.clone();
    all.and(b);
    all.and(c);
    return all.cardinality();
  }

  private static double[] pick(double[] all, int[] positions) {
    return Arrays.stream(positions).mapToDouble(i -> all[i]).toArray();
  }

  /** What the user should know where the budget did more than training. */
  Optional<String> warning() {
    if (gone.isEmpty()) {
      return Optional.of(
          "training drove no factor to zero, and nothing went: raise gamma or train longer");
    }
    int own = common(gone, gone, byTraining);
    return own * 2 >= gone.cardinality()
        ? Optional.empty()
        : Optional.of(
            "training drove %d of the %d structures that go to zero; the others went for the budget: raise gamma or train longer"
                .formatted(own, gone.cardinality()));
  }
}
