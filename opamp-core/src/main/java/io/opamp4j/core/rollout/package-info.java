/**
 * Changing a fleet in steps: who gets a new version when, when to stop, and what those that fail
 * have in common. Values and pure functions only: the caller passes the time, keeps the state, and
 * sends what the agents are to have.
 */
@NullMarked
package io.opamp4j.core.rollout;

import org.jspecify.annotations.NullMarked;
