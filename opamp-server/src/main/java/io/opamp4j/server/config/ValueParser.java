package io.opamp4j.server.config;

/** Reads the text of one value. */
@FunctionalInterface
interface ValueParser<T> {
  T parse(String text) throws InvalidValueException;
}
