package io.opamp4j.client;

import io.opamp4j.client.loop.ClientLoop;
import io.opamp4j.proto.CustomMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Sends custom messages, and finds the reply to each request among those that come in. Futures are
 * completed on the thread of the callbacks.
 */
final class CustomMessaging {
  private static final int REQUESTS = 64;
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final ClientLoop loop;
  private final Callbacks callbacks;
  private final AgentReport report;
  private final InstantSource clock;
  private final int sendLimit;
  private final Object lock = new Object();
  private final List<Request> requests = new ArrayList<>();
  private boolean closed;

  private record Request(
      Predicate<CustomMessage> isReply, CompletableFuture<CustomMessage> reply) {}

  CustomMessaging(
      ClientLoop loop,
      Callbacks callbacks,
      AgentReport report,
      InstantSource clock,
      int sendLimit) {
    this.loop = loop;
    this.callbacks = callbacks;
    this.report = report;
    this.clock = clock;
    this.sendLimit = sendLimit;
  }

  void send(CustomMessage message) {
    String capability = message.getCapability();
    if (!loop.state().serverCustomCapabilities().contains(capability)) {
      throw new IllegalStateException("the server has not announced '" + capability + "'");
    }
    if (message.getSerializedSize() > sendLimit) {
      throw new IllegalArgumentException(
          "a message of "
              + message.getSerializedSize()
              + " bytes is over the limit of "
              + sendLimit);
    }
    if (!loop.post(message)) {
      throw new IllegalStateException("too many custom messages wait to be sent");
    }
  }

  CompletableFuture<CustomMessage> request(
      CustomMessage message, Predicate<CustomMessage> isReply, Duration timeout) {
    if (!report.hasCustomCapability(message.getCapability())) {
      throw new IllegalStateException(
          "a reply would be ignored: this agent has not announced '"
              + message.getCapability()
              + "'");
    }
    Request request = new Request(isReply, new CompletableFuture<>());
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the client has stopped");
      }
      if (requests.size() >= REQUESTS) {
        throw new IllegalStateException(REQUESTS + " requests wait for their replies already");
      }
      requests.add(request);
    }
    try {
      send(message);
    } catch (RuntimeException e) {
      forget(request);
      throw e;
    }
    request.reply().whenComplete((reply, failure) -> forget(request));
    expireAt(clock.instant().plus(timeout), request);
    return request.reply();
  }

  /**
   * On the thread of the callbacks.
   *
   * @return whether the message was a reply; the request that has waited longest takes it
   */
  boolean received(CustomMessage message) {
    List<Request> waiting;
    synchronized (lock) {
      waiting = List.copyOf(requests);
    }
    Optional<Request> asked =
        waiting.stream().filter(request -> request.isReply().test(message)).findFirst();
    asked.ifPresent(request -> request.reply().complete(message));
    return asked.isPresent();
  }

  /** No reply comes any more. On the thread of the callbacks. */
  void close() {
    List<Request> waiting;
    synchronized (lock) {
      closed = true;
      waiting = List.copyOf(requests);
    }
    waiting.forEach(
        request ->
            request.reply().completeExceptionally(new CancellationException("the client stopped")));
  }

  private void expireAt(Instant time, Request request) {
    loop.at(
        time,
        () -> {
          boolean taken =
              request.reply().isDone()
                  || callbacks.run(
                      "the end of a request",
                      () ->
                          request
                              .reply()
                              .completeExceptionally(new TimeoutException("no reply in time")));
          if (!taken) {
            expireAt(time.plus(AGAIN), request);
          }
        });
  }

  private void forget(Request request) {
    synchronized (lock) {
      requests.remove(request);
    }
  }
}
