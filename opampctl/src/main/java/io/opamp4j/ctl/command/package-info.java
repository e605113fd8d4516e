/**
 * The commands. Each says what it wants of the server and how the answer is shown; nothing here
 * decides about agents.
 */
@NullMarked
package io.opamp4j.ctl.command;

import org.jspecify.annotations.NullMarked;
