package io.espalier.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/** Finds image files in folders and zip archives. */
final class ImageSources {
  private ImageSources() {}

  /** The images of a folder or zip. */
  static ImageListing list(Path path) {
    try {
      return Files.isDirectory(path) ? folder(path) : zip(path);
    } catch (UncheckedIOException | IOException e) {
      throw Inputs.unreadable(path, e);
    }
  }

  private static ImageListing folder(Path root) throws IOException {
    List<ImageFile> files = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        String name = root.relativize(path).toString().replace('\\', '/');
        if (Files.isDirectory(path)) {
          if (!path.equals(root)) {
            folders.add(name);
          }
        } else if (ImageTree.isImage(name)) {
          files.add(onDisk(path, name));
        }
      }
    }
    return ImageTree.listing(root.toString(), files, folders);
  }

  /** Links to nothing and pipes are refused here; a pipe would block whoever reads it. */
  private static ImageFile onDisk(Path path, String name) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new DataException("%s: neither a file nor a link to one".formatted(path));
    }
    return new ImageFile.OnDisk(path, name, Files.size(path));
  }

  private static ImageListing zip(Path path) throws IOException {
    List<ImageFile> files = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    long length = Files.size(path);
    try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        String name = entry.getName();
        requireInside(path, name);
        if (entry.isDirectory()) {
          folders.add(name.substring(0, name.length() - 1));
        } else if (ImageTree.isImage(name)) {
          files.add(file(path, entry, length));
        }
      }
    } catch (ZipException e) {
      throw new DataException("%s: not a whole zip archive: %s".formatted(path, Inputs.reason(e)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      if (e instanceof DataException) {
        throw e;
      }
      throw new DataException("%s: damaged zip archive".formatted(path), e);
    }
    return ImageTree.listing(path.toString(), files, folders);
  }

  private static ImageFile file(Path zip, ZipArchiveEntry entry, long length) {
    boolean deflated = entry.getMethod() == ZipMethod.DEFLATED.getCode();
    boolean stored = entry.getMethod() == ZipMethod.STORED.getCode();
    if (!deflated && !stored || entry.getGeneralPurposeBit().usesEncryption()) {
      throw new DataException(
          "%s: entry %s is encrypted or packed in a way other than store and deflate"
              .formatted(zip, entry.getName()));
    }
    long offset = entry.getDataOffset();
    long packed = entry.getCompressedSize();
    if (offset < 0 || packed < 0 || offset > length - packed) {
      throw new DataException(
          "%s: entry %s lies outside the archive".formatted(zip, entry.getName()));
    }
    return new ImageFile.InZip(
        zip, entry.getName(), offset, packed, entry.getSize(), deflated, entry.getCrc());
  }

  private static void requireInside(Path zip, String name) {
    boolean leaves =
        name.startsWith("/")
            || name.contains("\\")
            || name.matches("[A-Za-z]:.*")
            || List.of(name.split("/")).contains("..");
    if (leaves || name.isEmpty()) {
      throw new DataException("%s: entry '%s' leaves the archive".formatted(zip, name));
    }
  }
}
