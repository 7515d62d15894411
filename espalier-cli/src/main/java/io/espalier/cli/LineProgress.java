package io.espalier.cli;

import io.espalier.progress.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Plain lines for a log: now and then while a task runs, and one at the end of a long one. */
final class LineProgress implements Progress {
  private static final long INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();
  private static final double NANOS = 1e9;

  private final PrintStream out;
  private final Map<String, String> notes = new LinkedHashMap<>();
  private String task = "";
  private String unit = "";
  private long total;
  private long done;
  private long beginNanos;
  private long lastNanos;

  LineProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(String newTask, long newTotal, String newUnit) {
    task = newTask;
    total = newTotal;
    unit = newUnit;
    done = 0;
    notes.clear();
    beginNanos = System.nanoTime();
    lastNanos = beginNanos;
  }

  @Override
  public void advance(long more) {
    done += more;
    long now = System.nanoTime();
    if (now - lastNanos >= INTERVAL_NANOS && done != total) {
      lastNanos = now;
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
    if (!task.isEmpty() && now - beginNanos >= INTERVAL_NANOS) {
      print(now);
    }
    task = "";
  }

  private void print(long now) {
    double seconds = (now - beginNanos) / NANOS;
    StringBuilder line = new StringBuilder("espalier: ").append(task).append(": ").append(done);
    if (total > 0) {
      line.append('/').append(total);
    }
    line.append(' ').append(unit);
    if (done > 0) {
      line.append(", ").append(Numbers.rate(done / seconds)).append("/s");
    }
    if (total > done && done > 0) {
      line.append(", ").append(Numbers.clock(seconds * (total - done) / done)).append(" left");
    }
    notes.forEach((key, value) -> line.append(", ").append(key).append(' ').append(value));
    out.println(line);
  }
}
