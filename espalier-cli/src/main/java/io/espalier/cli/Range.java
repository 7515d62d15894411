package io.espalier.cli;

import java.util.function.DoublePredicate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Numbers that options take. A number outside is a wrong use of the command line; picocli puts the
 * name of the option in front of what is said here.
 */
final class Range {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_MEGABYTES = 1 << 30;

  private Range() {}

  /** Any words: what stands before the number in {@code GLOB=SHARE}. */
  static final class Text implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      return text;
    }
  }

  /** 1 or more. */
  static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 1, Integer.MAX_VALUE, "a whole number of 1 or more");
    }
  }

  /** 0 or more. */
  static final class CountOrNone implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 0, Integer.MAX_VALUE, "a whole number of 0 or more");
    }
  }

  /** As many threads as a machine may have. */
  static final class Threads implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 1, MOST_THREADS, "a whole number from 1 to " + MOST_THREADS);
    }
  }

  /** An amount of memory that can be counted in bytes. */
  static final class Megabytes implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 0, MOST_MEGABYTES, "a whole number from 0 to " + MOST_MEGABYTES);
    }
  }

  /** Finite and above 0. */
  static final class Positive implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return real(text, value -> value > 0, "a number above 0");
    }
  }

  /** Finite and 0 or more. */
  static final class NotNegative implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return real(text, value -> value >= 0, "a number of 0 or more");
    }
  }

  /** From 0 to 1. */
  static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return real(text, value -> value >= 0 && value <= 1, "a number from 0 to 1");
    }
  }

  /** From 0 to below 1: not everything. */
  static final class PartialShare implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return real(text, value -> value >= 0 && value < 1, "a number from 0 to below 1");
    }
  }

  /** Above 0 and at most 1: not nothing. */
  static final class NonzeroShare implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      return real(text, value -> value > 0 && value <= 1, "a number above 0 and at most 1");
    }
  }

  private static int whole(String text, int least, int most, String expected) {
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException wrong) {
      // falls through to the message below
    }
    throw outside(text, expected);
  }

  private static double real(String text, DoublePredicate holds, String expected) {
    try {
      double value = Double.parseDouble(text.strip());
      if (Double.isFinite(value) && holds.test(value)) {
        return value;
      }
    } catch (NumberFormatException wrong) {
      // falls through to the message below
    }
    throw outside(text, expected);
  }

  private static TypeConversionException outside(String text, String expected) {
    return new TypeConversionException("expected %s, but got '%s'".formatted(expected, text));
  }
}
