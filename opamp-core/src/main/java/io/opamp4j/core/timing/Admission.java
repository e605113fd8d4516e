package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides whom a server takes in, and tells those it refuses when to come back (THROTTLE-06,
 * THROTTLE-07, THROTTLE-10). New connections are limited by a rate, with bursts of one second;
 * refused ones return one after the other at four fifths of what can be taken in, which leaves room
 * for others. Whoever comes back when told is let in even if others have used up the rate just then
 * (see {@link ReturnTimes}), so nobody is refused twice for the rate alone.
 *
 * <p>Confined: the owner calls from one thread at a time. Reads no clock; a time that goes back, as
 * when a clock was set, is coped with.
 */
public final class Admission {
  private static final double SHARE_FOR_RETURNS = 0.8;
  private static final Duration LONG_AGO = Duration.ofHours(1);

  private final int maxConnections;
  private final int acceptRate;
  private final ReturnTimes returns;
  private final AcceptCapacity capacity;

  /** New connections that may be taken in at once; below zero while promises are being kept. */
  private double tokens;

  private Instant refilled = Instant.EPOCH;

  /** When the server is gone, once it is about to stop. */
  private @Nullable Instant gone;

  /**
   * @param maxConnections at one time; at least 1
   * @param acceptRate new connections per second; at least 1
   * @param minRetryAfter the soonest that a refused peer is asked to come back; more than zero
   */
  public Admission(int maxConnections, int acceptRate, Duration minRetryAfter) {
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections must be at least 1: " + maxConnections);
    }
    this.maxConnections = maxConnections;
    this.acceptRate = acceptRate;
    this.capacity = new AcceptCapacity(acceptRate);
    this.returns = new ReturnTimes(minRetryAfter);
    this.tokens = acceptRate;
  }

  /**
   * The server is about to stop: from now on nobody is let in.
   *
   * @param goneBy when it is gone at the latest; nobody is asked to come back sooner
   */
  public void drain(Instant goneBy) {
    gone = goneBy;
  }

  /**
   * A peer wants a lasting connection.
   *
   * @param counted whether its connection is among those of {@code load} already
   * @return empty if it is let in
   */
  public Optional<Refusal> connect(
      Instant now, Load load, boolean counted, RandomGenerator chance) {
    Optional<Refusal> refusal = request(now, load, counted, chance);
    if (refusal.isPresent()) {
      return refusal;
    }
    refill(now);
    boolean promised = returns.redeem(now);
    if (tokens < 1 && !promised) {
      return refuse(Reason.RATE, now, chance);
    }
    tokens--;
    capacity.taken(now);
    return Optional.empty();
  }

  /**
   * A peer sends a request that ends with its answer. Its rate is not limited: to ask again and
   * again is what it is told to do.
   *
   * @param counted whether its connection is among those of {@code load} already
   * @return empty if it is let in
   */
  public Optional<Refusal> request(
      Instant now, Load load, boolean counted, RandomGenerator chance) {
    if (gone != null) {
      Duration here = Duration.between(now, gone);
      Duration later = returnIn(now, chance);
      return Optional.of(
          new Refusal(Reason.DRAINING, later.compareTo(here) < 0 ? later.plus(here) : later));
    }
    if (load.overloaded()) {
      return Optional.of(overloaded(now, chance));
    }
    if (!counted && load.connections() >= maxConnections) {
      return refuse(Reason.FULL, now, chance);
    }
    return Optional.empty();
  }

  /** A peer that was let in sent what is too much work now. */
  public Refusal overloaded(Instant now, RandomGenerator chance) {
    capacity.strained(now);
    return new Refusal(Reason.OVERLOADED, returnIn(now, chance));
  }

  /**
   * When a peer is to come back that is refused for a reason of its own.
   *
   * @return at least the configured minimum, and another time than everybody else's
   */
  public Duration returnIn(Instant now, RandomGenerator chance) {
    return returns.next(now, returnsPerSecond(now), chance);
  }

  /** How many peers per second may be asked to come back. */
  public double returnsPerSecond(Instant now) {
    return SHARE_FOR_RETURNS * capacity.perSecond(now);
  }

  private Optional<Refusal> refuse(Reason reason, Instant now, RandomGenerator chance) {
    return Optional.of(new Refusal(reason, returnIn(now, chance)));
  }

  private void refill(Instant now) {
    Duration passed = Duration.between(refilled, now);
    if (!passed.isNegative()) {
      Duration counted = passed.compareTo(LONG_AGO) < 0 ? passed : LONG_AGO;
      tokens = Math.min(acceptRate, tokens + counted.toNanos() / 1e9 * acceptRate);
    }
    refilled = now;
  }

  /**
   * What the owner knows of the present.
   *
   * @param connections open now
   * @param overloaded whether more work would be too much
   */
  public record Load(int connections, boolean overloaded) {}

  /**
   * Not now.
   *
   * @param reason why
   * @param retryAfter when to come back; another time than everybody else's
   */
  public record Refusal(Reason reason, Duration retryAfter) {
    public Refusal {
      requireNonNull(reason, "reason");
      requireNonNull(retryAfter, "retryAfter");
    }

    /** Whole seconds, as the header wants them; never sooner than {@link #retryAfter}. */
    public long retryAfterSeconds() {
      return wholeSeconds(retryAfter);
    }
  }

  /** The time in whole seconds, as a header wants it; never less than the time. */
  public static long wholeSeconds(Duration time) {
    return time.plusSeconds(1).minusNanos(1).toSeconds();
  }

  /** Why a peer is refused. */
  public enum Reason {
    /** The server is about to stop. */
    DRAINING,
    /** There is too much work. */
    OVERLOADED,
    /** There are too many connections. */
    FULL,
    /** Too many have come within this second. */
    RATE
  }
}
