/**
 * What every agent should have: configurations with their selectors, as an immutable snapshot, and
 * the pure function that picks an agent's target from it.
 */
@NullMarked
package io.opamp4j.server.fleet;

import org.jspecify.annotations.NullMarked;
