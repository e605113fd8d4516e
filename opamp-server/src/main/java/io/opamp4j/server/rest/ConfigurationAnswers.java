package io.opamp4j.server.rest;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.storage.VersionConflictException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.util.Optional;

/** Creates configurations, and answers with them. Blocks. */
final class ConfigurationAnswers {
  private final FleetEditor editor;

  ConfigurationAnswers(FleetEditor editor) {
    this.editor = editor;
  }

  /**
   * Creates what is asked for.
   *
   * @param again see {@link RepeatedRequests.Attempt}
   * @throws ProblemException if the name is taken, and not by this very request
   */
  Response created(ConfigurationInput input, FleetEditor.Going going, boolean again) {
    try {
      return created(editor.create(input.draft(), going));
    } catch (VersionConflictException e) {
      Optional<Configuration> before = again ? before(input) : Optional.empty();
      return created(before.orElseThrow(() -> taken(input, e)));
    }
  }

  /** It was created. */
  Response created(Configuration configuration) {
    URI location =
        UriBuilder.fromPath(Api.ROOT).path("configurations").path(configuration.name()).build();
    return with(Response.created(location), configuration);
  }

  /** An answer with this configuration. */
  Response with(Response.ResponseBuilder answer, Configuration configuration) {
    return answer
        .entity(ConfigurationDetail.of(configuration, editor.running(configuration)))
        .tag(etag(configuration))
        .build();
  }

  static EntityTag etag(Configuration configuration) {
    return new EntityTag(Long.toString(configuration.version()));
  }

  /** The first version, if it is what this request asks for. */
  private Optional<Configuration> before(ConfigurationInput input) {
    return Optional.ofNullable(input.name())
        .flatMap(editor::find)
        .flatMap(latest -> editor.find(latest, 1))
        .filter(input.draft()::asksFor);
  }

  private static ProblemException taken(ConfigurationInput input, VersionConflictException e) {
    return new ProblemException(
        Problem.alreadyExists(
            "configuration " + input.name() + " exists already", e.currentVersion()));
  }
}
