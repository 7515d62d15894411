package io.espalier.data;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/**
 * Decodes JPEG, PNG, BMP and GIF files (the first image) with ImageIO. For one thread at a time;
 * its readers are used again for every file.
 */
final class ImageDecoder {

  /** Pixels as {@code [C, H, W]}; one channel where the file is grey. */
  record Decoded(Geometry geometry, byte[] pixels) {}

  private enum Format {
    JPEG,
    PNG,
    BMP,
    GIF;

    static Format of(byte[] file) {
      if (starts(file, 0xff, 0xd8, 0xff)) {
        return JPEG;
      }
      if (starts(file, 0x89, 'P', 'N', 'G')) {
        return PNG;
      }
      if (starts(file, 'G', 'I', 'F', '8')) {
        return GIF;
      }
      return starts(file, 'B', 'M') ? BMP : null;
    }

    private static boolean starts(byte[] file, int... magic) {
      for (int i = 0; i < magic.length; i++) {
        if (i >= file.length || (file[i] & 0xff) != magic[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private interface Use<T> {
    T of(ImageReader reader) throws IOException;
  }

  private final Map<Format, ImageReader> readers = new EnumMap<>(Format.class);
  private String warning;

  /** Decodes a file; {@code name} is for the message of what goes wrong. */
  Decoded decode(String name, byte[] file) {
    return with(
        name,
        file,
        reader -> {
          requireSize(name, reader.getWidth(0), reader.getHeight(0));
          return Planes.read(reader.read(0));
        });
  }

  /** Height and width of an image from the header of its file; channels are 3. */
  Geometry size(String name, byte[] file) {
    return with(
        name,
        file,
        reader -> {
          requireSize(name, reader.getWidth(0), reader.getHeight(0));
          return new Geometry(3, reader.getHeight(0), reader.getWidth(0));
        });
  }

  private <T> T with(String name, byte[] file, Use<T> use) {
    Format format = Format.of(file);
    if (format == null) {
      throw new DataException("%s: not a JPEG, PNG, BMP or GIF file".formatted(name));
    }
    ImageReader reader = readers.computeIfAbsent(format, this::reader);
    warning = null;
    try (ByteArrayImageStream stream = new ByteArrayImageStream(file)) {
      reader.setInput(stream, true, true);
      T result = use.of(reader);
      if (warning != null) {
        throw damaged(name, format, warning, null);
      }
      return result;
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(name, format, e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw damaged(name, format, "it asks for too much memory", e);
    }
  }

  private ImageReader reader(Format format) {
    ImageReader reader = ImageIO.getImageReadersByFormatName(format.name()).next();
    reader.addIIOReadWarningListener(
        (source, text) -> {
          if (text.toLowerCase(Locale.ROOT).contains("premature end")) {
            warning = text;
          }
        });
    return reader;
  }

  private static DataException damaged(String name, Format format, String reason, Throwable cause) {
    String line = reason == null ? "it cannot be decoded" : reason.strip().replaceAll("\\s+", " ");
    return new DataException("%s: damaged %s file: %s".formatted(name, format, line), cause);
  }

  private static void requireSize(String name, int width, int height) {
    if (width < 1 || height < 1 || (long) width * height > DataOptions.MAX_IMAGE_PIXELS) {
      throw new DataException(
          "%s: declares %d x %d pixels; at most %d pixels are read"
              .formatted(name, width, height, DataOptions.MAX_IMAGE_PIXELS));
    }
  }
}
