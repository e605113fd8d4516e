/**
 * The checks of configurations that the server brings: well-formed YAML, and complete
 * configurations of OpenTelemetry Collectors. Pure.
 */
@NullMarked
package io.opamp4j.server.check;

import org.jspecify.annotations.NullMarked;
