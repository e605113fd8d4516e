package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What an answer may carry that neither the state nor the target of the agent demands.
 *
 * @param catalogueWanted whether this agent is to be asked, in this answer, for the component
 *     catalogue of this hash (COMP-04). Asked at most once, and only if the agent can tell: a yes
 *     is an ask
 * @param oneShot what is to be sent once with this answer. Left out if the agent turns out not to
 *     take it; {@link AgentEvent.OrderSent} and the reply tell
 */
public record Extras(Predicate<ByteString> catalogueWanted, Optional<OneShot> oneShot) {
  /** Nothing extra. */
  public static final Extras NONE = new Extras(hash -> false, Optional.empty());

  public Extras {
    requireNonNull(catalogueWanted, "catalogueWanted");
    requireNonNull(oneShot, "oneShot");
  }
}
