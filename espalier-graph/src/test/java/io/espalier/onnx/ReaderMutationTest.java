package io.espalier.onnx;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.sun.management.ThreadMXBean;
import io.espalier.graph.Graph;
import io.espalier.graph.GraphException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens to a file, reading ends in a network or in one line, in bounded memory. */
@Timeout(300)
class ReaderMutationTest {
  private static final long FIXED_BYTES = 256 << 20;
  private static final long BYTES_A_BYTE = 400;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final List<Path> FILES = Fixtures.all();

  @Test
  void file_withDamagedBytes_isReadOrRefusedInOneLine() {
    Random random = new Random(1);
    Mutator mutator = new Mutator(random);
    for (int i = 0; i < 4000; i++) {
      Path file = FILES.get(random.nextInt(FILES.size()));
      check(file + " change " + i, mutator.bytes(Fixtures.bytes(file)));
    }
  }

  @Test
  void file_withOtherFields_isReadOrRefusedInOneLine() throws Exception {
    Random random = new Random(2);
    Mutator mutator = new Mutator(random);
    for (int i = 0; i < 4000; i++) {
      Path file = FILES.get(random.nextInt(FILES.size()));
      ModelProto.Builder model = ModelProto.parseFrom(Fixtures.bytes(file)).toBuilder();
      int changes = 1 + random.nextInt(3);
      for (int change = 0; change < changes; change++) {
        // Most of a file is its graph; the model around it has few fields.
        mutator.fields(random.nextInt(20) == 0 ? model : model.getGraphBuilder());
      }
      check(file + " change " + i, model.build().toByteArray());
    }
  }

  @Test
  void randomBytes_areRefusedInOneLine() {
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      check("random " + i, bytes);
    }
  }

  private static void check(String what, byte[] file) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      Graph graph = OnnxReader.read(file);
      assertFalse(graph.outputs().isEmpty(), what);
    } catch (OnnxException | GraphException e) {
      assertTrue(e.getMessage() != null && !e.getMessage().contains("\n"), what);
    } catch (RuntimeException | StackOverflowError e) {
      fail(what, e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < FIXED_BYTES + BYTES_A_BYTE * file.length, what + ": " + allocated);
  }
}
