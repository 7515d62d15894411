package io.espalier.method.search;

import io.espalier.method.MethodKind;
import io.espalier.method.Procedure;
import io.espalier.method.Workbench;
import java.util.function.Consumer;

/** A search for widths. */
record Search(Consumer<Workbench> work) implements Procedure {
  @Override
  public MethodKind kind() {
    return MethodKind.SEARCH;
  }

  @Override
  public void run(Workbench bench) {
    work.accept(bench);
  }
}
