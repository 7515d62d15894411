package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.espalier.progress.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsProgressTest {
  @TempDir Path dir;

  /** Writes down what it hears and insists on one thread. */
  private static final class Recorder implements Progress {
    private final Thread thread = Thread.currentThread();
    private final List<String> heard = new ArrayList<>();
    private long done;

    @Override
    public void resume(String task, long from, long total, String unit) {
      assertSame(thread, Thread.currentThread());
      heard.add("begin " + total + " " + unit);
      done = 0;
    }

    @Override
    public void advance(long more) {
      assertSame(thread, Thread.currentThread());
      done += more;
    }

    @Override
    public void note(String key, String value) {
      heard.add(key + " " + value);
    }

    @Override
    public void end() {
      heard.add("end " + done);
    }
  }

  private void write(int images) throws IOException {
    for (int i = 0; i < images; i++) {
      Fixtures.write(dir, "train/a/%03d.png".formatted(i), Fixtures.png(i));
    }
  }

  private void prepare(Recorder recorder) {
    Datasets.open(DataSpec.parse("images:" + dir), Fixtures.options(), recorder)
        .prepare(recorder, () -> false);
  }

  @Test
  void decoding_stopped_endsBeforeAnyImage() throws IOException {
    write(100);
    Recorder recorder = new Recorder();
    Datasets.open(DataSpec.parse("images:" + dir), Fixtures.options(), recorder)
        .prepare(recorder, () -> true);
    assertEquals(List.of("begin 100 images", "end 0"), recorder.heard);
  }

  @Test
  void decoding_toldFromTheCaller_addsUpToTheTotal() throws IOException {
    write(100);
    Recorder recorder = new Recorder();
    prepare(recorder);
    assertEquals(List.of("begin 100 images", "end 100"), recorder.heard);
  }

  @Test
  void sizes_ofImagesThatAreNotKept_areCheckedOnce() throws IOException {
    write(100);
    Recorder recorder = new Recorder();
    DataSplits splits =
        Datasets.open(
            DataSpec.parse("images:" + dir), Fixtures.options().withMemoryLimit(0), recorder);
    splits.prepare(recorder, () -> false);
    splits.prepare(recorder, () -> false);
    assertEquals(List.of("begin 100 images", "end 100"), recorder.heard);
  }

  @Test
  void decoding_failing_endsItsTaskAndThreads() throws IOException {
    write(100);
    Fixtures.write(dir, "train/a/050.png", new byte[9]);
    Fixtures.write(dir, "train/a/095.png", new byte[9]);
    Recorder recorder = new Recorder();
    DataException e = assertThrows(DataException.class, () -> prepare(recorder));
    Fixtures.assertSays(e.getMessage(), "train/a/050.png");
    assertEquals(2, recorder.heard.size());
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().startsWith("espalier-decode")));
  }
}
