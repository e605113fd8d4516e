/**
 * The user interface: static files under {@code ui/} on the class path, which talk to the public
 * REST API and to nothing else.
 */
@NullMarked
package io.opamp4j.server.ui;

import org.jspecify.annotations.NullMarked;
