package io.espalier.progress;

enum Silent implements Progress {
  INSTANCE;

  @Override
  public void resume(String task, long done, long total, String unit) {}

  @Override
  public void advance(long more) {}

  @Override
  public void note(String key, String value) {}

  @Override
  public void end() {}
}
