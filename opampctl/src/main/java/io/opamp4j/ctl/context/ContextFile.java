package io.opamp4j.ctl.context;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.opamp4j.ctl.CtlException;
import io.opamp4j.ctl.ExitCode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.YamlProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file that keeps {@link Contexts}. It has tokens in it, so only its owner may read it; where
 * files have no such permissions, it is as safe as the folder it is in.
 */
public final class ContextFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private final Path file;

  /** The file need not be there yet. */
  public ContextFile(Path file) {
    this.file = file;
  }

  /** Reads it; nothing is set while there is no file. */
  public Contexts read() {
    JsonNode root;
    try {
      root = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Contexts.NONE;
    } catch (JsonProcessingException e) {
      YamlProblem problem = YamlProblem.of(e);
      throw wrong("line " + problem.line() + ": is not valid YAML: " + problem.text());
    } catch (IOException e) {
      throw failed("cannot read ", e);
    }
    Contexts contexts = Contexts.NONE;
    for (Map.Entry<String, JsonNode> next : root.path("contexts").properties()) {
      contexts = contexts.with(next.getKey(), context(next.getKey(), next.getValue()));
    }
    String current = Json.text(root, "/current");
    return new Contexts(
        current.isEmpty() ? Optional.empty() : Optional.of(current), contexts.byName());
  }

  /** Whether others than its owner may read it. */
  public boolean isOpenToOthers() {
    try {
      return !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Replaces it as a whole: a reader sees the old or the new file. */
  public void write(Contexts contexts) {
    ObjectNode root = Json.object();
    contexts.current().ifPresent(name -> root.put("current", name));
    ObjectNode all = root.putObject("contexts");
    contexts
        .byName()
        .forEach(
            (name, context) -> {
              ObjectNode one = all.putObject(name).put("server", context.server().toString());
              context.token().ifPresent(token -> one.put("token", token));
            });
    try {
      // Through a link, so that it stays one.
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Path folder = target.getParent();
      boolean posix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (folder == null) {
        throw new IOException("it is no file");
      }
      Files.createDirectories(folder, attributes(posix, OWNER_ONLY_FOLDER));
      Path fresh =
          Files.createTempFile(folder, ".opampctl", ".yaml", attributes(posix, OWNER_ONLY));
      try {
        Files.writeString(fresh, new ObjectMapper(new YAMLFactory()).writeValueAsString(root));
        Files.move(
            fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw failed("cannot write ", e);
    }
  }

  private static FileAttribute<?>[] attributes(
      boolean posix, Set<PosixFilePermission> permissions) {
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private Contexts.Context context(String name, JsonNode node) {
    String token = Json.text(node, "/token");
    try {
      return new Contexts.Context(
          ServerUrl.parse(Json.text(node, "/server")),
          token.isEmpty() ? Optional.empty() : Optional.of(token));
    } catch (IllegalArgumentException e) {
      throw wrong("context " + name + ": " + e.getMessage());
    }
  }

  private CtlException wrong(String what) {
    return new CtlException(ExitCode.USAGE, file + ": " + what);
  }

  private CtlException failed(String what, IOException cause) {
    return new CtlException(ExitCode.USAGE, what + file + ": " + cause, cause);
  }
}
