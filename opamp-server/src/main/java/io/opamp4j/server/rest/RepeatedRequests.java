package io.opamp4j.server.rest;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.server.agents.OrderDraft;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that carry an Idempotency-Key are done once and answered alike for {@link #KEPT}, on
 * every node and across restarts: the key is claimed in storage before anything is done, and the
 * answer is kept under it. Orders do without: their key is their id. Blocks; thread-safe.
 */
final class RepeatedRequests {
  static final String KIND = "idempotency-key";

  /** How long a request is known again. */
  static final Duration KEPT = Duration.ofDays(1);

  /** More keys than this are let go at the next tick, the oldest first. */
  static final int MOST = 10_000;

  private static final int ID_DIGITS = 32;
  private static final Logger log = LoggerFactory.getLogger(RepeatedRequests.class);

  private final DocumentStore documents;
  private final InstantSource clock;
  private final JsonBodies json = new JsonBodies();

  /** What this node is doing. */
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  @Inject
  RepeatedRequests(DocumentStore documents, InstantSource clock) {
    this.documents = documents;
    this.clock = clock;
  }

  /** Does what was asked for. */
  @FunctionalInterface
  interface Attempt {
    /**
     * @param again whether an earlier attempt of this request may have been made, whose outcome
     *     nobody knows: what is found done is then its doing, and no conflict
     */
    Response make(boolean again);
  }

  /**
   * Answers a request, as before if it came before.
   *
   * @param headers of the request
   * @param what the request does, and to what; a key is another one for something else
   * @param body of the request
   * @throws ProblemException if the key was used for another request, or is being used
   */
  Response answer(HttpHeaders headers, String what, Record body, Attempt attempt) {
    String key = headers.getHeaderString(OrdersResource.KEY_HEADER);
    if (key == null) {
      return attempt.make(false);
    }
    if (key.isEmpty() || key.length() > OrderDraft.LONGEST_KEY) {
      throw ProblemException.invalid(
          OrdersResource.KEY_HEADER, "must have 1 to " + OrderDraft.LONGEST_KEY + " characters");
    }
    String id = hash(what + "\n" + key).substring(0, ID_DIGITS);
    if (!underWay.add(id)) {
      throw inUse("a request with this key is being worked on");
    }
    try {
      return answer(id, hash(what + "\n" + json.text(body)), attempt);
    } finally {
      underWay.remove(id);
    }
  }

  /** Lets go of keys that are too old or too many. */
  void tick(Instant now) {
    record Aged(String id, long version, Instant begun) {}
    List<Aged> all = new ArrayList<>();
    try {
      documents.each(
          KIND,
          document ->
              all.add(
                  new Aged(
                      document.id(),
                      document.version(),
                      KeptAnswer.decode(document).map(KeptAnswer::begun).orElse(Instant.MIN))));
      all.sort(Comparator.comparing(Aged::begun));
      for (int i = 0; i < all.size(); i++) {
        if (i < all.size() - MOST || isOver(all.get(i).begun, now)) {
          forget(all.get(i).id, all.get(i).version);
        }
      }
    } catch (StorageException e) {
      log.warn("old idempotency keys cannot be removed, will try again: {}", e.getMessage());
    }
  }

  private Response answer(String id, String request, Attempt attempt) {
    Optional<Document> found = documents.find(KIND, id);
    Optional<KeptAnswer> before =
        found.flatMap(KeptAnswer::decode).filter(kept -> !isOver(kept.begun(), clock.instant()));
    if (before.isEmpty()) {
      return first(
          id,
          new KeptAnswer(request, clock.instant(), Optional.empty()),
          found.map(Document::version).orElse(DocumentStore.ABSENT),
          attempt);
    }
    if (!before.get().request().equals(request)) {
      throw inUse("the key was used for another request");
    }
    if (before.get().outcome().isPresent()) {
      return replayed(before.get().outcome().get());
    }
    Response answer = attempt.make(true);
    keep(id, before.get(), found.get().version(), answer);
    return answer;
  }

  private Response first(String id, KeptAnswer claim, long version, Attempt attempt) {
    Document claimed;
    try {
      claimed = documents.put(KIND, id, claim.encode(), version);
    } catch (VersionConflictException e) {
      throw inUse("a request with this key came at the same moment");
    }
    Response answer;
    try {
      answer = attempt.make(false);
    } catch (StorageException | ActionBrokenOffException e) {
      // Perhaps some of it is done. The claim stays, so that the same request finishes it.
      throw e;
    } catch (RuntimeException e) {
      forget(id, claimed.version());
      throw e;
    }
    keep(id, claim, claimed.version(), answer);
    return answer;
  }

  /** What was done is done, so a failure here must not look like one of the request. */
  private void keep(String id, KeptAnswer claim, long version, Response answer) {
    EntityTag etag = answer.getEntityTag();
    URI location = answer.getLocation();
    KeptAnswer.Outcome outcome =
        new KeptAnswer.Outcome(
            answer.getStatus(),
            location == null ? "" : location.toString(),
            etag == null ? "" : etag.getValue(),
            json.text((Record) answer.getEntity()));
    try {
      documents.put(KIND, id, claim.answered(outcome).encode(), version);
    } catch (VersionConflictException e) {
      log.debug("the answer under idempotency key {} was kept by another node", id);
    } catch (StorageException e) {
      log.warn("the answer under idempotency key {} cannot be kept: {}", id, e.getMessage());
    }
  }

  private void forget(String id, long version) {
    try {
      documents.remove(KIND, id, version);
    } catch (VersionConflictException e) {
      log.debug("idempotency key {} is being used again", id);
    } catch (StorageException e) {
      log.debug("idempotency key {} stays until it is too old: {}", id, e.getMessage());
    }
  }

  private static Response replayed(KeptAnswer.Outcome outcome) {
    Response.ResponseBuilder answer =
        Response.status(outcome.status()).entity(outcome.body()).type(MediaType.APPLICATION_JSON);
    if (!outcome.location().isEmpty()) {
      answer.location(URI.create(outcome.location()));
    }
    return outcome.etag().isEmpty()
        ? answer.build()
        : answer.tag(new EntityTag(outcome.etag())).build();
  }

  private static boolean isOver(Instant begun, Instant now) {
    return !now.isBefore(begun.equals(Instant.MIN) ? begun : begun.plus(KEPT));
  }

  private static ProblemException inUse(String detail) {
    return new ProblemException(Problem.keyInUse(detail));
  }

  private static String hash(String text) {
    return ContentHash.of(ByteString.copyFromUtf8(text)).toString();
  }
}
