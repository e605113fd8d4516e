/**
 * Staged change: drives the rollouts of configurations with what agents say, and carries out what
 * operators want of them. One node drives at a time; any node takes commands.
 */
@NullMarked
package io.opamp4j.server.rollout;

import org.jspecify.annotations.NullMarked;
