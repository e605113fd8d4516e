/**
 * A server for the tests of agents, whatever OpAMP client is in them: it runs on loopback inside
 * the test, does what the script says, faults included, and keeps what the agent sent. {@link
 * io.opamp4j.testkit.server.OpampServerExtension} is the way in.
 */
@NullMarked
package io.opamp4j.testkit.server;

import org.jspecify.annotations.NullMarked;
