package io.espalier.progress;

enum Silent implements Progress {
  INSTANCE;

  @Override
  public void begin(String task, long total, String unit) {}

  @Override
  public void advance(long more) {}

  @Override
  public void note(String key, String value) {}

  @Override
  public void end() {}
}
