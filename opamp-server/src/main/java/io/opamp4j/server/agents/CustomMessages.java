package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.server.CustomMessageHandler;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes custom messages to their handlers. Agents share a fixed number of lanes, in each of which
 * one message is handled at a time: that keeps the messages of one agent in order, bounds what
 * waits, and leaves most other agents their room when one of them floods. Thread-safe; never
 * blocks.
 */
final class CustomMessages {
  static final int LANES = 64;

  /** What may wait in one lane, beside one message of any size. */
  private static final long LANE_BYTES = 2L * 1024 * 1024;

  private static final Duration WARNING_PAUSE = Duration.ofSeconds(10);
  private static final Logger log = LoggerFactory.getLogger(CustomMessages.class);

  private final CustomHandlers handlers;
  private final InstantSource clock;
  private final List<Mailbox> lanes;

  private final Object lock = new Object();
  // guarded by lock
  private long dropped;
  private long droppedAtWarning;
  private Instant nextWarning = Instant.MIN;

  /**
   * @param threads may be held up by handlers
   */
  @Inject
  CustomMessages(CustomHandlers handlers, @HandlerThreads Executor threads, InstantSource clock) {
    this.handlers = handlers;
    this.clock = clock;
    this.lanes = IntStream.range(0, LANES).mapToObj(i -> new Mailbox(threads)).toList();
  }

  /**
   * An agent sent a message. Without a handler nothing happens (CUSTOM-06).
   *
   * @param deliver called after something was put into the session's outbox
   */
  void received(AgentSession session, CustomMessage message, Runnable deliver) {
    handlers
        .of(message.getCapability())
        .ifPresent(
            handler -> {
              InstanceUid agent = session.now().state().uid();
              AgentDescription description = session.now().state().report().getAgentDescription();
              CustomMessageHandler.Received received =
                  new CustomMessageHandler.Received(
                      agent,
                      description,
                      message.getCapability(),
                      message.getType(),
                      message.getData());
              if (!offer(
                  agent,
                  message.getData().size(),
                  () -> handle(handler, received, session, deliver))) {
                drop(received.capability(), agent);
              }
            });
  }

  /** How many messages were dropped since the start, to handlers and from them. */
  long dropped() {
    synchronized (lock) {
      return dropped;
    }
  }

  /** Something to or from a handler had no room. Counted, and told once in a while. */
  void drop(String capability, InstanceUid agent) {
    Instant now = clock.instant();
    synchronized (lock) {
      dropped++;
      if (now.isBefore(nextWarning)) {
        return;
      }
      log.warn(
          "{} custom messages were dropped because too many waited, the last of {}, agent {}",
          dropped - droppedAtWarning,
          capability,
          agent);
      droppedAtWarning = dropped;
      nextWarning = now.plus(WARNING_PAUSE);
    }
  }

  private boolean offer(InstanceUid agent, long bytes, Runnable work) {
    try {
      return lanes.get(Math.floorMod(agent.hashCode(), LANES)).offer(bytes, LANE_BYTES, work);
    } catch (RejectedExecutionException e) {
      log.debug("the server stops; a message of agent {} is not handled", agent);
      return true;
    }
  }

  private void handle(
      CustomMessageHandler handler,
      CustomMessageHandler.Received received,
      AgentSession session,
      Runnable deliver) {
    List<CustomMessageHandler.Reply> replies;
    try {
      replies = List.copyOf(handler.received(received));
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      log.error(
          "{} failed on a message of {} from agent {}",
          handler.getClass().getName(),
          received.capability(),
          received.agent(),
          e);
      return;
    }
    for (CustomMessageHandler.Reply reply : replies) {
      boolean waits =
          session
              .outbox()
              .offer(
                  CustomMessage.newBuilder()
                      .setCapability(received.capability())
                      .setType(reply.type())
                      .setData(reply.data())
                      .build());
      if (!waits) {
        drop(received.capability(), received.agent());
      }
    }
    if (!replies.isEmpty()) {
      deliver.run();
    }
  }
}
