/**
 * The command line's common ground: exit codes, failures, JSON. It knows the server by its REST API
 * alone. Below it stand {@code rest} (requests), {@code output} (tables and the rest of what is
 * printed), {@code configs} (configurations kept in files) and {@code context} (which server);
 * {@code command} uses them all and is the program.
 */
@NullMarked
package io.opamp4j.ctl;

import org.jspecify.annotations.NullMarked;
