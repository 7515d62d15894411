package io.espalier.method;

/**
 * Brings a method, built-in or foreign: found by {@link java.util.ServiceLoader} through a line in
 * {@code META-INF/services/io.espalier.method.MethodProvider}. Needs a public constructor without
 * arguments.
 */
public interface MethodProvider {
  /** What the method says about itself; the same at every call. */
  MethodInfo info();

  /**
   * The method with settings, which fit {@link #info()}.
   *
   * @throws IllegalArgumentException if values contradict one another; the message is one line
   */
  PruningMethod create(Settings settings);
}
