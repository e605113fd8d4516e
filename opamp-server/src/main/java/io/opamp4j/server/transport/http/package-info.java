/**
 * HTTP/1.1 on Netty: one request at a time per TCP connection, read only as fast as it is worked
 * on; the plain-HTTP transport of OpAMP, the bridge to Jersey, and static files.
 */
@NullMarked
package io.opamp4j.server.transport.http;

import org.jspecify.annotations.NullMarked;
