package io.espalier.onnx;

import io.espalier.graph.Pointwise;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Pointwise operators on single elements, numbers or named sizes. */
final class EntryArithmetic {
  /** What is worked out; anything else waits for the network. */
  static final Set<Pointwise> KINDS =
      EnumSet.of(
          Pointwise.IDENTITY,
          Pointwise.ADD,
          Pointwise.SUB,
          Pointwise.MUL,
          Pointwise.DIV,
          Pointwise.MOD,
          Pointwise.POW,
          Pointwise.MIN,
          Pointwise.MAX,
          Pointwise.NEG,
          Pointwise.ABS,
          Pointwise.SQRT,
          Pointwise.RECIPROCAL,
          Pointwise.FLOOR,
          Pointwise.CEIL,
          Pointwise.ROUND,
          Pointwise.EQUAL,
          Pointwise.GREATER,
          Pointwise.GREATER_OR_EQUAL,
          Pointwise.LESS,
          Pointwise.LESS_OR_EQUAL,
          Pointwise.AND,
          Pointwise.OR,
          Pointwise.NOT,
          Pointwise.WHERE);

  private EntryArithmetic() {}

  /**
   * The result for one position.
   *
   * @param real whether the inputs have a real type
   * @throws ArithmeticException on an integer division by zero
   */
  static Entry apply(Pointwise kind, List<Entry> in, boolean real) {
    Entry a = in.getFirst();
    Entry b = in.size() > 1 ? in.get(1) : a;
    if (kind == Pointwise.WHERE) {
      return where(a, b, in.get(2));
    }
    if (in.size() > 2) {
      Entry first = apply(kind, in.subList(0, 2), real);
      return apply(kind, prepended(first, in.subList(2, in.size())), real);
    }
    if (!a.isNumber() || !b.isNumber()) {
      return symbolic(kind, a, b);
    }
    return real ? reals(kind, a.real(), b.real()) : integers(kind, a.whole(), b.whole());
  }

  private static List<Entry> prepended(Entry first, List<Entry> rest) {
    return Stream.concat(Stream.of(first), rest.stream()).toList();
  }

  private static Entry where(Entry condition, Entry yes, Entry no) {
    if (condition.isNumber()) {
      return condition.is(0) ? no : yes;
    }
    return yes.same(no) ? yes : formula("where " + condition.term(), yes, no);
  }

  private static Entry symbolic(Pointwise kind, Entry a, Entry b) {
    boolean neutral =
        switch (kind) {
          case IDENTITY -> true;
          case ADD, SUB -> b.is(0);
          case MUL, DIV -> b.is(1);
          case MIN, MAX -> a.same(b);
          default -> false;
        };
    if (neutral) {
      return a;
    }
    if (kind == Pointwise.ADD && a.is(0) || kind == Pointwise.MUL && a.is(1)) {
      return b;
    }
    if (kind == Pointwise.EQUAL) {
      return equal(a, b);
    }
    boolean swap =
        (kind == Pointwise.ADD || kind == Pointwise.MUL) && a.term().compareTo(b.term()) > 0;
    return formula(kind.onnxName(), swap ? b : a, swap ? a : b);
  }

  /** No size is negative, which is what exporters ask about. */
  private static Entry equal(Entry a, Entry b) {
    if (a.same(b)) {
      return Entry.of(1);
    }
    boolean negative = a.isNumber() && a.real() < 0 || b.isNumber() && b.real() < 0;
    return negative ? Entry.of(0) : formula("Equal", a, b);
  }

  private static Entry formula(String name, Entry a, Entry b) {
    return Entry.symbol("%s(%s,%s)".formatted(name, a.term(), b.term()));
  }

  private static Entry integers(Pointwise kind, long a, long b) {
    return switch (kind) {
      case IDENTITY, FLOOR, CEIL, ROUND -> Entry.of(a);
      case ADD -> Entry.of(a + b);
      case SUB -> Entry.of(a - b);
      case MUL -> Entry.of(a * b);
      case DIV -> Entry.of(a / b);
      case MOD -> Entry.of(Math.floorMod(a, b));
      case POW -> Entry.of((long) Math.pow(a, b));
      case MIN -> Entry.of(Math.min(a, b));
      case MAX -> Entry.of(Math.max(a, b));
      case NEG -> Entry.of(-a);
      case ABS -> Entry.of(Math.abs(a));
      case EQUAL -> truth(a == b);
      case GREATER -> truth(a > b);
      case GREATER_OR_EQUAL -> truth(a >= b);
      case LESS -> truth(a < b);
      case LESS_OR_EQUAL -> truth(a <= b);
      case AND -> truth(a != 0 && b != 0);
      case OR -> truth(a != 0 || b != 0);
      case NOT -> truth(a == 0);
      default -> throw new ArithmeticException(kind + " of integers");
    };
  }

  private static Entry reals(Pointwise kind, double a, double b) {
    return switch (kind) {
      case IDENTITY -> Entry.of(a);
      case ADD -> Entry.of(a + b);
      case SUB -> Entry.of(a - b);
      case MUL -> Entry.of(a * b);
      case DIV -> Entry.of(a / b);
      case MOD -> Entry.of(a % b);
      case POW -> Entry.of(Math.pow(a, b));
      case MIN -> Entry.of(Math.min(a, b));
      case MAX -> Entry.of(Math.max(a, b));
      case NEG -> Entry.of(-a);
      case ABS -> Entry.of(Math.abs(a));
      case SQRT -> Entry.of(Math.sqrt(a));
      case RECIPROCAL -> Entry.of(1 / a);
      case FLOOR -> Entry.of(Math.floor(a));
      case CEIL -> Entry.of(Math.ceil(a));
      case ROUND -> Entry.of(Math.rint(a));
      case EQUAL -> truth(a == b);
      case GREATER -> truth(a > b);
      case GREATER_OR_EQUAL -> truth(a >= b);
      case LESS -> truth(a < b);
      case LESS_OR_EQUAL -> truth(a <= b);
      default -> throw new ArithmeticException(kind + " of reals");
    };
  }

  private static Entry truth(boolean value) {
    return Entry.of(value ? 1L : 0L);
  }
}
