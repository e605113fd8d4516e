package io.opamp4j.server.boot;

import io.opamp4j.server.config.ConfigProblems;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder the program was unpacked to, if it runs from one: {@code opamp-server.jar}, {@code
 * lib}, {@code conf}, {@code plugins}.
 *
 * @param home the folder; empty when run from classes, as in an IDE
 * @param workingDirectory where relative names of files begin
 */
record Installation(Optional<Path> home, Path workingDirectory) {
  private static final String CONFIG_FILE = "conf/opamp-server.yaml";

  /** The installation this class was loaded from. */
  static Installation current() {
    return new Installation(
        Optional.ofNullable(Installation.class.getProtectionDomain().getCodeSource())
            .flatMap(Installation::home),
        Path.of(""));
  }

  private static Optional<Path> home(CodeSource source) {
    try {
      Path jar = Path.of(source.getLocation().toURI());
      return Optional.ofNullable(jar.getParent())
          .filter(folder -> folder.endsWith(Path.of("lib")) && Files.isRegularFile(jar))
          .map(Path::getParent);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the location of the program is not a file: " + source, e);
    }
  }

  /** The configuration file nobody asked for: the working directory's, else the installation's. */
  Optional<Path> defaultConfigFile() {
    return Stream.concat(Stream.of(workingDirectory), home.stream())
        .map(folder -> folder.resolve(CONFIG_FILE))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /**
   * Sees the program's classes and the jars in {@code plugins}. Open for the life of the process,
   * because backends load classes whenever they like.
   */
  ClassLoader pluginLoader(ConfigProblems problems) {
    ClassLoader program = Installation.class.getClassLoader();
    List<URL> jars = pluginJars(problems);
    return jars.isEmpty()
        ? program
        : new URLClassLoader("plugins", jars.toArray(URL[]::new), program);
  }

  private List<URL> pluginJars(ConfigProblems problems) {
    Optional<Path> folder = home.map(h -> h.resolve("plugins")).filter(Files::isDirectory);
    if (folder.isEmpty()) {
      return List.of();
    }
    List<URL> urls = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder.get())) {
      for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        urls.add(jar.toUri().toURL());
      }
    } catch (MalformedURLException e) {
      throw new IllegalStateException("the path of a jar is always a URL", e);
    } catch (IOException e) {
      problems.add(folder.get().toString(), "cannot be listed: " + e.getMessage());
    }
    return urls;
  }
}
