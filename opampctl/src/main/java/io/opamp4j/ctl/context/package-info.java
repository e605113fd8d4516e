/** Which server is meant and how it is approached, kept in a file of the user's. */
@NullMarked
package io.opamp4j.ctl.context;

import org.jspecify.annotations.NullMarked;
