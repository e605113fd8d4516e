package io.opamp4j.server.rest;

import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;

/**
 * Refuses requests whose media types cannot be parsed. Jersey would answer 400 with nothing in it
 * and ask no exception mapper.
 */
@PreMatching
final class ReadableHeaders implements ContainerRequestFilter {
  @Override
  public void filter(ContainerRequestContext request) {
    read(HttpHeaders.CONTENT_TYPE, "is not a media type", request::getMediaType);
    read(HttpHeaders.ACCEPT, "is not a list of media types", request::getAcceptableMediaTypes);
  }

  private static void read(String header, String message, Runnable reading) {
    try {
      reading.run();
    } catch (ProcessingException | IllegalArgumentException e) {
      throw ProblemException.invalid(header, message);
    }
  }
}
