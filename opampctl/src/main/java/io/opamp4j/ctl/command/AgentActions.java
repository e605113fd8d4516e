package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.ExitCode;

/** One thing done with many agents. */
final class AgentActions {
  private AgentActions() {}

  /**
   * Asks for it and shows what came of it.
   *
   * @param action what is to be done, without whom it is about
   * @param key of the request
   */
  static int act(Session session, ObjectNode action, Several several, String key) {
    action.put("selector", several.selector).put("dryRun", several.dryRun);
    JsonNode result = session.api().create("/agents/actions", action, key).body();
    session.console().show(result, palette -> AgentText.bulk(result, several.dryRun));
    return ExitCode.OK;
  }
}
