package io.espalier.torch;

import org.bytedeco.javacpp.PointerScope;

/**
 * Frees, when it closes, every tensor made since it opened, except those that were kept. One per
 * training step or batch, in one thread, with try-with-resources:
 *
 * <pre>{@code
 * try (Scope step = Scope.open()) {
 *   ...
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private final PointerScope parent;
  private final PointerScope inner;

  private Scope() {
    parent = PointerScope.getInnerScope();
    inner = new PointerScope();
  }

  /** Opens a scope inside the thread's current one. */
  public static Scope open() {
    Torch.start();
    return new Scope();
  }

  /**
   * Lets {@code tensor} outlive this scope: the scope around this one frees it, or, where there is
   * none, the caller closes it.
   */
  public DeviceTensor keep(DeviceTensor tensor) {
    if (parent == null) {
      tensor.raw().retainReference();
    } else {
      parent.attach(tensor.raw());
    }
    return tensor;
  }

  /** True when the thread has an open scope. */
  static boolean isOpen() {
    return PointerScope.getInnerScope() != null;
  }

  @Override
  public void close() {
    inner.close();
  }
}
