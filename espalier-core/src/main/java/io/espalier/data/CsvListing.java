package io.espalier.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads a CSV file of path, label and split, the last two optional, with or without a header line.
 * Paths are relative to the folder of the file. Labels are names, which are sorted, or, where all
 * are whole numbers, the labels themselves; an empty one means that there is none.
 */
final class CsvListing {
  private static final long MAX_BYTES = 1L << 28;
  private static final int MAX_CLASSES = 100_000;
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).setTrim(true).get();

  private final Path csv;
  private final Path folder;

  private CsvListing(Path csv) {
    this.csv = csv;
    this.folder = csv.toAbsolutePath().normalize().getParent();
  }

  static ImageListing read(Path csv) {
    try {
      if (Files.size(csv) > MAX_BYTES) {
        throw new DataException("%s: a CSV listing may have %d bytes".formatted(csv, MAX_BYTES));
      }
      return new CsvListing(csv).read();
    } catch (IOException | UncheckedIOException e) {
      throw Inputs.unreadable(csv, e);
    }
  }

  private ImageListing read() throws IOException {
    List<ImageListing.Item> items = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(csv, StandardCharsets.UTF_8);
        CSVParser parser = FORMAT.parse(reader)) {
      for (CSVRecord record : parser) {
        if (record.getRecordNumber() > 1 || !isHeader(record)) {
          items.add(item(record));
        }
      }
    }
    if (items.isEmpty()) {
      throw new DataException("%s: lists no images".formatted(csv));
    }
    return new ImageListing(csv.toString(), items, classNames(items));
  }

  private static boolean isHeader(CSVRecord record) {
    return record.get(0).replace("\ufeff", "").equalsIgnoreCase("path");
  }

  private ImageListing.Item item(CSVRecord record) throws IOException {
    if (record.size() > 3) {
      throw problem(record, "expected path,label,split, but got %d columns", record.size());
    }
    String label = record.size() > 1 && !record.get(1).isEmpty() ? record.get(1) : null;
    String split = record.size() > 2 && !record.get(2).isEmpty() ? record.get(2) : "train";
    SplitName part =
        SplitName.of(split)
            .orElseThrow(
                () -> problem(record, "split '%s' is none of train, validation, test", split));
    return new ImageListing.Item(file(record), part, label);
  }

  private ImageFile file(CSVRecord record) throws IOException {
    String name = record.get(0).replace("\ufeff", "");
    Path path;
    try {
      path = folder.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw problem(record, "'%s' is not a path", name);
    }
    if (Path.of(name).isAbsolute() || !path.startsWith(folder) || path.equals(folder)) {
      throw problem(record, "'%s' leaves the folder of the CSV file", name);
    }
    if (!Files.isRegularFile(path)) {
      throw problem(record, "there is no image '%s'", name);
    }
    return new ImageFile.OnDisk(path, name, Files.size(path));
  }

  private List<String> classNames(List<ImageListing.Item> items) {
    Set<String> labels = new TreeSet<>();
    for (ImageListing.Item item : items) {
      if (item.className() != null) {
        labels.add(item.className());
      }
    }
    if (labels.isEmpty() || !labels.stream().allMatch(label -> label.matches("[+-]?\\d+"))) {
      return ClassNames.sorted(labels);
    }
    int largest = 0;
    for (String label : labels) {
      if (!label.matches("0|[1-9]\\d{0,5}") || Integer.parseInt(label) >= MAX_CLASSES) {
        throw new DataException(
            "%s: label %s is not one of 0 to %d".formatted(csv, label, MAX_CLASSES - 1));
      }
      largest = Math.max(largest, Integer.parseInt(label));
    }
    return ClassNames.numbered(largest + 1);
  }

  private DataException problem(CSVRecord record, String message, Object value) {
    return new DataException(
        "%s, line %d: %s".formatted(csv, record.getRecordNumber(), message.formatted(value)));
  }
}
