/**
 * The place of the backend for several nodes on one Redis. The backend is not there yet: this
 * module holds no plug-in, so the server answers {@code storage.type: redis} as it answers any type
 * it does not know.
 */
@NullMarked
package io.opamp4j.storage.redis;

import org.jspecify.annotations.NullMarked;
