package io.opamp4j.ctl.configs;

/**
 * A configuration that is to be there.
 *
 * @param source the file it was read from, for people
 */
public record Wanted(String name, Content content, String source) {}
