package io.espalier.progress;

/** Puts the name of a stage before each task. */
record Stage(Progress whole, String name) implements Progress {
  @Override
  public void resume(String task, long done, long total, String unit) {
    whole.resume(named(task), done, total, unit);
  }

  @Override
  public void advance(long more) {
    whole.advance(more);
  }

  @Override
  public void note(String key, String value) {
    whole.note(key, value);
  }

  @Override
  public void end() {
    whole.end();
  }

  private String named(String task) {
    return name + ", " + task;
  }
}
