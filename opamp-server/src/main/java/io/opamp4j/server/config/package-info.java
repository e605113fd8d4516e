/**
 * Text to {@link io.opamp4j.server.ServerConfig}: one table of settings, four sources (defaults,
 * YAML file, environment, command line; the later wins), and every problem of all of them in one
 * report. Nothing is guessed: what is unknown or malformed is refused. Does no I/O but reading the
 * file.
 */
@NullMarked
package io.opamp4j.server.config;

import org.jspecify.annotations.NullMarked;
