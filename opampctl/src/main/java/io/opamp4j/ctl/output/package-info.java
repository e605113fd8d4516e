/**
 * What is printed: tables, JSON, YAML, progress. What comes from a server or an agent is text and
 * cannot steer the terminal.
 */
@NullMarked
package io.opamp4j.ctl.output;

import org.jspecify.annotations.NullMarked;
