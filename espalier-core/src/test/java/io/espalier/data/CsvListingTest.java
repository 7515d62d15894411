package io.espalier.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvListingTest {
  @TempDir Path dir;

  @BeforeEach
  void images() throws IOException {
    for (int i = 1; i <= 3; i++) {
      Fixtures.write(dir, "set/img/" + i + ".png", Fixtures.png(i));
    }
    Fixtures.write(dir, "outside.png", Fixtures.png(9));
  }

  private String csv(String text) throws IOException {
    return "csv:" + Fixtures.write(dir, "set/l.csv", text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void header_namesAndSplits_areRead() throws IOException {
    DataSplits splits =
        Fixtures.open(
            csv("\ufeffpath,label,split\nimg/3.png,dog,train\n\"img/1.png\", cat ,test\n"));
    assertEquals(List.of("cat", "dog"), splits.classNames());
    assertEquals(1, splits.train().label(0));
    assertEquals(3, Fixtures.pixels(splits.train(), 0)[2 * 16]);
    assertEquals(0, splits.test().label(0));
  }

  @Test
  void numbers_areTheLabelsThemselves() throws IOException {
    Dataset train = Fixtures.open(csv("img/1.png,4\r\nimg/2.png,0\r\n\r\nimg/3.png,10")).train();
    assertEquals(11, train.classNames().size());
    assertEquals(4, train.label(0));
    assertEquals(10, train.label(2));
  }

  @Test
  void emptyLabels_areNone() throws IOException {
    Dataset train = Fixtures.open(csv("img/1.png\nimg/2.png,,train")).train();
    assertEquals(2, train.size());
    assertEquals(-1, train.label(0));
    assertEquals(-1, train.label(1));
  }

  @Test
  void wrongLines_areRefused() throws IOException {
    refused("../outside.png,1", "line 1", "leaves the folder");
    refused("img/1.png,1\nimg/../../outside.png,1", "line 2", "leaves the folder");
    refused(dir.resolve("set/img/1.png") + ",1", "leaves the folder");
    refused(",1", "leaves the folder");
    refused("img/4.png,1", "no image 'img/4.png'");
    refused("img,1", "no image 'img'");
    refused("img/1.png,1,train,x", "4 columns");
    refused("img/1.png,1,dev", "split 'dev'");
    refused("img/1.png,-1", "label -1");
    refused("img/1.png,100000", "label 100000");
    refused("img/1.png,99999999999999999999", "label 9999");
    refused("path,label\n", "lists no images");
    refused("", "lists no images");
    refused("\"img/1.png", "l.csv");
    refused("img/\0.png,1", "line 1");
  }

  private void refused(String text, String... parts) throws IOException {
    String message = Fixtures.refusal(csv(text));
    Fixtures.assertSays(message, "l.csv");
    Fixtures.assertSays(message, parts);
  }

  @Test
  void wrongEncoding_isRefused() throws IOException {
    Path csv = Fixtures.write(dir, "set/l.csv", new byte[] {(byte) 0xff, (byte) 0xc0, '\n'});
    Fixtures.assertSays(Fixtures.refusal("csv:" + csv), "l.csv");
  }
}
