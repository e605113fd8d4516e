/**
 * The shell round the agent machine of the core: one session per instance uid, work in order per
 * agent, the registry of live connections, and the sweep that finds the silent ones.
 */
@NullMarked
package io.opamp4j.server.agents;

import org.jspecify.annotations.NullMarked;
