package io.espalier.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Image files with their split and class, not yet read.
 *
 * @param where the data set, for messages
 * @param items sorted by class and name, or in the order that the user chose
 */
record ImageListing(String where, List<Item> items, List<String> classNames) {

  /** One image; {@code className} is null where it has none. */
  record Item(ImageFile file, SplitName split, String className) {}

  /** The three parts, files decoded whenever they are read. */
  DataSplits open(DataOptions options) {
    FileDataset.Expected first = firstSize();
    Geometry stored = new Geometry(3, first.height(), first.width());
    Geometry geometry = options.geometry(stored);
    FileDataset.Expected expected = options.framing().takesAnySize() ? null : first;
    return new DataSplits(
        part(SplitName.TRAIN, geometry, expected, options),
        part(SplitName.VALIDATION, geometry, expected, options),
        part(SplitName.TEST, geometry, expected, options));
  }

  private FileDataset.Expected firstSize() {
    ImageFile first = items.getFirst().file();
    Geometry size = new ImageDecoder().size(first.name(), FileDataset.read(first));
    return new FileDataset.Expected(first.name(), size.height(), size.width());
  }

  private FileDataset part(
      SplitName split, Geometry geometry, FileDataset.Expected expected, DataOptions options) {
    Map<String, Integer> labels = new HashMap<>();
    for (String name : classNames) {
      labels.put(name, labels.size());
    }
    List<Item> own = items.stream().filter(item -> item.split() == split).toList();
    List<ImageFile> files = new ArrayList<>(own.size());
    int[] label = new int[own.size()];
    for (Item item : own) {
      label[files.size()] = item.className() == null ? -1 : labels.get(item.className());
      files.add(item.file());
    }
    return new FileDataset(
        files, label, classNames, geometry, options.framing(), expected, options.threads());
  }
}
