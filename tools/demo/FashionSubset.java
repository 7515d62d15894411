import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Cuts the data of {@code espalier demo} from the whole Fashion-MNIST: the first images of each
 * class, in their order, as gzipped IDX files. Running it again gives the same pixels and labels.
 *
 * <pre>java tools/demo/FashionSubset.java /usr/share/datasets/fashion-mnist OUTPUT_FOLDER</pre>
 */
public final class FashionSubset {
  private static final int CLASSES = 10;
  private static final int TRAIN_PER_CLASS = 1000;
  private static final int TEST_PER_CLASS = 200;

  private FashionSubset() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: java FashionSubset.java FASHION_MNIST_FOLDER OUTPUT_FOLDER");
      System.exit(2);
    }
    Path from = Path.of(arguments[0]);
    Path to = Files.createDirectories(Path.of(arguments[1]));
    cut(from, to, "train", TRAIN_PER_CLASS);
    cut(from, to, "t10k", TEST_PER_CLASS);
  }

  private static void cut(Path from, Path to, String split, int perClass) throws IOException {
    ByteBuffer images = read(from.resolve(split + "-images-idx3-ubyte.gz"));
    ByteBuffer labels = read(from.resolve(split + "-labels-idx1-ubyte.gz"));
    int size = images.getInt(8) * images.getInt(12);
    int count = CLASSES * perClass;
    ByteBuffer keptImages = header(images, 16, count, count * size);
    ByteBuffer keptLabels = header(labels, 8, count, count);
    int[] seen = new int[CLASSES];
    for (int i = 0; i < labels.getInt(4); i++) {
      byte label = labels.get(8 + i);
      if (seen[label]++ < perClass) {
        keptLabels.put(label);
        keptImages.put(images.array(), 16 + i * size, size);
      }
    }
    write(to.resolve(split + "-images-idx3-ubyte.gz"), keptImages);
    write(to.resolve(split + "-labels-idx1-ubyte.gz"), keptLabels);
  }

  /** A buffer that starts with the header of {@code whole} and another count. */
  private static ByteBuffer header(ByteBuffer whole, int length, int count, int content) {
    return ByteBuffer.allocate(length + content).put(whole.array(), 0, length).putInt(4, count);
  }

  private static ByteBuffer read(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file)))) {
      return ByteBuffer.wrap(in.readAllBytes());
    }
  }

  private static void write(Path file, ByteBuffer content) throws IOException {
    if (content.hasRemaining()) {
      throw new IOException(file + ": a class has too few images");
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new BestGzip(packed)) {
      out.write(content.array());
    }
    Files.write(file, packed.toByteArray());
    System.out.printf("%s: %,d bytes%n", file, packed.size());
  }

  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(9);
    }
  }
}
