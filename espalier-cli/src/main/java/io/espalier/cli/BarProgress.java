package io.espalier.cli;

import io.espalier.progress.Progress;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A moving bar on a terminal, with rate and time left. */
final class BarProgress implements Progress {
  private static final int INTERVAL_MILLIS = 250;

  private final Map<String, String> notes = new LinkedHashMap<>();
  private ProgressBar bar;

  @Override
  public void resume(String task, long done, long total, String unit) {
    end();
    notes.clear();
    bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .startsFrom(done, Duration.ZERO)
            .setInitialMax(total > 0 ? total : -1)
            .setUnit(" " + unit, 1)
            .setStyle(style())
            .setUpdateIntervalMillis(INTERVAL_MILLIS)
            .showSpeed()
            .build();
  }

  /** Blocks where the terminal can show them; no colours either way. */
  private static ProgressBarStyle style() {
    boolean unicode = Charset.defaultCharset().newEncoder().canEncode('\u2588');
    String declared = System.getProperty("stderr.encoding", System.getProperty("stdout.encoding"));
    boolean declaredUnicode = declared == null || declared.toUpperCase().startsWith("UTF");
    return unicode && declaredUnicode ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII;
  }

  @Override
  public void advance(long more) {
    bar.stepBy(more);
  }

  @Override
  public void note(String key, String value) {
    notes.put(key, value);
    bar.setExtraMessage(
        notes.entrySet().stream()
            .map(note -> note.getKey() + " " + note.getValue())
            .collect(Collectors.joining(", ", " ", "")));
  }

  @Override
  public void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
