package io.opamp4j.testkit.server;

import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.opamp4j.core.ContentHash;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files a server has, and how it serves them: with an ETag, whole or from some byte on. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
final class Downloads {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");

  final DownloadScript script = new DownloadScript();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();

  void put(String path, byte[] content) {
    files.put(path, content.clone());
  }

  /** The file under this path; empty if there is none. */
  Optional<byte[]> find(String path) {
    return Optional.ofNullable(files.get(path));
  }

  static void serve(Channel channel, Request request, byte[] file, DownloadScript.Way way) {
    if (way.status() != 0) {
      Responses.refuse(channel, way.status(), way.headers());
      return;
    }
    byte[] content = way.content().orElse(file);
    String etag = "\"" + ContentHash.of(ByteString.copyFrom(content)) + "\"";
    boolean current = request.header("if-range").map(etag::equals).orElse(true);
    Optional<String> range =
        way.ignoresRanges() || !current ? Optional.empty() : request.header("range");
    Matcher matcher = RANGE.matcher(range.orElse(""));
    if (!matcher.matches()) {
      send(channel, head(200, etag, content.length), content, way);
      return;
    }
    long from = Long.parseLong(matcher.group(1));
    long last =
        matcher.group(2).isEmpty()
            ? content.length - 1L
            : Math.min(Long.parseLong(matcher.group(2)), content.length - 1L);
    if (from > last) {
      Responses.refuse(channel, 416, Map.of("Content-Range", "bytes */" + content.length));
      return;
    }
    byte[] part = Arrays.copyOfRange(content, (int) from, (int) last + 1);
    HttpResponse head = head(206, etag, part.length);
    head.headers().set("Content-Range", "bytes " + from + "-" + last + "/" + content.length);
    send(channel, head, part, way);
  }

  private static HttpResponse head(int status, String etag, int length) {
    HttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    head.headers().set("ETag", etag).set("Accept-Ranges", "bytes");
    HttpUtil.setContentLength(head, length);
    return head;
  }

  private static void send(
      Channel channel, HttpResponse head, byte[] content, DownloadScript.Way way) {
    int first = (int) Math.min(way.stopsAfter(), content.length);
    channel.write(head);
    if (first == content.length) {
      channel.writeAndFlush(new DefaultLastHttpContent(Unpooled.wrappedBuffer(content)));
      return;
    }
    var sent =
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(content, 0, first)));
    if (way.held().isEmpty()) {
      sent.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    way.held()
        .get()
        .whenReleased(
            () ->
                channel.writeAndFlush(
                    new DefaultLastHttpContent(
                        Unpooled.wrappedBuffer(content, first, content.length - first))));
  }
}
