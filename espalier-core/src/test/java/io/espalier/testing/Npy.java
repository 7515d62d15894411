package io.espalier.testing;

import io.espalier.graph.DataType;
import io.espalier.graph.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads NumPy's array files: little-endian numbers in row-major order. */
public final class Npy {
  private static final Pattern HEADER =
      Pattern.compile("'descr': '([<|][a-z]\\d)', 'fortran_order': False, 'shape': \\(([^)]*)\\)");
  private static final int PREFIX = 10;

  private Npy() {}

  /** The arrays of an .npz archive by name. */
  public static Map<String, Tensor> readArchive(Path file) throws IOException {
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    try (InputStream stream = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(stream)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName().replaceFirst("\\.npy$", "");
        arrays.put(name, read(zip.readAllBytes()));
      }
    }
    return arrays;
  }

  /** One array. */
  public static Tensor read(byte[] content) {
    ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    int end = PREFIX + buffer.getShort(PREFIX - 2);
    String header = new String(content, PREFIX, end - PREFIX, StandardCharsets.US_ASCII);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("array header that is not modelled: " + header);
    }
    int[] shape =
        Arrays.stream(matcher.group(2).split(","))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    byte[] data = Arrays.copyOfRange(content, end, content.length);
    return Tensor.of(type(matcher.group(1)), shape, data);
  }

  private static DataType type(String description) {
    return switch (description) {
      case "<f4" -> DataType.FLOAT;
      case "<f8" -> DataType.DOUBLE;
      case "<f2" -> DataType.FLOAT16;
      case "<i8" -> DataType.INT64;
      case "<i4" -> DataType.INT32;
      case "|u1" -> DataType.UINT8;
      case "|i1" -> DataType.INT8;
      case "|b1" -> DataType.BOOL;
      default -> throw new IllegalArgumentException("array type " + description);
    };
  }
}
