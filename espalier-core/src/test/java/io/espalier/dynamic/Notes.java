package io.espalier.dynamic;

import io.espalier.progress.Progress;
import java.util.HashMap;
import java.util.Map;

/** A progress that keeps the last note of each key. */
final class Notes implements Progress {
  private final Map<String, String> notes = new HashMap<>();

  String get(String key) {
    return notes.get(key);
  }

  @Override
  public void resume(String task, long done, long total, String unit) {}

  @Override
  public void advance(long more) {}

  @Override
  public void note(String key, String value) {
    notes.put(key, value);
  }

  @Override
  public void end() {}
}
