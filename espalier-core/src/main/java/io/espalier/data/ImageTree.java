package io.espalier.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells splits and classes from the names of files: split/class/file, class/file, split/file or
 * file. A folder around all of that is skipped. Whatever lies deeper in a class folder belongs to
 * the class.
 */
final class ImageTree {
  private static final Set<String> EXTENSIONS = Set.of("jpg", "jpeg", "png", "bmp", "gif");

  private final String where;
  private final List<ImageFile> files;
  private final Map<ImageFile, String[]> folders = new HashMap<>();
  private int level;

  private ImageTree(String where, Collection<ImageFile> files) {
    this.where = where;
    this.files = files.stream().sorted(Comparator.comparing(ImageFile::name)).toList();
    files.forEach(file -> folders.put(file, foldersOf(file.name())));
  }

  /** Whether a file with this name is looked at: the extension of an image, nothing hidden. */
  static boolean isImage(String name) {
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return EXTENSIONS.contains(extension) && !isHidden(name);
  }

  static boolean isHidden(String name) {
    return name.startsWith(".") || name.contains("/.") || name.startsWith("__MACOSX/");
  }

  /**
   * Sorts files into splits and classes.
   *
   * @param where the data set, for messages
   * @param allFolders the names of all folders with slashes, to find classes without images
   */
  static ImageListing listing(
      String where, Collection<ImageFile> files, Collection<String> allFolders) {
    if (files.isEmpty()) {
      throw new DataException("%s: no JPEG, PNG, BMP or GIF files".formatted(where));
    }
    return new ImageTree(where, files).listing(allFolders);
  }

  private ImageListing listing(Collection<String> allFolders) {
    while (isWrapped()) {
      level++;
    }
    boolean split = hasSplits();
    level += split ? 1 : 0;
    List<ImageListing.Item> items = new ArrayList<>();
    for (ImageFile file : files) {
      String splitFolder = split ? folder(file, level - 1) : "train";
      items.add(
          new ImageListing.Item(
              file, SplitName.of(splitFolder).orElseThrow(), folder(file, level)));
    }
    Map<SplitName, Set<String>> classes = classes(items);
    requireNoEmptyClass(allFolders);
    requireKnownClasses(classes);
    Set<String> all = new HashSet<>();
    classes.values().forEach(all::addAll);
    List<String> names = ClassNames.sorted(all);
    Map<String, Integer> order = new HashMap<>();
    names.forEach(name -> order.put(name, order.size()));
    items.sort(Comparator.comparingInt(item -> order.getOrDefault(item.className(), -1)));
    return new ImageListing(where, items, names);
  }

  /** Whether all files lie in one folder that is no split. */
  private boolean isWrapped() {
    String first = folder(files.getFirst(), level);
    return first != null
        && SplitName.of(first).isEmpty()
        && files.stream().allMatch(file -> first.equals(folder(file, level)));
  }

  private boolean hasSplits() {
    boolean some = false;
    String other = null;
    for (ImageFile file : files) {
      String top = folder(file, level);
      if (top != null && SplitName.of(top).isPresent()) {
        some = true;
      } else if (other == null) {
        other = file.name();
      }
    }
    if (some && other != null) {
      throw new DataException(
          "%s: image %s lies beside the split folders (train, test), not in one"
              .formatted(where, other));
    }
    return some;
  }

  private Map<SplitName, Set<String>> classes(List<ImageListing.Item> items) {
    Map<SplitName, Set<String>> classes = new HashMap<>();
    Map<SplitName, ImageFile> loose = new HashMap<>();
    for (ImageListing.Item item : items) {
      Set<String> own = classes.computeIfAbsent(item.split(), split -> new HashSet<>());
      if (item.className() == null) {
        loose.putIfAbsent(item.split(), item.file());
      } else {
        own.add(item.className());
      }
      ImageFile looseFile = loose.get(item.split());
      if (looseFile != null && !own.isEmpty()) {
        throw new DataException(
            "%s: image %s lies beside the class folders, not in one"
                .formatted(where, looseFile.name()));
      }
    }
    return classes;
  }

  private void requireKnownClasses(Map<SplitName, Set<String>> classes) {
    Set<String> train = classes.getOrDefault(SplitName.TRAIN, Set.of());
    for (Map.Entry<SplitName, Set<String>> entry : classes.entrySet()) {
      Set<String> unknown = new TreeSet<>(entry.getValue());
      unknown.removeAll(train);
      if (!train.isEmpty() && !unknown.isEmpty()) {
        throw new DataException(
            "%s: class '%s' of the %s split is missing from the train split"
                .formatted(where, unknown.iterator().next(), entry.getKey()));
      }
    }
  }

  /** A class is empty where its folder stands beside others with images and has none. */
  private void requireNoEmptyClass(Collection<String> allFolders) {
    Set<String> filled = new HashSet<>();
    Set<String> parents = new HashSet<>();
    for (String[] path : folders.values()) {
      if (path.length > level) {
        filled.add(String.join("/", Arrays.copyOf(path, level + 1)));
        parents.add(String.join("/", Arrays.copyOf(path, level)));
      }
    }
    for (String folder : new TreeSet<>(allFolders)) {
      String[] path = folder.split("/");
      boolean classFolder =
          path.length == level + 1
              && parents.contains(String.join("/", Arrays.copyOf(path, level)))
              && !isHidden(folder);
      if (classFolder && !filled.contains(folder)) {
        throw new DataException(
            "%s: class folder %s has no JPEG, PNG, BMP or GIF files".formatted(where, folder));
      }
    }
  }

  private String folder(ImageFile file, int depth) {
    String[] path = folders.get(file);
    return depth < path.length ? path[depth] : null;
  }

  private static String[] foldersOf(String name) {
    String[] parts = name.split("/");
    return Arrays.copyOf(parts, parts.length - 1);
  }
}
