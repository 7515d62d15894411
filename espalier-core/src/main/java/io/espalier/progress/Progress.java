package io.espalier.progress;

/**
 * Listens to long work: one task at a time, {@link #begin} or {@link #resume}, any number of {@link
 * #advance} and {@link #note}, {@link #end}. Whoever does the work calls this from one thread at a
 * time and calls {@code end} also when the work fails.
 */
public interface Progress {

  /**
   * A task starts.
   *
   * @param task what is done, in a few words ("decoding images")
   * @param total how many units there are in all; 0 or less where that is not known
   * @param unit what is counted, in the plural ("images")
   */
  default void begin(String task, long total, String unit) {
    resume(task, 0, total, unit);
  }

  /**
   * A task goes on that was begun earlier.
   *
   * @param done how many of the {@code total} units were done then; they do not count for the rate
   */
  void resume(String task, long done, long total, String unit);

  /** {@code more} further units are done. */
  void advance(long more);

  /**
   * A figure worth showing beside the bar ("loss", "0.412"); it replaces the last one of its key.
   */
  void note(String key, String value);

  /** The task that was begun last is over. */
  void end();

  /** This listener, for one of several stages: each task has the stage's name before its own. */
  default Progress stage(String name) {
    return new Stage(this, name);
  }

  /** Hears nothing. */
  static Progress none() {
    return Silent.INSTANCE;
  }
}
