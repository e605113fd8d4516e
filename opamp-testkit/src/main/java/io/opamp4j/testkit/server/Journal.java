package io.opamp4j.testkit.server;

import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.RemoteConfigStatus;
import java.util.List;
import java.util.StringJoiner;

/** What has come in. Written on the event loop, read by the test. */
final class Journal {
  final Recorded<Request> requests = new Recorded<>();
  final Recorded<AgentToServer> messages = new Recorded<>();
  final Recorded<Request> downloads = new Recorded<>();

  /** The codes with which WebSockets ended; 1006 if there was no Close frame. */
  final Recorded<Integer> closes = new Recorded<>();

  /** What no well-behaved agent does. */
  final Recorded<String> problems = new Recorded<>();

  private final Object lock = new Object();
  private int open;
  private int mostOpen;

  /** A WebSocket was opened, or a request has come in. */
  void begun() {
    synchronized (lock) {
      open++;
      mostOpen = Math.max(mostOpen, open);
    }
  }

  /** The WebSocket is over, or the request is answered. */
  void ended() {
    synchronized (lock) {
      open--;
    }
  }

  int mostOpen() {
    synchronized (lock) {
      return mostOpen;
    }
  }

  int open() {
    synchronized (lock) {
      return open;
    }
  }

  /** Everything in short, for the message of a failure. Configurations are not shown. */
  String describe() {
    StringJoiner text = new StringJoiner("\n  ", "what came so far:\n  ", "");
    list(text, "requests", requests.all().stream().map(Journal::describe).toList());
    list(text, "messages", messages.all().stream().map(Journal::describe).toList());
    list(text, "downloads", downloads.all().stream().map(Journal::describe).toList());
    list(text, "closed with", closes.all());
    list(text, "problems", problems.all());
    return text.toString();
  }

  private static void list(StringJoiner text, String title, List<?> entries) {
    if (!entries.isEmpty()) {
      text.add(title + ":");
      entries.forEach(entry -> text.add("  " + entry));
    }
  }

  private static String describe(Request request) {
    return request.method()
        + " "
        + request.path()
        + request.certifiedName().map(name -> " as " + name).orElse("");
  }

  static String describe(AgentToServer message) {
    StringJoiner text = new StringJoiner(", ");
    text.add("#" + Long.toUnsignedString(message.getSequenceNum()));
    Section.presentIn(message).forEach(section -> text.add(section.name()));
    if (message.hasRemoteConfigStatus()) {
      RemoteConfigStatus status = message.getRemoteConfigStatus();
      text.add(status.getStatus() + " " + status.getErrorMessage());
    }
    if (message.hasConnectionSettingsStatus()) {
      ConnectionSettingsStatus status = message.getConnectionSettingsStatus();
      text.add(
          status.getStatus()
              + " of "
              + status.getLastConnectionSettingsHash().toStringUtf8()
              + " "
              + status.getErrorMessage());
    }
    if (message.hasCustomMessage()) {
      text.add("custom message " + message.getCustomMessage().getType());
    }
    if (message.hasConnectionSettingsRequest()) {
      text.add("connection settings request");
    }
    if (message.hasAgentDisconnect()) {
      text.add("agent_disconnect");
    }
    return text.toString();
  }
}
