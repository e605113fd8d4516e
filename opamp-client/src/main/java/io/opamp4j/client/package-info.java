/**
 * An OpAMP client to embed in an application or an agent: {@link io.opamp4j.client.OpampClient}
 * with its builder, and {@link io.opamp4j.client.ClientListener} to hear what happens.
 */
@NullMarked
package io.opamp4j.client;

import org.jspecify.annotations.NullMarked;
