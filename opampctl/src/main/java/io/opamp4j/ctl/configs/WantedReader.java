package io.opamp4j.ctl.configs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds configurations in a folder, a file or on standard input. In a folder every {@code .yaml},
 * {@code .yml} and {@code .json} that does not begin with a dot is one; folders in it are for what
 * {@code fileRefs} name. All problems are told together, before anything is sent.
 */
public final class WantedReader {
  private WantedReader() {}

  /** Reads one configuration from a stream. */
  public static List<Wanted> read(InputStream in) {
    Problems problems = new Problems();
    try {
      byte[] bytes = in.readNBytes(Folder.LARGEST_FILE + 1);
      String source = "standard input";
      String text = text(bytes, source, problems);
      Optional<Wanted> wanted =
          text == null
              ? Optional.empty()
              : ConfigurationFile.read(text, source, Optional.empty(), Path.of(""), problems);
      problems.throwIfAny();
      return wanted.stream().toList();
    } catch (IOException e) {
      throw new CtlException(ExitCode.USAGE, "cannot read standard input: " + e, e);
    }
  }

  /** Reads a file, or all configurations of a folder in ascending order of name. */
  public static List<Wanted> read(Path path) {
    Problems problems = new Problems();
    List<Wanted> all = new ArrayList<>();
    try {
      boolean isFolder = Files.isDirectory(path);
      Path real = path.toRealPath();
      Path parent = real.getParent();
      Folder folder = Folder.of(isFolder || parent == null ? path : parent);
      List<Path> files = isFolder ? configurations(path) : List.of(path);
      for (Path file : files) {
        String source = file.toString();
        byte[] bytes = Folder.bytes(file, source, "it", problems);
        String text = bytes == null ? null : text(bytes, source, problems);
        if (text != null) {
          ConfigurationFile.read(text, source, Optional.of(folder), file.toRealPath(), problems)
              .ifPresent(all::add);
        }
      }
      if (files.isEmpty()) {
        problems.add(path.toString(), "has no configuration in it (*.yaml, *.yml, *.json)");
      }
    } catch (NoSuchFileException e) {
      problems.add(e.getFile(), "there is no such file or folder");
    } catch (IOException e) {
      problems.add(path.toString(), "cannot be read: " + e);
    }
    refuseTwins(all, problems);
    problems.throwIfAny();
    all.sort(Comparator.comparing(Wanted::name));
    return all;
  }

  private static void refuseTwins(List<Wanted> all, Problems problems) {
    Map<String, Wanted> byName = new HashMap<>();
    for (Wanted next : all) {
      Wanted other = byName.putIfAbsent(next.name(), next);
      if (other != null) {
        problems.add(next.source(), "name " + next.name() + " is taken by " + other.source());
      }
    }
  }

  private static List<Path> configurations(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(WantedReader::isConfiguration).sorted().toList();
    }
  }

  private static boolean isConfiguration(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))
        && !Files.isDirectory(file);
  }

  private static @Nullable String text(byte[] bytes, String source, Problems problems) {
    if (bytes.length > Folder.LARGEST_FILE) {
      problems.add(source, "is larger than " + (Folder.LARGEST_FILE >> 20) + " MiB");
      return null;
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      problems.add(source, "is not UTF-8");
      return null;
    }
  }
}
