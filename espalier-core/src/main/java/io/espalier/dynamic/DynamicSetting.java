package io.espalier.dynamic;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * One thing that a user may choose about a dynamic method, as text: {@code --set name=value}.
 *
 * @param name what it is called
 * @param values what it takes, in words
 * @param meaning what it decides, in one sentence
 * @param variants the methods that it has an effect on
 * @param read the value that options have
 * @param write options with another value; throws IllegalArgumentException for one that does not
 *     fit
 */
public record DynamicSetting(
    String name,
    String values,
    String meaning,
    Set<Variant> variants,
    Function<DynamicOptions, String> read,
    BiFunction<DynamicOptions, String, DynamicOptions> write) {
  public DynamicSetting {
    variants = Set.copyOf(variants);
  }

  /**
   * A part of the options that holds values, and how another one takes its place.
   *
   * @param variants the methods that it has an effect on
   */
  record Part<P>(
      Set<Variant> variants,
      Function<DynamicOptions, P> get,
      BiFunction<DynamicOptions, P, DynamicOptions> put) {
    /** The same part, of which something has an effect on these methods alone. */
    Part<P> on(Variant first, Variant... more) {
      return new Part<>(EnumSet.of(first, more), get, put);
    }

    DynamicSetting number(
        String name, String meaning, Function<P, Double> get, BiFunction<P, Double, P> with) {
      return of(name, "a number", meaning, p -> plain(get.apply(p)), with, Part::decimal);
    }

    DynamicSetting whole(
        String name, String meaning, Function<P, Integer> get, BiFunction<P, Integer, P> with) {
      return of(name, "a whole number", meaning, p -> "" + get.apply(p), with, Integer::valueOf);
    }

    DynamicSetting flag(
        String name, String meaning, Function<P, Boolean> get, BiFunction<P, Boolean, P> with) {
      return of(name, "true or false", meaning, p -> "" + get.apply(p), with, Part::flag);
    }

    <E extends Enum<E>> DynamicSetting choice(
        String name, String meaning, Class<E> type, Function<P, E> get, BiFunction<P, E, P> with) {
      List<String> words = List.of(type.getEnumConstants()).stream().map(Part::word).toList();
      return of(
          name,
          "one of " + String.join(", ", words),
          meaning,
          p -> word(get.apply(p)),
          with,
          text -> type.getEnumConstants()[index(words, text)]);
    }

    <V> DynamicSetting of(
        String name,
        String values,
        String meaning,
        Function<P, String> get,
        BiFunction<P, V, P> with,
        Function<String, V> parse) {
      return new DynamicSetting(
          name,
          values,
          meaning,
          variants,
          options -> get.apply(this.get.apply(options)),
          (options, text) ->
              put.apply(options, with.apply(this.get.apply(options), parse.apply(text))));
    }

    private static int index(List<String> words, String text) {
      int index = words.indexOf(text.toLowerCase(Locale.ROOT));
      if (index < 0) {
        throw new IllegalArgumentException("it is none of " + String.join(", ", words));
      }
      return index;
    }

    private static String word(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean flag(String text) {
      if (!text.equals("true") && !text.equals("false")) {
        throw new IllegalArgumentException("it is neither true nor false");
      }
      return text.equals("true");
    }

    /** Whole numbers without a point, others as people write them, infinite ones as a word. */
    static String plain(double value) {
      if (Double.isInfinite(value)) {
        return value > 0 ? "infinity" : "-infinity";
      }
      return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }

    /** What {@link #plain} wrote, or any other number. */
    static double decimal(String text) {
      double value =
          switch (text.toLowerCase(Locale.ROOT)) {
            case "infinity" -> Double.POSITIVE_INFINITY;
            case "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
          };
      if (Double.isNaN(value)) {
        throw new IllegalArgumentException("it is not a number");
      }
      return value;
    }
  }
}
