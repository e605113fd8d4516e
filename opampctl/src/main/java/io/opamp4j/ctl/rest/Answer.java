package io.opamp4j.ctl.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What the server answered, when it did what was asked.
 *
 * @param status from 200 to 299
 * @param body missing if there is none
 * @param etag as it was sent, quotes included
 */
public record Answer(int status, JsonNode body, Optional<String> etag) {
  /**
   * The tag that a change of what was read must name.
   *
   * @throws io.opamp4j.ctl.CtlException if the server sent none
   */
  public String requireEtag() {
    return etag.orElseThrow(() -> Refusals.strange("its answer has no ETag"));
  }
}
