package io.espalier.cli;

import io.espalier.progress.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Plain lines for a log: now and then while a task runs, and one at the end of a long one. */
final class LineProgress implements Progress {
  private static final long SHORTEST_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();
  private static final int LINES = 20;
  private static final double NANOS = 1e9;

  private final PrintStream out;
  private final Map<String, String> notes = new LinkedHashMap<>();
  private String task = "";
  private String unit = "";
  private long total;
  private long first;
  private long done;
  private final long firstNanos = System.nanoTime();
  private long beginNanos;
  private long lastNanos = firstNanos;

  LineProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void resume(String newTask, long newFirst, long newTotal, String newUnit) {
    task = newTask;
    total = newTotal;
    unit = newUnit;
    first = newFirst;
    done = newFirst;
    notes.clear();
    beginNanos = System.nanoTime();
  }

  @Override
  public void advance(long more) {
    done += more;
    long now = System.nanoTime();
    if (now - lastNanos >= interval(now) && done != total) {
      print(now);
    }
  }

  @Override
  public void note(String key, String value) {
    notes.put(key, value);
  }

  @Override
  public void end() {
    long now = System.nanoTime();
    if (!task.isEmpty() && now - beginNanos >= SHORTEST_NANOS) {
      print(now);
    }
    task = "";
  }

  /** Lines come less often the longer the work takes, so that a log stays readable. */
  private long interval(long now) {
    return Math.clamp((now - firstNanos) / LINES, SHORTEST_NANOS, LONGEST_NANOS);
  }

  private void print(long now) {
    lastNanos = now;
    double seconds = (now - beginNanos) / NANOS;
    StringBuilder line = new StringBuilder("espalier: ").append(task);
    if (done > 0 || total > 0) {
      line.append(": ").append(done).append(total > 0 ? "/" + total : "").append(' ').append(unit);
    }
    double rate = (done - first) / seconds;
    if (done > first) {
      line.append(", ").append(Numbers.rate(rate)).append("/s");
    }
    if (total > done && done > first) {
      line.append(", ").append(Numbers.clock((total - done) / rate)).append(" left");
    }
    notes.forEach((key, value) -> line.append(", ").append(key).append(' ').append(value));
    out.println(line);
  }
}
