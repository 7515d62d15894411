package io.espalier.torch;

import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The values of one pass. Every slot holds a handle of its own, so that it can be freed early. */
final class Frame {
  private final Program program;
  private final Taps taps;
  private final String[] tapped;
  private final Tensor[] slots;

  Frame(Program program, Taps taps) {
    this.program = program;
    this.taps = taps;
    this.slots = new Tensor[program.slots().size()];
    Set<String> values = taps.values();
    this.tapped = values.isEmpty() ? null : new String[slots.length];
    values.forEach(value -> tapped[program.slot(value)] = value);
  }

  /** Sets an input or a weight, which its owner frees. */
  void put(String value, Tensor tensor) {
    put(program.slot(value), tensor);
  }

  private void put(int slot, Tensor tensor) {
    slots[slot] = tapped == null || tapped[slot] == null ? tensor : tap(tapped[slot], tensor);
  }

  /** The caller may hold on to what it is shown and to what it gives back: the slot has a copy. */
  private Tensor tap(String value, Tensor tensor) {
    DeviceTensor shown = new DeviceTensor(new Tensor(tensor));
    return OpenTensors.track(new Tensor(taps.tap(value, shown).raw()));
  }

  void run(Pass pass) {
    for (Step step : program.steps()) {
      Tensor[] out = compute(step, pass);
      for (int i = 0; i < step.out().length; i++) {
        if (step.out()[i] >= 0) {
          put(step.out()[i], OpenTensors.track(out[i]));
        }
      }
      for (int slot : step.release()) {
        slots[slot].close();
        slots[slot] = null;
      }
    }
  }

  /** Runs one node in a scope of its own, which frees what it needs on the way. */
  private Tensor[] compute(Step step, Pass pass) {
    Tensor[] in = new Tensor[step.in().length];
    for (int i = 0; i < in.length; i++) {
      in[i] = step.in()[i] < 0 ? null : slots[step.in()[i]];
    }
    PointerScope outer = PointerScope.getInnerScope();
    PointerScope inner = new PointerScope();
    try {
      Tensor[] out = step.kernel().run(in, pass);
      for (int i = 0; i < out.length; i++) {
        out[i] = own(out[i], in);
        outer.attach(out[i]);
      }
      return out;
    } catch (RuntimeException error) {
      String where = "node '%s' (%s): ".formatted(step.node().name(), step.node().op().label());
      throw TorchException.of(where, error);
    } finally {
      inner.close();
    }
  }

  private static Tensor own(Tensor out, Tensor[] in) {
    for (Tensor input : in) {
      if (out == input) {
        return new Tensor(out);
      }
    }
    return out;
  }

  /** A new handle on an output, real numbers in float32 or double. */
  Tensor output(String value) {
    Tensor tensor = slots[program.slot(value)];
    ScalarType type = tensor.scalar_type().intern();
    return type == ScalarType.BFloat16
        ? Layouts.convert(tensor, ScalarType.Float)
        : new Tensor(tensor);
  }

  /** Frees what the nodes made and nothing has freed yet: the slots of the outputs. */
  void free() {
    for (Step step : program.steps()) {
      for (int slot : step.out()) {
        if (slot >= 0 && slots[slot] != null) {
          slots[slot].close();
          slots[slot] = null;
        }
      }
    }
  }
}
