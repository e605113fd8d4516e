package io.opamp4j.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A copy of the built folder with something of a third party's in {@code plugins/}. */
final class PluginFolder {
  private PluginFolder() {}

  /**
   * Copies the built folder and puts a jar into the copy.
   *
   * @param service the interface it is found by
   * @param provider its class
   * @param more the other classes it needs
   */
  static void make(Path folder, Class<?> service, Class<?> provider, Class<?>... more)
      throws IOException {
    copy(ServerProcess.distribution(), folder);
    try (OutputStream out =
            Files.newOutputStream(
                folder.resolve("plugins").resolve(provider.getSimpleName() + ".jar"));
        JarOutputStream jar = new JarOutputStream(out)) {
      jar.putNextEntry(new JarEntry("META-INF/services/" + service.getName()));
      jar.write(provider.getName().getBytes(StandardCharsets.UTF_8));
      List<Class<?>> types = new ArrayList<>(List.of(more));
      types.add(provider);
      for (Class<?> type : types) {
        String name = type.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(name));
        try (InputStream in = type.getClassLoader().getResourceAsStream(name)) {
          in.transferTo(jar);
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }
}
