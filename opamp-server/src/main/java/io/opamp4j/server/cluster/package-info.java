/**
 * The nodes that share one storage: who is there, by leases that nobody's clock is compared for,
 * and which of them does what only one may do. Where storage is not shared there is one node, and
 * callers cannot tell.
 */
@NullMarked
package io.opamp4j.server.cluster;

import org.jspecify.annotations.NullMarked;
