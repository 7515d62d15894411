package io.espalier.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.espalier.progress.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Plain progress lines, and numbers as they are printed. */
class ProgressTest {
  @Test
  void quickTask_inALog_printsNothing() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Progress progress = new LineProgress(new PrintStream(out, true, StandardCharsets.UTF_8));
    progress.begin("counting", 3, "beads");
    for (int i = 0; i < 3; i++) {
      progress.advance(1);
      progress.note("colour", "red");
    }
    progress.end();
    assertEquals("", out.toString(StandardCharsets.UTF_8));
  }

  /** The last line of a task of six seconds, which is more than a log is spared. */
  @Test
  void resumedTask_inALog_showsAllAndTheRateOfTheRest() throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Progress progress = new LineProgress(new PrintStream(out, true, StandardCharsets.UTF_8));
    Progress stage = progress.stage("joint");
    stage.resume("epoch 1/2", 6_000_000, 6_000_100, "images");
    Thread.sleep(5_100);
    stage.advance(10);
    stage.end();
    String line = out.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
    String words = "espalier: joint, epoch 1/2: 6000010/6000100 images, ";
    assertTrue(line.startsWith(words), line);
    // 10 images in a little over 5 seconds; those from before would make it a million a second.
    assertTrue(line.matches(".* (1\\.\\d+|2|2\\.0+)/s, 0:[45]\\d left"), line);
  }

  @Test
  void numbers_areShortAndHaveUnits() {
    assertEquals("999", Numbers.count(999));
    assertEquals("40.55 M", Numbers.count(40_551_040));
    assertEquals("1.110 MB", Numbers.bytes(1_110_484));
    assertEquals("12 B", Numbers.bytes(12));
    assertEquals("49.9 %", Numbers.percent(0.4994));
    assertEquals("-", Numbers.percent(Double.NaN));
    assertEquals("0.180 ms", Numbers.millis(0.18));
    assertEquals("2:03", Numbers.clock(123));
    assertEquals("1:02:03", Numbers.clock(3723));
  }

  @Test
  void table_cutsLongNamesAtTheFront() {
    String table = Table.of("name", ">count").row("x".repeat(90) + "end", 7).toString();
    assertTrue(table.contains("..." + "x".repeat(74) + "end"), table);
    assertTrue(table.lines().allMatch(line -> line.length() < 100), table);
  }
}
