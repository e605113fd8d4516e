package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of the user interface, read once and served from memory. A request names a file by its
 * exact path or gets 404, so there is no path to traverse. Immutable.
 */
public final class StaticFiles {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final Map<String, String> CONTENT_TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "woff2", "font/woff2",
          "txt", "text/plain; charset=utf-8");

  private static final byte[] NOTHING = new byte[0];

  private final Map<String, StaticFile> files;

  private StaticFiles(Map<String, StaticFile> files) {
    this.files = Map.copyOf(files);
  }

  /**
   * Reads every file below a folder of the class path, from a directory or from a jar.
   *
   * @param folder such as {@code "ui/"}; has to hold an {@code index.html}
   */
  public static StaticFiles fromClassPath(ClassLoader loader, String folder) {
    URL index = loader.getResource(folder + "index.html");
    if (index == null) {
      throw new IllegalArgumentException("no " + folder + "index.html on the class path");
    }
    try {
      Map<String, StaticFile> files = new TreeMap<>();
      for (String name : names(index, folder)) {
        try (InputStream in = loader.getResourceAsStream(folder + name)) {
          if (in != null) {
            files.put("/" + name, StaticFile.of(name, in.readAllBytes()));
          }
        }
      }
      return new StaticFiles(files);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + " from the class path", e);
    }
  }

  Exchange open(String path, HttpRequest request, Reply reply) {
    StaticFile file = files.get(path.equals("/") ? "/index.html" : path);
    if (file == null) {
      return Responses.only(reply, Responses.text(HttpResponseStatus.NOT_FOUND, "not found"));
    }
    String method = request.method().name();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      FullHttpResponse response =
          Responses.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "method not allowed here");
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      return Responses.only(reply, response);
    }
    boolean unchanged = matches(request.headers().getAll(HttpHeaderNames.IF_NONE_MATCH), file.etag);
    FullHttpResponse response =
        unchanged
            ? Responses.bytes(HttpResponseStatus.NOT_MODIFIED, file.contentType, NOTHING)
            : Responses.bytes(HttpResponseStatus.OK, file.contentType, file.content);
    response
        .headers()
        .set(HttpHeaderNames.ETAG, file.etag)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
        .set("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .set("Referrer-Policy", "no-referrer");
    return Responses.only(reply, response);
  }

  private static boolean matches(List<String> ifNoneMatch, String etag) {
    return ifNoneMatch.stream()
        .flatMap(header -> Stream.of(header.split(",")))
        .map(String::trim)
        .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
        .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
  }

  private static List<String> names(URL index, String folder) throws IOException {
    if (index.openConnection() instanceof JarURLConnection jar) {
      return jar.getJarFile().stream()
          .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder))
          .map(entry -> entry.getName().substring(folder.length()))
          .toList();
    }
    Path root = requireNonNull(Path.of(URI.create(index.toString())).getParent(), "parent");
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  /** One file with all that its headers need. */
  private static final class StaticFile {
    private final String contentType;
    private final String etag;
    private final byte[] content;

    private StaticFile(String contentType, String etag, byte[] content) {
      this.contentType = contentType;
      this.etag = etag;
      this.content = content;
    }

    static StaticFile of(String name, byte[] content) {
      String extension = name.substring(name.lastIndexOf('.') + 1);
      String contentType = CONTENT_TYPES.getOrDefault(extension, "application/octet-stream");
      try {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
        String etag = '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
        return new StaticFile(contentType, etag, content);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }
}
