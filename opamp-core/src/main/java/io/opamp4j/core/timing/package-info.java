/**
 * Time as arithmetic: when to try again, when to speak, who has been silent too long. Nothing here
 * reads a clock or waits; the caller passes the time and chance, and owns the timer.
 */
@NullMarked
package io.opamp4j.core.timing;

import org.jspecify.annotations.NullMarked;
