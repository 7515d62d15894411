package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.espalier.progress.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptDatasetTest {
  private static final int BYTES = 4 * 4;

  /** The images whose pixels were made, in order. */
  private final List<Integer> made = Collections.synchronizedList(new ArrayList<>());

  private final Dataset whole = Fixtures.dataset(12, 3, 1, 4);
  private final AtomicLong room = new AtomicLong(12 * BYTES);
  private final Dataset kept =
      new KeptDataset(new WatchedDataset(whole, made::add), "decoding", room);

  @Test
  void image_readTwice_isMadeOnce() {
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(Fixtures.pixels(whole, 7), Fixtures.pixels(kept, 7));
    }
    assertEquals(List.of(7), made);
    assertEquals(11 * BYTES, room.get());
  }

  @Test
  void limit_prepared_makesItsImagesAlone() {
    Dataset few = kept.limit(4);
    few.prepare(Progress.none(), () -> false, 0, 1, 2, 3);
    // Three classes take turns: 0 1 2 | 3 is the first of the second turn.
    assertEquals(List.of(0, 1, 2, 3), made.stream().sorted().toList());
    kept.subset(11, 5, 9).prepare(Progress.none(), () -> false, 0, 2);
    assertEquals(List.of(9, 11), made.stream().skip(4).sorted().toList());
    few.prepare(Progress.none(), () -> false, 0, 1, 2, 3);
    assertEquals(6, made.size());
  }

  @Test
  void room_usedUp_makesTheOthersEachTime() {
    room.set(2 * BYTES + 1);
    kept.prepare(Progress.none(), () -> false, 0, 1, 2, 3);
    assertEquals(List.of(0, 1), made.stream().sorted().toList());
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(Fixtures.pixels(whole, 1), Fixtures.pixels(kept, 1));
      assertArrayEquals(Fixtures.pixels(whole, 3), Fixtures.pixels(kept, 3));
    }
    assertEquals(List.of(3, 3), made.subList(2, made.size()));
    assertEquals(1, room.get());
  }

  @Test
  void digest_isThatOfTheSource() {
    assertEquals(whole.digest(), kept.digest());
    assertEquals(whole.limit(5).digest(), kept.limit(5).digest());
  }

  @Test
  void damagedImage_thatNobodyReads_doesNotMatter(@TempDir Path dir) throws IOException {
    Fixtures.write(dir, "train/a/1.png", new byte[9]);
    Fixtures.write(dir, "test/a/1.png", Fixtures.png(1));
    Fixtures.write(dir, "test/a/2.png", new byte[9]);
    DataSplits splits = Fixtures.open("images:" + dir);
    assertEquals(1, Fixtures.pixels(splits.forEvaluation().limit(1), 0)[2 * 16]);
    assertThrows(DataException.class, () -> Fixtures.pixels(splits.test(), 1));
    assertThrows(DataException.class, () -> splits.prepare(Progress.none(), () -> false));
  }
}
